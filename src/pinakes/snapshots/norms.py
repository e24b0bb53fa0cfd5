"""Lengths of stored vectors."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

NORM_TOLERANCE = 0.01
"""How far from 1 the length of a stored vector may be. Rounding to float16 moves it by at most about 0.0005
(half a unit in the last of its 11 bits): a vector that is further off was never a unit vector."""

BLOCK = 2_048
"""Rows that are looked at together: 4 MB of 512 numbers each."""


def row_norms(vectors: NDArray[np.generic]) -> NDArray[np.float64]:
    """Return the Euclidean length of each row, read block by block.

    Args:
        vectors: float16 or float32 of shape (n, dim); may be memory-mapped.

    Returns:
        float64 of shape (n,); NaN or infinite where a component is.
    """
    norms = np.empty(len(vectors), dtype=np.float64)
    for start, block in blocks(vectors):
        norms[start : start + len(block)] = np.sqrt(np.einsum("ij,ij->i", block, block, dtype=np.float64))
    return norms


def blocks(vectors: NDArray[np.generic]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield (first row, float32 rows) over all of ``vectors``, a few thousand rows at a time."""
    for start in range(0, len(vectors), BLOCK):
        yield start, vectors[start : start + BLOCK].astype(np.float32)
