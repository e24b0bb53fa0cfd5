"""Colour: where in the picture which hue, saturation and lightness lie."""

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.descriptor.windows import pool

BINS = 9
CELLS = 4
REACH = 0.8
DARK = 24
STEPS = 16
LIGHTNESS_BINS = 5
LIGHTNESS_SHARE = 0.25


def colour_histograms(planes: NDArray[np.int32]) -> NDArray[np.float64]:
    """Histogram the chromaticity and the lightness of pixels in each cell of a grid.

    Chromaticity is opponent colour (red-green, yellow-blue) divided by intensity, so that shade does not
    matter; its signed square root gives the many weakly coloured pixels of photographs more bins than the few
    vivid ones. Black has no colour: ``DARK`` is added to the intensity. Lightness counts for less, because
    light does not belong to the thing that is shown. Every pixel is shared between its nearest bins.

    Args:
        planes: int32 of shape (3, size, size), values 0..255.

    Returns:
        float64 of shape (CELLS, CELLS, BINS * BINS + LIGHTNESS_BINS).
    """
    red, green, blue = planes
    intensity = (red + green + blue + DARK).astype(np.float64)
    rows = _nearest(_spread((red - green) / intensity), BINS)
    columns = _nearest(_spread((red + green - 2 * blue) / (2.0 * intensity)), BINS)
    size = planes.shape[1]
    pixel = np.arange(size * size)
    maps = np.zeros((BINS * BINS + LIGHTNESS_BINS, size * size))
    for row, row_weight in rows:
        for column, column_weight in columns:
            maps[row * BINS + column, pixel] = row_weight * column_weight
    for level, weight in _nearest((red + green + blue) / 765.0, LIGHTNESS_BINS):
        maps[BINS * BINS + level, pixel] = weight * (STEPS * LIGHTNESS_SHARE)
    return pool(maps.reshape(len(maps), size, size), CELLS)


def _spread(axis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Map an opponent axis, -1..1, to 0..1, with more room near grey."""
    return (np.sign(axis) * np.sqrt(np.abs(axis)) / REACH + 1.0) / 2.0


def _nearest(
    position: NDArray[np.float64], bins: int
) -> tuple[tuple[NDArray[np.intp], NDArray[np.float64]], tuple[NDArray[np.intp], NDArray[np.float64]]]:
    """Return the two bins nearest to each position, 0..1, each with its weight, together STEPS."""
    place = np.clip(position * (bins - 1), 0.0, bins - 1.0).ravel()
    lower = np.minimum(place.astype(np.intp), bins - 2)
    upper_weight = np.rint((place - lower) * STEPS)
    return (lower, STEPS - upper_weight), (lower + 1, upper_weight)
