"""Scoring the best rows of a rough scan again, as many as it takes until a miss is improbable."""

import numpy as np
from numpy.typing import NDArray

from pinakes.kernels.ahead import read_rows_ahead
from pinakes.kernels.similarity import Stored, products_at, scan_error


def rescored(
    vectors: Stored,
    query: NDArray[np.float32],
    k: int,
    rough: tuple[NDArray[np.float32], NDArray[np.int64]],
    first: int,
    *,
    deviations: float,
) -> tuple[NDArray[np.int64], bool]:
    """Score the best rows of a rough scan from the stored vectors, as many as it takes.

    How far rough scores are off is seen on the rows that are scored again. A row that was left out would have
    to be off by more than the distance from its rough score to the k-th best true one; those for which that
    is less than so many standard deviations are scored next, at least as many as before.

    Args:
        vectors: unit rows, shape (n, dim).
        query: unit vector, shape (dim,).
        k: how many rows are wanted, at least 1.
        rough: scores and int64 rows of the scan, best first.
        first: how many of them are looked at first, at least 1.
        deviations: that make a miss improbable.

    Returns:
        (int64 rows that may be among the k best of those looked at, ascending; whether a miss is improbable).
    """
    guessed, rows = rough
    scores = np.empty(0, dtype=np.float32)
    kth, sure, depth = -np.inf, False, first
    while not sure and len(scores) < len(rows):
        new = rows[len(scores) : depth]
        read_rows_ahead(vectors, new)
        scores = np.concatenate([scores, products_at(vectors, new, query)])
        depth *= 2
        if len(scores) > k:
            kth = float(np.partition(scores, len(scores) - k)[len(scores) - k])
            off = float(np.sqrt(np.mean(np.square(scores - guessed[: len(scores)]))))
            worth = int(np.searchsorted(-guessed, deviations * off - kth, side="right"))
            sure = worth < len(scores)
            depth = max(depth, worth + 1)
    good = scores >= kth - 2.0 * scan_error(len(query))
    return np.sort(rows[: len(scores)][good]), sure
