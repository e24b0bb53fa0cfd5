"""Texture and local colour: rectified responses of small cosine filters."""

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.descriptor.windows import pool

CELLS = 4
# The 4 x 4 integer core transform of H.264 (ITU-T Rec. H.264, 8.5.12), an integer approximation of the
# cosine transform.
TRANSFORM = np.array([[1, 1, 1, 1], [2, 1, -1, -2], [1, -1, -1, 1], [1, -2, 2, -1]], dtype=np.float64)
FILTERS = np.kron(TRANSFORM, TRANSFORM)
NORMS = np.sqrt((FILTERS**2).sum(axis=1))
# All of lightness but its mean; of the two colour axes, which the eye and JPEG keep coarsely, the five
# lowest.
LIGHTNESS, CHROMA = list(range(1, 16)), [1, 2, 4, 5, 8]
AXIS_NORMS = np.sqrt([3.0, 2.0, 6.0])


def filter_responses(planes: NDArray[np.int32]) -> NDArray[np.float64]:
    """Average the responses of cosine filters over each cell of a grid, light and dark phases apart.

    Filters run over lightness and the two opponent axes at every pixel. Splitting each response into its
    positive and its negative part before averaging keeps what a plain average would cancel, as in a layer of
    a convolutional network (Coates, Lee and Ng, "An analysis of single-layer networks", AISTATS 2011).

    Args:
        planes: int32 of shape (3, size, size), values 0..255.

    Returns:
        float64 of shape (CELLS, CELLS, 50).
    """
    red, green, blue = planes.astype(np.float64)
    axes = np.stack([red + green + blue, red - green, red + green - 2.0 * blue])
    size = planes.shape[1] - 3
    patches = np.lib.stride_tricks.sliding_window_view(axes, (4, 4), axis=(1, 2)).reshape(3, size * size, 16)
    kept = [(axis, index) for axis, indices in enumerate((LIGHTNESS, CHROMA, CHROMA)) for index in indices]
    responses = [
        FILTERS[indices] @ patches[axis].T for axis, indices in enumerate((LIGHTNESS, CHROMA, CHROMA))
    ]
    norms = np.array([NORMS[index] * AXIS_NORMS[axis] for axis, index in kept])
    signed = np.concatenate(responses).reshape(len(kept), size, size)
    split = np.concatenate([np.maximum(signed, 0.0), np.maximum(-signed, 0.0)])
    means: NDArray[np.float64] = pool(split, CELLS) / np.concatenate([norms, norms])
    return means
