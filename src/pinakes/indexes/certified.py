"""Exact answers from inexact scores: scan with a bounded error, and prove that nothing was missed."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pinakes.kernels.similarity import Stored, scan_error, widen

FIRST, MARGIN = 4, 64
"""The first scan is for four times the wanted rows and 64 more: with CLIP vectors in eight bits, enough."""

ATTEMPTS = 3
"""Scans, each for eight times as many rows, before a plain scan of everything is the better way."""

Scan = Callable[[int], tuple[NDArray[np.int64], NDArray[np.float32]]]
"""How many rows -> the rows with the greatest scores, and these, best first; fewer when there are no more."""


def certified(
    scan: Scan, vectors: Stored, query: NDArray[np.float32], k: int, error: float
) -> NDArray[np.int64] | None:
    """Return every row that may be among the k best, or None where that could not be shown cheaply.

    The best rows of the scan are scored again. A row that the scan left out scores at most its lowest score
    plus ``error``; where that is below the k-th best of the others, the k best are among them.

    Args:
        scan: its scores are off by ``error`` at most.
        vectors: unit rows, shape (n, dim).
        query: shape (dim,), of length at most 1.
        k: how many rows are wanted, at least 1.

    Returns:
        int64 rows, ascending: a superset of the true k best.
    """
    rounding = scan_error(vectors.shape[1])
    most = FIRST * k + MARGIN
    for _ in range(ATTEMPTS):
        rows, rough = scan(most)
        scores = widen(vectors[rows]) @ query
        if len(rows) <= k:
            return np.sort(rows)  # there are no more
        kth = float(np.partition(scores, len(scores) - k)[len(scores) - k])
        if len(rows) < most or float(rough[-1]) + error < kth - rounding:
            return np.sort(rows[scores >= kth - 2.0 * rounding])
        most *= 8
    return None
