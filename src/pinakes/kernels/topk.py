"""The best k of many: higher is better, ties by a given order."""

import numpy as np
from numpy.typing import NDArray


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
    if len(scores) > 4 * k:
        floor = np.partition(scores, len(scores) - k)[len(scores) - k]
        kept, level = np.flatnonzero(scores > floor), np.flatnonzero(scores == floor)
        wanted = k - len(kept)
        if len(level) > wanted:  # perhaps by far: words score many short texts alike
            level = level[np.argsort(order[level], kind="stable")[:wanted]]
        kept = np.concatenate([kept, level])
    else:
        kept = np.arange(len(scores))
    ranked = np.lexsort((order[kept], -scores[kept]))
    return kept[ranked[:k]].astype(np.int64)


def most_frequent(counts: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return the places of the highest counts above zero, highest first, ties by place."""
    found = np.flatnonzero(counts)
    if len(found) > most:
        floor = np.partition(counts[found], len(found) - most)[len(found) - most]
        above = found[counts[found] > floor]
        found = np.concatenate([above, found[counts[found] == floor][: most - len(above)]])
    return found[np.lexsort((found, -counts[found]))]
