"""Which index answers: chosen for every query and segment, from what the filter lets through."""

from dataclasses import dataclass
from typing import Self

from pinakes.indexes.base import VectorIndex
from pinakes.indexes.stored import IndexRecord, OpenIndexes, Rung
from pinakes.kernels.ahead import LARGE

GATHER_MS = 0.00015
"""Milliseconds to fetch the codes of one allowed row from their place and compare them
(benchmarks/vector_index.py)."""

FETCH_MS = 0.02
"""The same where the vectors are too large to stay in memory, and rows come from the disk."""

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
        filtered: the same at the effort for filtered answers, with the recall that these had when it was
            tuned; None where they are exact.
        filtered_ms: median milliseconds that this took.
        gather_ms: milliseconds for one allowed row that is fetched from its place.
    """

    exact: VectorIndex
    quick: Choice | None = None
    filtered: Choice | None = None
    filtered_ms: float = 0.0
    gather_ms: float = GATHER_MS

    @classmethod
    def of(cls, indexes: OpenIndexes) -> Self:
        """Return the planner of what was opened."""
        record = indexes.record
        if record is None or record.approximate is None or indexes.approximate is None:
            return cls(indexes.exhaustive)
        quick = Choice(indexes.approximate, record.approximate.recall10)
        rung = _filtered_rung(record)
        if rung is None or rung.filtered_recall is None or indexes.filtered is None:
            return cls(indexes.exhaustive, quick)
        large = record.rows * record.dim * 2 >= LARGE
        return cls(
            indexes.exhaustive,
            quick,
            Choice(indexes.filtered, rung.filtered_recall),
            rung.filtered_ms or 0.0,
            FETCH_MS if large else GATHER_MS,
        )

    def choose(self, k: int, allowed: int | None) -> Choice:
        """Choose the index for a query.

        Args:
            k: how many rows are wanted.
            allowed: how many rows a filter lets through; None without one.
        """
        if self.quick is None or k >= DEEPEST:
            return Choice(self.exact)
        if allowed is None:
            return self.quick
        if self.filtered is None or allowed * self.gather_ms <= self.filtered_ms:
            return Choice(self.exact)
        return self.filtered


def _filtered_rung(record: IndexRecord) -> Rung | None:
    """Return what was measured at the effort for filtered answers."""
    family = None if record.approximate is None else record.approximate.family
    return next(
        (rung for rung in record.table if (rung.family, rung.effort) == (family, record.filtered_effort)),
        None,
    )
