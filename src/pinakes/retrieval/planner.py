"""Which index answers: chosen for every query and segment, from what the filter lets through."""

from dataclasses import dataclass
from typing import Self

from pinakes.indexes.base import VectorIndex
from pinakes.indexes.stored import IndexRecord, OpenIndexes

GATHER_MS = 0.00035
"""Milliseconds to fetch one allowed row from its place and compare it (benchmarks/vector_index.py)."""

DEEPEST = 1000
"""Rows wanted from which every answer is exact: recall is measured at 10 and 100."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An index, and the recall that it is known for: 1.0 for what loses nothing by proof."""

    index: VectorIndex
    recall: float = 1.0


@dataclass(frozen=True, slots=True)
class Planner:
    """The indexes of one space of one segment.

    Attributes:
        exact: loses nothing, by proof.
        quick: the approximate index with its measured recall; None where there is none.
        filtered: the same, looking so hard that it lost no row of any filtered answer when it was tuned.
        filtered_ms: median milliseconds that this took.
    """

    exact: VectorIndex
    quick: Choice | None = None
    filtered: VectorIndex | None = None
    filtered_ms: float = 0.0

    @classmethod
    def of(cls, indexes: OpenIndexes) -> Self:
        """Return the planner of what was opened."""
        record = indexes.record
        if record is None or record.approximate is None or indexes.approximate is None:
            return cls(indexes.exhaustive)
        quick = Choice(indexes.approximate, record.approximate.recall10)
        return cls(indexes.exhaustive, quick, indexes.filtered, _filtered_ms(record))

    def choose(self, k: int, allowed: int | None) -> Choice:
        """Choose the index for a query.

        Args:
            k: how many rows are wanted.
            allowed: how many rows a filter lets through; None without one. What a filter leaves is found
                completely: exactly, or by an index that was seen to lose nothing under filters.
        """
        if self.quick is None or k >= DEEPEST:
            return Choice(self.exact)
        if allowed is None:
            return self.quick
        if self.filtered is None or allowed * GATHER_MS <= self.filtered_ms:
            return Choice(self.exact)
        return Choice(self.filtered)


def _filtered_ms(record: IndexRecord) -> float:
    """Return what the effort took under masks that loses nothing there."""
    approximate = record.approximate
    return next(
        (
            rung.filtered_ms
            for rung in record.table
            if approximate is not None
            and rung.family == approximate.family
            and rung.effort == record.filtered_effort
            and rung.filtered_ms is not None
        ),
        0.0,
    )
