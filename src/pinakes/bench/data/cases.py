"""Filters by selectivity: independent of the vectors, with them, and against them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

SELECTIVITIES = (0.0001, 0.001, 0.01, 0.05, 0.2, 0.5, 1.0)
"""Shares of the rows that filters let through; a filter may let through all of them."""


class Kind(StrEnum):
    """How what a filter allows lies to what a query looks for."""

    ALL = "all"
    INDEPENDENT = "independent"
    NEAR = "near"
    FAR = "far"


class Column(StrEnum):
    """The whole numbers that rows can be filtered by; each is a permutation of 0 to n - 1.

    SHUFFLED is independent of the vectors; ALONG is the rank of a row along the first principal direction.
    """

    SHUFFLED = "shuffled"
    ALONG = "along"


@dataclass(frozen=True, slots=True)
class Range:
    """A filter: ``low <= column < high``."""

    column: Column
    low: int
    high: int

    def mask(self, columns: Mapping[Column, NDArray[np.int32]]) -> NDArray[np.bool_]:
        """Return which rows pass, shape (n,)."""
        values = columns[self.column]
        passing: NDArray[np.bool_] = (values >= self.low) & (values < self.high)
        return passing


@dataclass(frozen=True, slots=True, order=True)
class Case:
    """A kind of filter that lets a share of the rows through.

    Attributes:
        kind: independent of the vectors, near to the query (rows of its own side of the first principal
            direction) or far (of the other side).
        share: of the rows, 0 to 1.
        once: every query has a filter of its own, which was never asked before; otherwise a side shares one.
    """

    kind: Kind
    share: float
    once: bool = False

    def __str__(self) -> str:
        if self.kind is Kind.ALL:
            return "no filter"
        return f"{self.kind} {self.share:.2%}" + (", asked once" if self.once else "")

    def where(self, rows: int, side: int, number: int = 0) -> Range | None:
        """Return the filter for a query.

        Args:
            rows: of the data set.
            side: of the first principal direction on which the query lies, -1 or 1.
            number: of the query; filters that are asked once lie a row further for each.
        """
        if self.kind is Kind.ALL:
            return None
        count = max(1, round(self.share * rows))
        low = 1 + number % (rows - count) if self.once and count < rows else 0
        if self.kind is Kind.INDEPENDENT:
            return Range(Column.SHUFFLED, low, low + count)
        if (side > 0) == (self.kind is Kind.NEAR):
            low = rows - count - low
        return Range(Column.ALONG, low, low + count)


UNFILTERED = Case(Kind.ALL, 1.0)


def filter_cases(selectivities: tuple[float, ...] = SELECTIVITIES, *, once: bool = False) -> tuple[Case, ...]:
    """Return every kind of filter at every selectivity, and where asked for each once more, asked once."""
    return tuple(
        Case(kind, share, once=alone)
        for kind in (Kind.INDEPENDENT, Kind.NEAR, Kind.FAR)
        for share in selectivities
        for alone in ((False, True) if once and share < 1 else (False,))
    )
