"""Similarity of vectors: one fixed-order kernel decides every score."""

import math
from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

Stored: TypeAlias = NDArray[np.float16] | NDArray[np.float32]
"""Vectors as a snapshot stores them, shape (n, dim)."""

HALF_SCALE = np.float32(2.0**112)
"""The exponents of float32 are biased by 112 more than those of float16."""

FETCHED = 256
"""Rows that are fetched at once: at 512 dimensions half a megabyte as float32, and a quarter as stored, which
stay in the cache of a core, of a megabyte (600 rows 0.20 ms, with twice as many at once 0.25; AMD EPYC)."""

FEW = 16
"""Rows up to which NumPy's cast of halves takes less time than several steps over so little."""

DECIMALS = 6
"""Scores are rounded to this many decimals: far above float64's error, far below any meaning."""


def cosine_scores(vectors: Stored, query: NDArray[np.float32]) -> NDArray[np.float64]:
    """Score stored unit vectors against a unit query: exactly, and always the same way.

    Each row is summed on its own in float64 (NumPy's pairwise order along the row), so a score does
    not depend on which other rows are scored with it, on threads, or on the plan that proposed it.

    Args:
        vectors: float16 or float32, shape (n, dim).
        query: float32, shape (dim,).

    Returns:
        float64 of shape (n,), rounded to six decimals.
    """
    wide = query.astype(np.float64)
    if vectors.dtype == np.float16 and len(vectors) > FEW:
        products = _moved(cast("NDArray[np.float16]", vectors)).astype(np.float64)
        wide *= HALF_SCALE  # instead of every row: powers of two are exact
    else:
        products = vectors.astype(np.float64)
    products *= wide
    scores: NDArray[np.float64] = np.add.reduce(products, axis=1).round(DECIMALS)
    return scores + 0.0  # no negative zero


def widen(vectors: Stored) -> NDArray[np.float32]:
    """Return float16 values as float32, exactly, and eight times as fast as NumPy's cast.

    Infinities and NaN, which no snapshot holds, would not survive. What is float32 already comes back as it
    is.
    """
    if vectors.dtype != np.float16:
        return np.asarray(vectors, dtype=np.float32)
    wide = _moved(cast("NDArray[np.float16]", vectors))
    wide *= HALF_SCALE
    return wide


def _moved(vectors: NDArray[np.float16]) -> NDArray[np.float32]:
    """Return float16 values divided by `HALF_SCALE`, exactly, as float32.

    The bits of a finite half are those of a float32 whose exponent is 112 too low (IEEE 754), so they are
    moved to their places; that is exact for subnormal numbers too.
    """
    bits = vectors.view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= np.int32(-0x70002000)  # the sign, and what was moved; the sign's copies between them go
    return bits.view(np.float32)


def products(rows: NDArray[np.float32], query: NDArray[np.float32]) -> NDArray[np.float32]:
    """Multiply some hundred rows, shape (n, dim), with one query, in the calling thread.

    A matrix library would wake its threads for so little, and wait for them: on a busy machine that takes a
    hundred times as long as the sums.
    """
    scores: NDArray[np.float32] = np.vecdot(rows, query)
    return scores


def products_at(vectors: Stored, rows: NDArray[np.int64], query: NDArray[np.float32]) -> NDArray[np.float32]:
    """Multiply rows of stored vectors, fetched from their places, with one query of length 1 at most.

    For halves the query is multiplied by `HALF_SCALE` instead of every row: the same products, as powers of
    two are exact, in half the time.

    Args:
        vectors: shape (n, dim).
        rows: int64, in any order.

    Returns:
        float32, one for each of the rows.
    """
    if vectors.dtype != np.float16:
        return products(np.asarray(vectors[rows], dtype=np.float32), query)
    stored, scaled = vectors.view(np.ndarray), query * HALF_SCALE  # a memory map is slow to index
    found = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), FETCHED):
        some = slice(start, start + FETCHED)
        fetched = stored.take(rows[some], axis=0)  # an array as an index takes a fifth longer
        np.vecdot(_moved(fetched), scaled, out=found[some])
    return found


def scan_error(dim: int) -> float:
    """Return a bound on how far a float32 scan may be from the exact score of unit vectors.

    The forward error of a dot product in any summation order is at most gamma_n |x||y| with
    gamma_n = n u / (1 - n u) (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 3.1);
    u is 2**-24 for float32. Half a unit of the last decimal is added for the rounding of scores.
    """
    unit = 2.0**-24
    return dim * unit / (1.0 - dim * unit) * 1.03 + 0.5 * 10.0**-DECIMALS


def unit_rows(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    """Scale each row of (n, dim) to length 1; rows of zeros stay zero."""
    wide = np.asarray(vectors, dtype=np.float64)
    norms = np.sqrt((wide * wide).sum(axis=1, keepdims=True))
    scaled: NDArray[np.float32] = np.divide(wide, norms, out=np.zeros_like(wide), where=norms > 0).astype(
        np.float32
    )
    return scaled


def length(vector: NDArray[np.float64]) -> float:
    """Return the length of one vector of shape (dim,): what `unit_rows` divides a row by, to the last bit.

    It is 0, infinite or NaN where the vector is zero or not finite, and where its square is beyond float64.
    """
    return math.sqrt(float(np.add.reduce(vector * vector)))
