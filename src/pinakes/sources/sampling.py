"""A sample of a table's rows, and its columns: what settings are inferred from."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pinakes.sources.cells import as_text, is_nothing
from pinakes.sources.rows import BrokenRow, Row, Rows

FIRST = 2000
"""Rows from the start of a table that are always looked at."""

SPREAD = 2000
"""The most rows that are looked at beyond those, evenly spread over the rest of the table."""


@dataclass(frozen=True)
class Column:
    """The cells of one column in a sample.

    Attributes:
        cells: those that say something.
        rows: number of rows of the sample.
    """

    name: str
    cells: tuple[Any, ...]
    rows: int

    @property
    def coverage(self) -> float:
        """Return the share of rows with a cell that says something."""
        return len(self.cells) / self.rows

    @cached_property
    def distinct(self) -> float:
        """Return the number of different cells by the number of cells, 1 where none repeats."""
        return len({cell if isinstance(cell, Hashable) else as_text(cell) for cell in self.cells}) / len(
            self.cells
        )


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of a table.

    Attributes:
        rows: the sampled rows, in their order.
        offered: number of rows of the whole table, broken ones included.
        broken: number of rows that cannot be read.
    """

    rows: tuple[Row, ...]
    offered: int
    broken: int

    def columns(self) -> dict[str, Column]:
        """Return the columns in the order in which they first appear."""
        cells: dict[str, list[Any]] = {}
        for row in self.rows:
            for name, cell in row.values.items():
                kept = cells.setdefault(name, [])
                if not is_nothing(cell):
                    kept.append(cell)
        return {name: Column(name, tuple(kept), len(self.rows)) for name, kept in cells.items()}


def take_sample(table: Rows, limit: int | None = None) -> Sample:
    """Read a table once and keep its first rows and an even spread of the others.

    The spread is systematic: every k-th row, where k doubles, and every second row that was kept is dropped,
    as often as there are too many. So the same table gives the same sample.

    Args:
        table: the table.
        limit: read no more rows than this; None: all.

    Raises:
        SourceError: the table cannot be read.
    """
    first: list[Row] = []
    spread: list[Row] = []
    offered = broken = readable = 0
    step = 1
    for row in table.rows():
        offered += 1
        if isinstance(row, BrokenRow):
            broken += 1
        elif len(first) < FIRST:
            first.append(row)
        else:
            if readable % step == 0:
                spread.append(row)
            if len(spread) > SPREAD:
                spread, step = spread[::2], step * 2
            readable += 1
        if offered == limit:
            break
    return Sample((*first, *spread), offered, broken)
