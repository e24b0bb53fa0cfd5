"""Where in a picture a measurement counts: overlapping windows on a square grid."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

LEVELS = 16


@cache
def triangles(size: int, cells: int) -> NDArray[np.float64]:
    """Return the weight of each of ``size`` pixels in each of ``cells`` windows along one side.

    Windows are triangles, two cells wide, so that a pixel between two centres counts in both and nothing
    jumps when a picture is shifted (the spatial interpolation of Dalal and Triggs, "Histograms of oriented
    gradients", CVPR 2005). Weights are whole numbers up to ``LEVELS``.

    Returns:
        float64 of shape (size, cells).
    """
    centres = (np.arange(cells) + 0.5) * size / cells
    distance = np.abs(np.arange(size)[:, None] + 0.5 - centres) / (size / cells)
    weights: NDArray[np.float64] = np.rint(LEVELS * np.maximum(0.0, 1.0 - distance))
    return weights


def pool(maps: NDArray[np.float64], cells: int) -> NDArray[np.float64]:
    """Sum maps over a grid of overlapping windows.

    Windows at the border reach outside the picture and so weigh less: what a photo is of seldom lies there.
    Maps hold whole numbers and so do the weights, and their sums stay far below 2**53: the result is exact,
    whatever the order in which the linear algebra library adds.

    Args:
        maps: float64 of shape (channels, size, size), whole numbers.
        cells: windows along each side.

    Returns:
        float64 of shape (cells, cells, channels): by row, column and channel, the mean over each window.
    """
    channels, size, _ = maps.shape
    weights = triangles(size, cells)
    across = maps.reshape(channels * size, size) @ weights
    down = across.reshape(channels, size, cells).transpose(0, 2, 1).reshape(channels * cells, size) @ weights
    area = (LEVELS * size / cells) ** 2
    means: NDArray[np.float64] = down.reshape(channels, cells, cells).transpose(2, 1, 0) / area
    return means
