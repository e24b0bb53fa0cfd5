"""Scoring the best rows of a rough scan again, as many as it takes until a miss is improbable."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from pinakes.kernels.ahead import read_rows_ahead
from pinakes.kernels.similarity import Stored, products_at, scan_error


def rescored(
    vectors: Stored,
    query: NDArray[np.float32],
    k: int,
    rough: tuple[NDArray[np.float32], NDArray[np.int64]],
    depths: Iterable[int],
    *,
    deviations: float,
) -> tuple[NDArray[np.int64], bool]:
    """Score rows of a rough scan from the stored vectors, depth by depth, until enough were looked at.

    How far rough scores are off is seen on the rows that are scored again. A row that was left out would have
    to be off by more than the distance from the lowest rough score to the k-th best true one; where that is
    more than so many standard deviations, no deeper look is taken.

    Args:
        vectors: unit rows, shape (n, dim).
        query: unit vector, shape (dim,).
        k: how many rows are wanted, at least 1.
        rough: scores and int64 rows of the scan, best first.
        depths: how many of them are looked at, ascending.
        deviations: that make a miss improbable.

    Returns:
        (int64 rows that may be among the k best of those looked at, ascending; whether a miss is improbable).
    """
    guessed, rows = rough
    scores = np.empty(0, dtype=np.float32)
    kth, sure = -np.inf, False
    for depth in depths:
        new = rows[len(scores) : depth]
        if not len(new):
            break
        read_rows_ahead(vectors, new)
        scores = np.concatenate([scores, products_at(vectors, new, query)])
        if len(scores) <= k:
            continue
        kth = float(np.partition(scores, len(scores) - k)[len(scores) - k])
        off = float(np.sqrt(np.mean(np.square(scores - guessed[: len(scores)]))))
        sure = float(guessed[len(scores) - 1]) + deviations * off < kth
        if sure:
            break
    good = scores >= kth - 2.0 * scan_error(len(query))
    return np.sort(rows[: len(scores)][good]), sure
