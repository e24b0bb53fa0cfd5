"""Exact search: every allowed row is looked at."""

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.base import Proposal
from pinakes.kernels.similarity import Stored, scan_error
from pinakes.kernels.topk import at_least_best

GATHER_BELOW = 0.08
"""Share of rows under which gathering the allowed rows beats scanning all of them and masking."""


class ExactIndex:
    """A full scan in float32 that keeps every row its rounding error could hide."""

    name = "exact"
    recall = 1.0

    def __init__(self, vectors: Stored) -> None:
        """Store the vectors.

        Args:
            vectors: unit rows, shape (n, dim), float16 or float32; kept as they are. A scan needs float32:
                a float16 array is widened once, at the first search.
        """
        self._stored = vectors
        self._scannable: NDArray[np.float32] | None = None

    def propose(self, query: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None) -> Proposal:
        """Propose every row that may be among the k best; see `VectorIndex.propose`."""
        n, dim = self._stored.shape
        slack = 2.0 * scan_error(dim)
        if mask is None:
            return Proposal(at_least_best(self._matrix() @ query, k, slack), n, exhaustive=True)
        allowed = np.flatnonzero(mask)
        if len(allowed) < GATHER_BELOW * n:
            scores = self._matrix()[allowed] @ query
            return Proposal(allowed[at_least_best(scores, k, slack)], len(allowed), exhaustive=True)
        scores = self._matrix() @ query
        scores[~mask] = -np.inf
        return Proposal(at_least_best(scores, k, slack), n, exhaustive=True)

    def _matrix(self) -> NDArray[np.float32]:
        if self._scannable is None:
            self._scannable = np.ascontiguousarray(self._stored, dtype=np.float32)
        return self._scannable
