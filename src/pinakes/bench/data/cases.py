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
    """

    kind: Kind
    share: float

    def __str__(self) -> str:
        return "no filter" if self.kind is Kind.ALL else f"{self.kind} {self.share:.2%}"

    def where(self, rows: int, side: int) -> Range | None:
        """Return the filter for a query.

        Args:
            rows: of the data set.
            side: of the first principal direction on which the query lies, -1 or 1.
        """
        count = max(1, round(self.share * rows))
        if self.kind is Kind.ALL:
            return None
        if self.kind is Kind.INDEPENDENT:
            return Range(Column.SHUFFLED, 0, count)
        high = (side > 0) == (self.kind is Kind.NEAR)
        return Range(Column.ALONG, rows - count, rows) if high else Range(Column.ALONG, 0, count)


UNFILTERED = Case(Kind.ALL, 1.0)


def filter_cases(selectivities: tuple[float, ...] = SELECTIVITIES) -> tuple[Case, ...]:
    """Return every kind of filter at every selectivity."""
    return tuple(
        Case(kind, share) for kind in (Kind.INDEPENDENT, Kind.NEAR, Kind.FAR) for share in selectivities
    )
