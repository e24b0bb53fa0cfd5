"""100,000 records by words, vector and filter, with every field, beside LanceDB, Chroma and pgvector.

Run: ``python -m benchmarks.engine_search_100k [--work DIR]``. Pinakes answers twice: by vector alone, as the
peers do, and by words and vector fused, which is more work than theirs.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.budget import verdict
from benchmarks.real_vectors import generated_dataset
from pinakes.bench.data.cases import UNFILTERED, Case, Kind
from pinakes.bench.job import Job
from pinakes.bench.report import lines
from pinakes.bench.run import run_systems
from pinakes.bench.systems import DATABASES, ENGINES
from pinakes.cli.bench import print_run
from pinakes.ingest.progress import silent

ROWS = 100_000
SHARES = (0.01, 0.05, 0.2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and the budgets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, help="where data and indexes are kept")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--seconds", type=float, default=5.0, help="of measuring each filter")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        dataset = generated_dataset(asked.work or Path(folder), asked.rows)
        out, kept = dataset.folder / "out-engines", dataset.folder / "indexes"
        cores = len(os.sched_getaffinity(0))
        cases = (UNFILTERED, *(Case(Kind.INDEPENDENT, share) for share in SHARES))
        job = Job("", dataset.folder, out, kept, cases=cases, seconds=asked.seconds, clients=cores)
        run = run_systems(ENGINES, dataset, job, cores, silent)
        print_run(run)
    print()
    measured = {(line.system, line.case): line for one in run.measured for line in lines(one)}
    for case in map(str, cases):
        words = measured.get(("pinakes-engine-words", case))
        vector = measured.get(("pinakes-engine", case))
        if words is None or vector is None:
            continue
        print(verdict(f"{case}: words + vector p95", words.latency.p95, 5.0, " ms"))
        if case == str(UNFILTERED):
            continue
        for peer in DATABASES:
            if (line := measured.get((peer, case))) is not None:
                ratio = line.latency.p50 / vector.latency.p50
                print(
                    verdict(f"{case}: {peer} p50 / pinakes p50, both by vector", ratio, 3.0, "x", most=False)
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
