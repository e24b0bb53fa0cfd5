"""Which pairs of pictures are worth a comparison: near in their vectors, or in their perceptual hashes."""

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pinakes.kernels.similarity import unit_rows

MOST: Final = 20
"""Candidates of one picture by one signal. A photo that exists a hundred times is one family all the same:
its copies are each other's neighbours."""

LEAST_COSINE: Final = 0.5
"""A floor that copies seldom miss: docs/duplicates.md has the recall from end to end."""

COMPONENTS: Final = 128
LEAST_REDUCED: Final = 0.55
"""Principal components that are looked at first, for a quarter of the work of all 512, and the least cosine
among them: a little higher, because what is left out is mostly what differs."""

MOST_BITS: Final = 10
"""Bits in which the hashes of candidates may differ; a mirrored JPEG differs from the mirrored hash in 4
(median) to 8 (95 %)."""

_ROWS, _COLUMNS = 1024, 4096
_SAMPLE: Final = 8192

_Hits: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]
_MIRROR: Final = np.tile(np.array([-1, 1], dtype=np.float32), 32)
"""Mirroring a picture changes the sign of its odd horizontal frequencies 1, 3, 5 and 7."""


def hash_signs(hashes: Sequence[str | None]) -> NDArray[np.float32]:
    """Write perceptual hashes as signs, so that the product of two says in how many bits they agree.

    Args:
        hashes: 64 bits as 16 hex digits, or None.

    Returns:
        float32 of shape (n, 64), -1 or 1; a row of zeros for None, which is near nothing.
    """
    usable = np.array([h is not None for h in hashes], dtype=np.float32)
    raw = b"".join(bytes.fromhex(h or "0" * 16) for h in hashes)
    bits = np.unpackbits(np.frombuffer(raw, dtype=np.uint8)).reshape(len(hashes), 64)
    return (bits.astype(np.float32) * 2 - 1) * usable[:, None]


def mirrored(signs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the signs that the mirrored pictures would have, shape (n, 64)."""
    return signs * _MIRROR


def pairs_by_vector(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return pairs whose vectors are near: in the principal components first, then in full.

    Args:
        vectors: unit rows or rows of zeros, shape (n, dim).

    Returns:
        See `pairs_above`.
    """
    reduced = vectors
    if vectors.shape[1] > COMPONENTS:
        sample = vectors[:: len(vectors) // _SAMPLE + 1].astype(np.float64)
        _, axes = np.linalg.eigh(sample.T @ sample)
        reduced = unit_rows(vectors @ axes[:, -COMPONENTS:].astype(np.float32))
    pairs = pairs_above(reduced, reduced, LEAST_REDUCED)
    cosines = np.concatenate(
        [
            np.einsum("ij,ij->i", vectors[part[:, 0]], vectors[part[:, 1]])
            for part in np.array_split(pairs, len(pairs) // _ROWS + 1)
        ]
    )
    return pairs[cosines >= LEAST_COSINE]


def pairs_by_hash(signs: NDArray[np.float32], *, mirror: bool) -> NDArray[np.int64]:
    """Return pairs whose hashes differ in at most `MOST_BITS` bits; see `pairs_above`."""
    return pairs_above(signs, mirrored(signs) if mirror else signs, 64.0 - 2 * MOST_BITS)


def pairs_above(
    rows: NDArray[np.float32], columns: NDArray[np.float32], floor: float, most: int = MOST
) -> NDArray[np.int64]:
    """Find the pairs with the largest products.

    Every pair is looked at, in tiles that stay in the processor's cache: nothing is approximate. A pair is
    kept if it is among the best ``most`` of either picture; which of equal ones is not said.

    Args:
        rows: shape (n, d).
        columns: shape (n, d), the other side of the same n pictures; rows @ columns.T is symmetric.
        floor: least product.
        most: pairs that one picture proposes, the best ones.

    Returns:
        int64 of shape (m, 2), first < second, sorted, no pair twice.
    """
    n = len(rows)
    found: list[_Hits] = []
    for top in range(0, n, _ROWS):
        for left in range(top - top % _COLUMNS, n, _COLUMNS):
            tile = rows[top : top + _ROWS] @ columns[left : left + _COLUMNS].T
            found.append(_best_of(tile, floor, most, top, left))
            found.append(_best_of(tile.T, floor, most, left, top))
    if not found:
        return np.empty((0, 2), dtype=np.int64)
    first, second, products = (np.concatenate(part) for part in zip(*found, strict=True))
    pairs = np.stack([np.minimum(first, second), np.maximum(first, second)], axis=1)
    pairs, at = np.unique(pairs, axis=0, return_index=True)
    return _best_partners(pairs, products[at], most)


def _best_of(tile: NDArray[np.float32], floor: float, most: int, top: int, left: int) -> _Hits:
    """Return the hits of a tile off the diagonal, at most ``most`` + 1 a row: a row may meet itself."""
    rows = np.flatnonzero(tile.max(axis=1) >= floor)
    kept = min(most + 1, tile.shape[1])
    at = np.argpartition(-tile[rows], kept - 1, axis=1)[:, :kept] if len(rows) else np.empty((0, kept), int)
    product = tile[rows[:, None], at]
    first, second = np.broadcast_to(rows[:, None] + top, at.shape), at + left
    good = (product >= floor) & (first != second)
    return first[good], second[good], product[good]


def _best_partners(pairs: NDArray[np.int64], products: NDArray[np.float32], most: int) -> NDArray[np.int64]:
    """Keep the sorted pairs that are among the best of either picture."""
    owner = pairs.T.ravel()
    order = np.lexsort((-np.tile(products, 2), owner))
    rank = np.arange(len(order)) - np.searchsorted(owner[order], owner[order])
    return pairs[np.unique(order[rank < most] % max(1, len(pairs)))]
