"""How near the neighbours of a collection are: what "close" means in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinakes.kernels.similarity import Stored
from pinakes.kernels.spread import spread_evenly
from pinakes.snapshots.norms import blocks

SAMPLE = 500
"""Rows whose nearest neighbour is looked up: the median is then known to about 2 percentiles."""

FEWEST = 20
"""Collections with fewer rows have no percentiles worth the name."""

CLOSE, VERY_CLOSE = 10, 50
"""Percentiles of the nearest neighbours' cosines at which an item is called close, and very close."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Cosines at which an item is called close or very close; None: too few rows to say."""

    close: float
    very_close: float


def measure_neighbours(vectors: Stored, items: NDArray[np.int64]) -> Neighbours | None:
    """Take percentiles of the cosine to the nearest row of another item.

    Args:
        vectors: unit rows, shape (n, dim).
        items: the item of each row, shape (n,).

    Returns:
        None with fewer than 20 rows, or when all rows are of one item.
    """
    n = len(vectors)
    if n < FEWEST or items[0] == items[-1]:
        return None
    sample = spread_evenly(n, SAMPLE)
    queries = np.asarray(vectors[sample], dtype=np.float32)
    nearest = np.full(len(sample), -1.0, dtype=np.float32)
    for start, block in blocks(vectors):
        cosines = queries @ block.T
        cosines[items[sample][:, None] == items[start : start + len(block)][None, :]] = -1.0
        np.maximum(nearest, cosines.max(axis=1), out=nearest)
    close, very_close = np.percentile(nearest, [CLOSE, VERY_CLOSE])
    return Neighbours(round(float(close), 4), round(float(very_close), 4))
