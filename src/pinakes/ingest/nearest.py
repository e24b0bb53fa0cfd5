"""The nearest items of several queries at once, in one pass over the vectors."""

import numpy as np
from numpy.typing import NDArray

from pinakes.kernels.similarity import Stored
from pinakes.kernels.topk import best
from pinakes.snapshots.norms import blocks


def nearest_items(
    queries: NDArray[np.float32], vectors: Stored, items: NDArray[np.int64], k: int
) -> list[NDArray[np.int64]]:
    """Rank items by their nearest vector.

    Args:
        queries: shape (q, dim).
        vectors: unit rows, shape (n, dim); read a block at a time.
        items: the item of each vector, shape (n,).
        k: how many vectors are looked at for each query: the items come from the best k.

    Returns:
        For each query at most k items, best first; nothing for a query of zeros.
    """
    rows = np.empty((len(queries), 0), dtype=np.int64)
    scores = np.empty((len(queries), 0), dtype=np.float32)
    for start, block in blocks(vectors):
        found = queries @ block.T
        here = np.broadcast_to(np.arange(start, start + len(block)), found.shape)
        rows, scores = np.concatenate([rows, here], axis=1), np.concatenate([scores, found], axis=1)
        if rows.shape[1] > k:
            kept = np.argpartition(-scores, k - 1, axis=1)[:, :k]
            rows, scores = np.take_along_axis(rows, kept, 1), np.take_along_axis(scores, kept, 1)
    ranked = []
    for query, found_rows, found_scores in zip(queries, rows, scores, strict=True):
        order = best(found_scores.astype(np.float64), found_rows, k if query.any() else 0)
        hits = items[found_rows[order]]
        _, firsts = np.unique(hits, return_index=True)
        ranked.append(hits[np.sort(firsts)])
    return ranked
