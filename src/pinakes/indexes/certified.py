"""Exact answers from inexact scores: scan with a bounded error, and prove that nothing was missed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.codes import CodeScan, Found
from pinakes.indexes.known import KnownRows
from pinakes.kernels.similarity import Stored, products_at, scan_error

FIRST, MARGIN = 4, 64
"""The first scan is for four times the wanted rows and 64 more: with CLIP vectors in eight bits, enough."""

ATTEMPTS = 3
"""Scans, each for eight times as many rows, before a plain scan of everything is the better way."""

Scan = Callable[[int], Found]
"""How many rows are wanted at most -> those with the greatest scores."""

FEW_ALLOWED = 0.1
"""Share of allowed rows below which they are fetched from their places, instead of stepping over the others.

In a scan a row that is stepped over costs 3 to 10 ns and one that is compared 60 or 30 (float16, eight bits);
one that is fetched 200 or 140, from a cache half of that (benchmarks/vector_index.py).
"""

MOST_ALLOWED = 0.4
"""Share of allowed rows from which a scan of all rows is faster than one that steps over the others."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Shows that no row which a scan left out can be among the k best.

    The best rows of the scan are scored again. A row that the scan left out scores at most its lowest score
    plus an error; where that is below the k-th best of the others, the k best are among them.

    Attributes:
        vectors: unit rows, shape (n, dim).
        query: shape (dim,), of length at most 1.
        k: how many rows are wanted, at least 1.
        unit, offset: a product p of the scan stands for the score ``p * unit + offset``.
        error: how far that may be off.
    """

    vectors: Stored
    query: NDArray[np.float32]
    k: int
    unit: float
    offset: float
    error: float

    def attempt(self, scan: Scan, attempts: int) -> NDArray[np.int64] | None:
        """Scan, each time for eight times as many rows, until the proof holds; None where it never does."""
        rounding = scan_error(self.vectors.shape[1])
        most = FIRST * self.k + MARGIN
        for _ in range(attempts):
            found = scan(most)
            scores = products_at(self.vectors, found.rows, self.query)
            if len(scores) > self.k:
                kth = float(np.partition(scores, len(scores) - self.k)[len(scores) - self.k])
                if found.floor * self.unit + self.offset + self.error < kth - rounding:
                    return np.sort(found.rows[scores >= kth - 2.0 * rounding])
            elif found.floor == -np.inf:
                return np.sort(found.rows)
            most *= 8
        return None


def certified(
    scanner: CodeScan,
    known: KnownRows,
    asked: NDArray[np.float32],
    mask: NDArray[np.bool_] | None,
    *,
    share: float,
    proof: Proof,
) -> NDArray[np.int64] | None:
    """Return every row that may be among the k best, or None where that could not be shown cheaply.

    Args:
        scanner: of the codes.
        known: which rows the latest mask allows.
        asked: the query as the scanner takes it.
        mask: shape (n,), True where a row may be found; None for all.
        share: of the rows that the mask allows.
        proof: what the scan's products mean.

    Returns:
        int64 rows, ascending: a superset of the true k best.
    """
    if mask is not None and share < FEW_ALLOWED:
        among = known.of(mask)
        return proof.attempt(lambda most: scanner.best_among(asked, most, among), ATTEMPTS)
    if mask is not None and share >= MOST_ALLOWED:
        allowed = mask
        rows = proof.attempt(lambda most: scanner.best_of_all(asked, int(1.25 * most / share), allowed), 1)
        if rows is not None:
            return rows
    return proof.attempt(lambda most: scanner.best(asked, most, mask), ATTEMPTS)
