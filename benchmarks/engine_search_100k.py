"""100,000 records by words, vector and filter, with every field, beside LanceDB, Chroma and pgvector.

Run: ``python -m benchmarks.engine_search_100k [--work DIR] [--rows N] [--system NAME]``; DIR keeps data and
indexes for the next time. Pinakes answers twice: by vector alone, as the peers do, and by words and vector
fused, which is more work than theirs. Every peer is measured at its least effort that reaches recall 0.99, or
by a scan of the rows that pass where that is quicker.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.budget import verdict
from benchmarks.progress import Lines
from benchmarks.real_vectors import generated_dataset
from pinakes.bench.data.cases import UNFILTERED, Case, Kind
from pinakes.bench.job import Job
from pinakes.bench.machine import Machine
from pinakes.bench.report import lines
from pinakes.bench.run import run_systems
from pinakes.bench.systems import DATABASES
from pinakes.cli.bench import print_run

ROWS = 100_000
SHARES = (0.01, 0.05, 0.2)
BY_VECTOR, BY_WORDS_TOO = "pinakes-engine", "pinakes-engine-words"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and the budgets."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, help="where data and indexes are kept")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument(
        "--seconds", type=float, default=1.0, help="of measuring each filter and kind of query"
    )
    parser.add_argument("--system", action="append", help="a peer; all by default")
    asked = parser.parse_args(arguments)
    peers, cores = tuple(asked.system or DATABASES), Machine.this().cores
    cases = (UNFILTERED, *(Case(Kind.INDEPENDENT, share) for share in SHARES))
    with tempfile.TemporaryDirectory() as folder:
        dataset = generated_dataset(asked.work or Path(folder), asked.rows)
        out, kept = dataset.folder / "out-engines", dataset.folder / "indexes"
        job = Job("", dataset.folder, out, kept, cases=cases, seconds=asked.seconds, clients=cores)
        run = run_systems((BY_VECTOR, BY_WORDS_TOO, *peers), dataset, job, cores, Lines())
        print_run(run)
    print()
    measured = {(line.system, line.case): line for one in run.measured for line in lines(one)}
    for case in map(str, cases):
        if (line := measured.get((BY_WORDS_TOO, case))) is not None:
            print(verdict(f"{case}: words + vector p95", line.latency.p95, 5.0, " ms"))
    for case in map(str, cases[1:]):
        ours = measured.get((BY_VECTOR, case))
        for peer in peers:
            line = measured.get((peer, case))
            if ours is None or line is None:
                continue
            ratio = line.latency.p50 / ours.latency.p50
            what = f"{case}: {peer} p50 / pinakes p50, recall {line.recall:.4f} / {ours.recall:.4f}"
            print(verdict(what, ratio, 3.0, "x", most=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
