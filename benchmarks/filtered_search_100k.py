"""Filters from 0.01 % to 100 % of 100,000 vectors, with, against and independent of them: recall and latency.

Run: ``python -m benchmarks.filtered_search_100k [--work DIR]``.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.budget import verdict
from benchmarks.real_vectors import generated_dataset
from pinakes.bench.data.cases import UNFILTERED, filter_cases
from pinakes.bench.job import Job
from pinakes.bench.report import lines
from pinakes.bench.run import run_systems
from pinakes.bench.systems import INDEXES, PLANNED
from pinakes.cli.bench import print_run
from pinakes.ingest.progress import silent

ROWS = 100_000
OURS = PLANNED


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and the budgets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, help="where data and indexes are kept")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--seconds", type=float, default=1.0, help="of measuring each filter")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        dataset = generated_dataset(asked.work or Path(folder), asked.rows)
        out, kept = dataset.folder / "out-filters", dataset.folder / "indexes"
        cores = len(os.sched_getaffinity(0))
        cases = (UNFILTERED, *filter_cases())
        job = Job(
            "", dataset.folder, out, kept, cases=cases, target=0.99, seconds=asked.seconds, clients=cores
        )
        run = run_systems(INDEXES, dataset, job, cores, silent)
        print_run(run)
    print()
    measured = [line for one in run.measured for line in lines(one)]
    for case in map(str, cases):
        ours = next((line for line in measured if line.system == OURS and line.case == case), None)
        if ours is None or ours.recall is None:
            continue
        if case != str(UNFILTERED):
            print(verdict(f"{case}: recall@10", ours.recall, 1.0, most=False))
        peers = [
            line
            for line in measured
            if line.case == case
            and not line.system.startswith("pinakes")
            and line.system != "numpy"
            and (line.recall or 0.0) >= min(ours.recall, job.target)
        ]
        if peers:
            best = min(peers, key=lambda line: line.latency.p50)
            ratio = ours.latency.p50 / best.latency.p50
            print(verdict(f"{case}: p50 / {best.system} p50 (recall {best.recall:.3f})", ratio, 1.0))
    return 0


if __name__ == "__main__":
    sys.exit(main())
