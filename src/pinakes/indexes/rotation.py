"""Rotations before coding, which let a few bits tell as much as they can."""

import numpy as np
from numpy.typing import NDArray

SEED = 4

BLOCK = 16_384
"""Rows that are centred at once."""


def random_rotation(dim: int) -> NDArray[np.float32]:
    """Return an orthogonal matrix, float32 of shape (dim, dim): the same one for the same dimension.

    It spreads every dimension over all, so that none stands out.
    """
    random = np.random.default_rng(SEED).standard_normal((dim, dim))
    return np.linalg.qr(random)[0].astype(np.float32)


def banded_rotation(sample: NDArray[np.float32], piece: int) -> NDArray[np.float32]:
    """Return a rotation after which pieces of dimensions vary as much as each other, but unevenly inside.

    The principal directions are cut into as many bands as a piece has dimensions, by their variance, and a
    piece gets one dimension of each band. Its few bits then go where vectors differ: the eigenvalue
    allocation of Ge, He, Ke and Sun, "Optimized Product Quantization", TPAMI 2014. Within a band directions
    are spread at random, or the first would take the table of a query's products for itself.

    Args:
        sample: of the vectors, shape (rows, dim).
        piece: dimensions that are coded together.

    Returns:
        float32 of shape (padded dim, dim), whole pieces; it changes no product of two vectors.
    """
    dim = sample.shape[1]
    width = -(-dim // piece)
    directions = np.zeros((piece * width, dim))
    directions[:dim] = _principal(sample)
    bands = random_rotation(width) @ directions.reshape(piece, width, dim)
    return np.ascontiguousarray(bands.swapaxes(0, 1).reshape(-1, dim), dtype=np.float32)


def _principal(sample: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the principal directions, those of the greatest variance first; any where nothing varies."""
    dim = sample.shape[1]
    mean = sample.mean(axis=0) if len(sample) else np.zeros(dim, np.float32)
    covariance = np.zeros((dim, dim))
    for start in range(0, len(sample), BLOCK):  # a copy of the whole would double what a build holds
        centred = sample[start : start + BLOCK] - mean
        covariance += centred.T @ centred
    _, directions = np.linalg.eigh(covariance)
    # Either sign will do, and which one comes out is chance: the same one makes the same codes everywhere.
    greatest = np.abs(directions).argmax(axis=0)
    signs = np.where(directions[greatest, np.arange(dim)] < 0, -1.0, 1.0)
    principal: NDArray[np.float64] = (directions * signs).T[::-1]
    return principal
