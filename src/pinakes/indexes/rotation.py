"""A rotation that spreads every dimension over all: codes of a byte or less need none that stands out."""

import numpy as np
from numpy.typing import NDArray

SEED = 4


def random_rotation(dim: int) -> NDArray[np.float32]:
    """Return an orthogonal matrix, float32 of shape (dim, dim): the same one for the same dimension."""
    random = np.random.default_rng(SEED).standard_normal((dim, dim))
    return np.linalg.qr(random)[0].astype(np.float32)


def padded_rotation(dim: int, piece: int) -> NDArray[np.float32]:
    """Return `random_rotation` with rows of zeros, which change no product, up to whole pieces.

    Args:
        piece: dimensions that are coded together.

    Returns:
        float32 of shape (padded dim, dim).
    """
    rotation = np.zeros((-(-dim // piece) * piece, dim), dtype=np.float32)
    rotation[:dim] = random_rotation(dim)
    return rotation
