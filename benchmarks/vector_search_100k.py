"""100,000 vectors of four distributions, query by query: Pinakes' exact and quantised plans beside scans.

Run: ``python -m benchmarks.vector_search_100k [--graphs] [--work DIR]``; DIR keeps data and indexes for the
next time. ``--graphs`` measures the graphs of FAISS, hnswlib, USearch and Pinakes too; they take minutes to
build.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.budget import verdict
from benchmarks.progress import Lines
from benchmarks.real_vectors import generated_dataset, real_datasets
from pinakes.bench.data.cases import UNFILTERED
from pinakes.bench.job import Job
from pinakes.bench.report import Line, lines
from pinakes.bench.run import Measured, run_systems
from pinakes.cli.bench import print_run

ROWS = 100_000
SCANS = ("numpy", "faiss-fp16", "faiss-flat")
EXACT = ("pinakes:exact", "pinakes:int8")
QUANTISED = ("pinakes:pq:4", "pinakes:pq:2", "pinakes:ivf:4")
GRAPHS = ("faiss-hnsw", "hnswlib", "usearch", "pinakes:hnsw")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table for each distribution, and the budgets over all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, help="where data and indexes are kept")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--seconds", type=float, default=2.0, help="of measuring each system")
    parser.add_argument("--graphs", action="store_true", help="measure graphs too")
    asked = parser.parse_args(arguments)
    systems = (*SCANS, *EXACT, *QUANTISED, *(GRAPHS if asked.graphs else ()))
    with tempfile.TemporaryDirectory() as folder:
        work = asked.work or Path(folder)
        found: dict[str, dict[str, Line]] = {}
        for dataset in (*real_datasets(work, asked.rows), generated_dataset(work, asked.rows)):
            cores = len(os.sched_getaffinity(0))
            job = Job(
                "",
                dataset.folder,
                dataset.folder / "out",
                dataset.folder / "indexes",
                target=0.999,
                seconds=asked.seconds,
                clients=cores,
                sweep=False,
            )
            run = run_systems(systems, dataset, job, cores, Lines())
            print_run(run)
            print()
            found[dataset.name] = {m.summary.system: line for m in run.measured for line in _plain(m)}
    _judge(found)
    return 0


def _plain(measured: Measured) -> list[Line]:
    return [line for line in lines(measured) if line.case == str(UNFILTERED)]


def _judge(found: dict[str, dict[str, Line]]) -> None:
    recalls: dict[str, float] = {}
    for name, systems in found.items():
        fastest = min((systems[s] for s in SCANS if s in systems), key=lambda line: line.latency.p50)
        ours = min((systems[s] for s in EXACT if s in systems), key=lambda line: line.latency.p50)
        ratio = ours.latency.p50 / fastest.latency.p50
        print(verdict(f"{name}: {ours.system} p50 / {fastest.system} p50", ratio, 1.1))
        print(verdict(f"{name}: {ours.system} recall@10", ours.recall or 0.0, 1.0, most=False))
        quick = [systems[s] for s in QUANTISED if s in systems]
        good = [line for line in quick if (line.recall or 0.0) >= 0.999] or quick
        if good:
            best = min(good, key=lambda line: line.latency.p50)
            print(verdict(f"{name}: {best.system} p50", best.latency.p50, 1.0, " ms"))
            recalls[name] = best.recall or 0.0
            print(verdict(f"{name}: {best.system} recall@10", recalls[name], 0.999, most=False))
    if recalls:
        worst = min(recalls, key=recalls.__getitem__)
        print(verdict(f"worst distribution, {worst}: recall@10", recalls[worst], 0.999, most=False))


if __name__ == "__main__":
    sys.exit(main())
