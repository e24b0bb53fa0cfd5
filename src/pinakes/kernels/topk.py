"""The best k of many: higher is better, ties by a given order."""

import math

import numpy as np
from numpy.typing import NDArray

BLOCKS = 4
"""Blocks for each wanted score: of 4 k blocks, the k-th best tells a score that some 1.15 k reach."""


def best(scores: NDArray[np.float64], order: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Return the positions of the k best scores.

    Args:
        scores: shape (n,), higher is better.
        order: shape (n,), decides between equal scores: lower first.
        k: how many; fewer come back when n < k.

    Returns:
        int64 positions into ``scores``, best first.
    """
    if k <= 0:
        return np.empty(0, dtype=np.int64)
    if len(scores) <= BLOCKS * k:
        return np.lexsort((order, -scores))[:k]
    floor = reached(scores, k)
    above = scores[scores > floor]
    if len(above) >= k:
        floor = np.sort(above)[-k]
    kept, level = np.flatnonzero(scores > floor), np.flatnonzero(scores == floor)
    wanted = k - len(kept)
    if len(level) > wanted:  # perhaps by far: words score many short texts alike
        level = level[np.argsort(order[level], kind="stable")[:wanted]]
    kept = np.concatenate([kept, level])
    return kept[np.lexsort((order[kept], -scores[kept]))]


def reached(scores: NDArray[np.float64], k: int) -> float:
    """Return a score that k or more reach, and hardly more than k exceed: the k-th of the best of blocks.

    Where many scores are equal, as those of words in short texts, `np.partition` would take ten times as long
    as where few are; to sort the best of some blocks takes less than either.

    Args:
        scores: shape (n,), at least k of them.
        k: at least 1.
    """
    size = max(1, len(scores) // max(BLOCKS * k, math.isqrt(len(scores))))
    # The scores of a block lie far apart: to compare whole stretches is faster than to look along each block.
    blocks = scores[: len(scores) // size * size].reshape(size, -1).max(axis=0)
    return float(np.sort(blocks)[-k])


def most_frequent(counts: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return the places of the highest counts above zero, highest first, ties by place."""
    found = np.flatnonzero(counts)
    if len(found) > most:
        floor = np.partition(counts[found], len(found) - most)[len(found) - most]
        above = found[counts[found] > floor]
        found = np.concatenate([above, found[counts[found] == floor][: most - len(above)]])
    return found[np.lexsort((found, -counts[found]))]
