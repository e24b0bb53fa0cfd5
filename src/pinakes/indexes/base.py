"""What a vector index is: something that proposes rows; it never decides a score."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Proposal:
    """The rows that an index proposes for one query.

    Attributes:
        rows: int64, ascending, without repeats; none of them masked.
        scanned: how many rows were looked at.
        exhaustive: no other row that the mask allows could be among the k best.
    """

    rows: NDArray[np.int64]
    scanned: int
    exhaustive: bool


class VectorIndex(Protocol):
    """A search structure over the vectors of one space of one segment.

    The caller scores the proposed rows from the stored vectors with
    `pinakes.kernels.similarity.cosine_scores`, so every index gives the same scores.
    """

    @property
    def name(self) -> str:
        """The plan's name in answers, such as ``exact``."""
        ...

    @property
    def recall(self) -> float:
        """Recall@10 against the exact answer: 1.0 by proof, or as measured when the index was built."""
        ...

    def propose(self, query: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None) -> Proposal:
        """Propose at least the k best rows.

        Args:
            query: unit vector, shape (dim,).
            k: how many rows are wanted.
            mask: shape (n,), True where a row may be proposed; None for all.
        """
        ...
