"""Exact search over the stored vectors themselves: nothing to build, nothing to keep."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.base import Proposal
from pinakes.indexes.certified import FEW_ALLOWED, Proof, certified
from pinakes.indexes.codes import CodeScan, faiss_is_imported
from pinakes.indexes.known import KnownRows
from pinakes.kernels.scan import best_rows
from pinakes.kernels.similarity import Stored, scan_error

FEW, VERY_FEW = 4096, 512
"""Rows up to which NumPy is faster than FAISS, whose import takes 0.2 s; once it is imported, the second."""

SPARE, ATTEMPTED = 16, 8
"""Rows beside the wanted ones that a scan of fetched rows is asked for, as rounding could hide one of them
among equals; and how many times as many where those were not enough."""

TOGETHER = 12
"""Queries from which one matrix product is faster than that many scans."""


class ExactIndex:
    """Compares a query with every allowed row; keeps every row that its rounding error could hide."""

    name = "exact"
    exhaustive = True
    effort = 0
    efforts: Sequence[int] = ()

    def __init__(self, vectors: Stored) -> None:
        """Store the vectors.

        Args:
            vectors: unit rows, shape (n, dim), float16 or float32; kept as they are.
        """
        self._vectors = vectors
        self.known = KnownRows()

    def at(self, effort: int) -> Self:
        """Return itself: it cannot look harder."""
        return self

    def propose(
        self, queries: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None
    ) -> list[Proposal]:
        """Propose every row that may be among the k best; see `VectorIndex.propose`."""
        scanned = len(self._vectors) if mask is None else self.known.count(mask)
        return self.propose_of(queries, k, mask, scanned)

    def propose_of(
        self, queries: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None, scanned: int
    ) -> list[Proposal]:
        """Propose rows as `propose` does, where it is known how many the mask allows."""
        n = len(self._vectors)
        many = n > (VERY_FEW if faiss_is_imported() else FEW)
        by_faiss = self._vectors.dtype == np.float16 and many and len(queries) < TOGETHER
        in_place = mask is None or scanned >= FEW_ALLOWED * n
        if by_faiss and in_place and k >= 1:
            return [self._scan(query, k, mask, scanned) for query in queries]
        if by_faiss and mask is not None and 1 <= k < scanned:
            allowed = self.known.of(mask)
            return [Proposal(self._gather(query, k, allowed), scanned) for query in queries]
        among = None if mask is None else np.flatnonzero(mask)
        return [Proposal(rows, scanned) for rows in best_rows(self._vectors, queries, k, among)]

    def save(self, folder: Path) -> None:
        """Write nothing: the vectors are all there is."""

    def _scan(
        self, query: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None, scanned: int
    ) -> Proposal:
        error = scan_error(self._vectors.shape[1])
        proof = Proof(self._vectors, query, k, unit=1.0, offset=0.0, error=error)
        share = scanned / len(self._vectors)
        rows = certified(self._codes, self.known, query, mask, share=share, proof=proof)
        if rows is None:
            among = None if mask is None else np.flatnonzero(mask)
            rows = best_rows(self._vectors, query[None], k, among)[0]
        return Proposal(rows, scanned)

    def _gather(self, query: NDArray[np.float32], k: int, among: NDArray[np.int64]) -> NDArray[np.int64]:
        """Compare with more than k rows, fetched from their places; see `best_rows`."""
        slack = 2.0 * scan_error(self._vectors.shape[1])
        for most in (k + SPARE, ATTEMPTED * (k + SPARE)):
            found = self._codes.best_among(query, most, among)
            least = found.scores[k - 1] - slack
            if found.floor < least:
                return np.sort(found.rows[found.scores >= least])
        return best_rows(self._vectors, query[None], k, among)[0]

    @cached_property
    def _codes(self) -> CodeScan:
        return CodeScan(self._vectors, "QT_fp16")


class ExactFamily:
    """Exact search over the stored vectors."""

    name = "exact"

    def build(self, vectors: Stored) -> ExactIndex:
        """Build nothing."""
        return ExactIndex(vectors)

    def open(self, folder: Path, vectors: Stored) -> ExactIndex:
        """Open nothing."""
        return ExactIndex(vectors)
