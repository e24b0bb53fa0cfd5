"""Colour: how light and colour are laid out, and where in the picture which hue and saturation lie."""

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.descriptor.windows import pool

BINS = 9
CELLS = 4
REACH = 0.8
DARK = 24
STEPS = 16
LAYOUT_CELLS = 6


def colour_layout(planes: NDArray[np.int32]) -> NDArray[np.float64]:
    """Average lightness and the two opponent colours over each cell of a grid: a thumbnail.

    Args:
        planes: int32 of shape (3, size, size), values 0..255.

    Returns:
        float64 of shape (LAYOUT_CELLS, LAYOUT_CELLS, 3), each 0..255; grey is (lightness, 127.5, 127.5).
    """
    red, green, blue = planes.astype(np.float64)
    axes = np.stack([red + green + blue, red - green, red + green - 2.0 * blue])
    scale, offset = np.array([3.0, 2.0, 4.0]), np.array([0.0, 127.5, 127.5])
    inside = pool(np.ones_like(axes[:1]), LAYOUT_CELLS)
    layout: NDArray[np.float64] = pool(axes, LAYOUT_CELLS) / inside / scale + offset
    return layout


def chromaticity_histograms(planes: NDArray[np.int32]) -> NDArray[np.float64]:
    """Histogram the chromaticity of pixels in each cell of a grid.

    Chromaticity is opponent colour (red-green, yellow-blue) divided by intensity, so that shade does not
    matter; its signed square root gives the many weakly coloured pixels of photographs more bins than the
    few vivid ones. Black has no colour: ``DARK`` is added to the intensity. Every pixel is shared between
    its four nearest bins.

    Args:
        planes: int32 of shape (3, size, size), values 0..255.

    Returns:
        float64 of shape (CELLS, CELLS, BINS * BINS).
    """
    red, green, blue = planes
    intensity = (red + green + blue + DARK).astype(np.float64)
    size = planes.shape[1]
    pixel = np.arange(size * size)
    rows = _bin((red - green) / intensity)
    columns = _bin((red + green - 2 * blue) / (2.0 * intensity))
    maps = np.zeros((BINS * BINS, size * size))
    for row, row_weight in rows:
        for column, column_weight in columns:
            maps[row * BINS + column, pixel] = row_weight * column_weight
    return pool(maps.reshape(BINS * BINS, size, size), CELLS)


def _bin(
    axis: NDArray[np.float64],
) -> tuple[tuple[NDArray[np.intp], NDArray[np.float64]], tuple[NDArray[np.intp], NDArray[np.float64]]]:
    """Return the two nearest bins of each value, each with its weight of 0..STEPS, together STEPS."""
    spread = np.sign(axis) * np.sqrt(np.abs(axis))
    position = np.clip((spread / REACH + 1.0) / 2.0 * (BINS - 1), 0.0, BINS - 1.0).ravel()
    lower = np.minimum(position.astype(np.intp), BINS - 2)
    upper_weight = np.rint((position - lower) * STEPS)
    return (lower, STEPS - upper_weight), (lower + 1, upper_weight)
