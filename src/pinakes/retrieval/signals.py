"""The ranked lists that go into an answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinakes.retrieval.dense import DenseHits
from pinakes.retrieval.results import PlanStep

WORDS = "words"
"""The signal of BM25."""

EXACT_ID = "id"
"""The signal of an id that was typed."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One ranked list that goes into the fusion, and that hits quote.

    Attributes:
        name: ``id``, ``words``, or that of a vector space.
        rows: int64, items in the numbering of the corpus, best first.
        scores: float64 of the same length.
        weight: in the fusion.
        dense: what was found in the space; None for words and ids.
        others: items that hold only some of the words, and are no part of a list in the order of a field.
    """

    name: str
    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    weight: float
    dense: DenseHits | None = None
    others: int = 0

    def step(self, share: float) -> PlanStep:
        """Return how it was searched.

        Args:
            share: of the items that filter and policy let through.
        """
        if self.dense is not None:
            method, scanned, recall = self.dense.method, self.dense.scanned, self.dense.recall
        else:
            method, scanned, recall = {WORDS: "bm25"}.get(self.name, "lookup"), len(self.rows), 1.0
        return PlanStep(self.name, method, scanned, round(share, 6), recall, self.weight)


def sorted_only(signals: Sequence[Signal], depth: int) -> list[str]:
    """Say of which lists only a part was put in order: nearness has no end as words have."""
    by_words = [
        f"in order are the {len(signal.rows):,} that hold every word; {signal.others:,} more hold only some"
        for signal in signals
        if signal.others
    ]
    return by_words + [
        f"of {signal.name}, only the {depth} nearest were put in order"
        for signal in signals
        if signal.dense is not None and len(signal.rows) >= depth
    ]
