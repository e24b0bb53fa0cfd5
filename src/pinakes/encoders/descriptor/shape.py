"""Shape: histograms of gradient orientation, normalised against their neighbourhood."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.descriptor.windows import pool

ORIENTATIONS = 8
GLOBAL_SHARE = 0.3
NOISE_FLOOR = 0.5


def gradient_histograms(planes: NDArray[np.int32], cells: int) -> NDArray[np.float64]:
    """Histogram the orientations of gradients in each cell of a grid.

    Orientation is unsigned: a dark edge on light counts as a light edge on dark. Each pixel speaks through
    the colour channel with the strongest gradient (Dalal and Triggs 2005, section 6.2).

    Args:
        planes: int32 of shape (3, size, size), values 0..255.
        cells: cells along each side.

    Returns:
        float64 of shape (cells, cells, ORIENTATIONS): mean gradient by orientation; bin 0 is a horizontal
        gradient (a vertical edge), bin ORIENTATIONS / 2 a vertical one.
    """
    size = planes.shape[1]
    across, down = _strongest_gradient(planes)
    bins, near, far = _orientation_table()
    code = ((down + 255) * 511 + across + 255).ravel()
    first = bins[code]
    second = (first + 1) % ORIENTATIONS
    pixel = np.arange(size * size)
    maps = np.zeros((ORIENTATIONS, size * size))
    maps[first, pixel] = near[code]
    maps[second, pixel] += far[code]
    return pool(maps.reshape(ORIENTATIONS, size, size), cells)


def normalise_cells(histograms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide each cell by the gradient strength around it, then take square roots.

    The strength is that of the 3 x 3 cells around, so that contrast does not matter, joined by a share of
    the whole picture's, so that noise in an empty corner stays small. The square root (Arandjelovic and
    Zisserman, "Three things everyone should know", CVPR 2012) keeps one strong edge from outweighing all
    others.

    Args:
        histograms: float64 of shape (cells, cells, orientations).

    Returns:
        float64 of the same shape.
    """
    cells = histograms.shape[0]
    strength = np.sqrt((histograms**2).sum(axis=2))
    padded = np.pad(strength, 1, mode="edge")
    around = sum(padded[i : i + cells, j : j + cells] for i in range(3) for j in range(3)) / 9.0
    level = np.sqrt(around**2 + (GLOBAL_SHARE * strength.mean()) ** 2) + NOISE_FLOOR
    normalised: NDArray[np.float64] = np.sqrt(histograms / level[:, :, None])
    return normalised


def _strongest_gradient(planes: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the horizontal and vertical central difference of the channel where they are largest."""
    across = np.zeros_like(planes)
    down = np.zeros_like(planes)
    across[:, :, 1:-1] = planes[:, :, 2:] - planes[:, :, :-2]
    down[:, 1:-1] = planes[:, 2:] - planes[:, :-2]
    strength = across * across + down * down
    best_across, best_down, best = across[0], down[0], strength[0]
    for channel in (1, 2):
        stronger = strength[channel] > best
        best_across = np.where(stronger, across[channel], best_across)
        best_down = np.where(stronger, down[channel], best_down)
        best = np.where(stronger, strength[channel], best)
    return best_across, best_down


@cache
def _orientation_table() -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """Return, for every pair of differences, the lower bin and how much goes to it and to the next one."""
    down, across = np.mgrid[-255:256, -255:256].astype(np.float64)
    position = (np.arctan2(down, across) % np.pi) / np.pi * ORIENTATIONS
    magnitude = np.hypot(down, across)
    lower = np.floor(position)
    near = np.rint(magnitude * (1.0 - (position - lower)))
    far = np.rint(magnitude) - near
    return lower.astype(np.intp).ravel() % ORIENTATIONS, near.ravel(), np.maximum(far, 0.0).ravel()
