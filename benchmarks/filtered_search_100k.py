"""Filters from 0.01 % to 100 % of 100,000 vectors, with, against and independent of them: recall and latency.

Run: ``python -m benchmarks.filtered_search_100k [--work DIR] [--rows N] [--system NAME]``; DIR keeps data and
indexes for the next time. Every peer is measured at its least effort that reaches recall 1.0, or at its
greatest. The best peer of a cell is the fastest of FAISS, hnswlib and USearch that finds as much as Pinakes;
NumPy, which anyone would write first, stands beside them.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.budget import verdict
from benchmarks.progress import Lines
from benchmarks.real_vectors import generated_dataset
from pinakes.bench.data.cases import filter_cases
from pinakes.bench.job import Job
from pinakes.bench.machine import Machine
from pinakes.bench.report import Line, lines
from pinakes.bench.run import run_systems
from pinakes.bench.systems import PLANNED
from pinakes.cli.output import console, print_notes, table

ROWS = 100_000
OURS = PLANNED
SCAN = "numpy"
LIBRARIES = ("faiss-flat", "faiss-fp16", "faiss-hnsw", "faiss-ivfpq", "hnswlib", "usearch")
EQUAL = 0.999
"""Recall of a peer that counts as equal to finding everything: one miss in a hundred queries for ten."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line for each cell, and the budgets; return 1 if a filter lost a row."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, help="where data and indexes are kept")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument(
        "--seconds", type=float, default=0.3, help="of measuring each filter and kind of query"
    )
    parser.add_argument("--system", action="append", help="a peer; all by default")
    asked = parser.parse_args(arguments)
    machine, cases = Machine.this(), filter_cases()
    with tempfile.TemporaryDirectory() as folder:
        dataset = generated_dataset(asked.work or Path(folder), asked.rows)
        data = f"{asked.rows:,} x {dataset.rows.shape[1]}, synthetic: {dataset.source}"
        out, kept = dataset.folder / "out-filters", dataset.folder / "indexes"
        job = Job("", dataset.folder, out, kept, cases=cases, target=1.0, seconds=asked.seconds, clients=0)
        systems = (OURS, SCAN, *(asked.system or LIBRARIES))
        run = run_systems(systems, dataset, job, machine.cores, Lines())
        measured = [line for one in run.measured for line in lines(one)]
    cells = [Cell(case, [line for line in measured if line.case == case]) for case in map(str, cases)]
    print(f"{machine}\n{data}\n")
    print_notes(f"{one.summary.system}: {one.summary.skipped}" for one in run.measured if one.summary.skipped)
    print_cells(cells, systems[1:])
    print()
    met = sum(cell.ratio <= 1.0 for cell in cells)
    print(
        verdict("recall of the worst filter", min(cell.ours.recall or 0.0 for cell in cells), 1.0, most=False)
    )
    print(verdict("p50 / best peer's p50, the slowest cell", max(cell.ratio for cell in cells), 1.0))
    print(f"not slower than the best peer in {met} of {len(cells)} cells")
    return int(any(cell.ours.recall != 1.0 for cell in cells))


class Cell:
    """One filter: what Pinakes took, and what every peer took."""

    def __init__(self, case: str, found: Sequence[Line]) -> None:
        self.case = case
        by_system = {line.system: line for line in found}
        self.ours = by_system.pop(OURS)
        self.peers = by_system
        equal = [line for line in found if line.system in LIBRARIES and (line.recall or 0.0) >= EQUAL]
        self.best = min(equal, key=lambda line: line.latency.p50, default=None)

    @property
    def ratio(self) -> float:
        """Our median over that of the best peer; 0 where none finds everything."""
        return 0.0 if self.best is None else self.ours.latency.p50 / self.best.latency.p50


def print_cells(cells: Sequence[Cell], peers: Sequence[str]) -> None:
    """Print medians in milliseconds, with the recall where it is not 1."""

    def told(line: Line | None) -> str:
        if line is None:
            return "-"
        lost = "" if (line.recall or 0.0) == 1.0 else f" ({line.recall:.3f})"
        return f"{line.latency.p50:.2f}{lost}"

    rows = [
        (
            cell.case,
            told(cell.ours),
            *(told(cell.peers.get(peer)) for peer in peers),
            "none finds all" if cell.best is None else cell.best.system,
            "-" if cell.best is None else f"{cell.ratio:.2f}",
        )
        for cell in cells
    ]
    right = ("pinakes", *peers, "ratio")
    headings = ("p50 ms (recall)", "pinakes", *peers, "best peer", "ratio")
    wide = console()
    wide.width = 200
    wide.print(table(*headings, rows=rows, right=right))


if __name__ == "__main__":
    sys.exit(main())
