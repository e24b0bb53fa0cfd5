"""The shape of a cloud of vectors: how many dimensions it fills, and whether it is one cloud or two."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PARTS = 8
"""Starts of the clustering; the one with the tightest clusters counts."""

ROUNDS = 30
"""Steps of the clustering at most; it settles in fewer."""

DIRECTIONS = 16
"""Principal directions in which two clouds are compared, at most; one of 16 dimensions, so that by chance
little is in common."""

SMALLEST = 0.02
"""Share of the rows that a second cloud must have to be spoken of."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How a cloud fills its dimensions.

    Attributes:
        effective: participation ratio of the variances, (sum)**2 / sum of squares: the number of dimensions
            of a ball, and 1 for a line.
        components: principal components that hold 95 % of the variance.
        dead: columns in which all rows have the same value.
        mean: length of the mean of the unit rows: 0 for a sphere, near 1 for a narrow cone.
    """

    effective: float
    components: int
    dead: int
    mean: float


def measure_spread(rows: NDArray[np.float32]) -> Spread:
    """Measure a sample of unit rows, shape (n, dim)."""
    mean = rows.mean(axis=0, dtype=np.float64)
    centred = rows - mean.astype(np.float32)
    variances = np.linalg.eigvalsh((centred.T @ centred).astype(np.float64))[::-1].clip(min=0)
    total = variances.sum()
    if total == 0:
        return Spread(0.0, 0, rows.shape[1], float(np.linalg.norm(mean)))
    components = int(np.searchsorted(np.cumsum(variances) / total, 0.95)) + 1
    effective = float(total**2 / np.square(variances).sum())
    dead = int((np.ptp(rows, axis=0) == 0).sum())
    return Spread(effective, components, dead, float(np.linalg.norm(mean)))


@dataclass(frozen=True, slots=True)
class Mixture:
    """The two clouds that a sample falls into most easily.

    Attributes:
        share: of the rows in the smaller one.
        common: how much of the variance that a cloud has in its own principal directions it has in those of
            the other, 0 to 1; the larger of the two.
        means: cosine between the means of the two.
    """

    share: float
    common: float
    means: float


def split_in_two(rows: NDArray[np.float32]) -> Mixture:
    """Split unit rows in two by spherical k-means, and compare the directions in which each part varies.

    The parts of one encoder's cloud are kinds of things: they vary in many of the same directions, or lie to
    the same side of the origin. Vectors of two encoders have neither in common but by chance. Mixtures of
    encoders whose means were taken off are not noticed.

    Args:
        rows: shape (n, dim), n at least 100.
    """
    labels = _two_means(rows)
    parts = [rows[labels], rows[~labels]]
    share = min(len(part) for part in parts) / len(rows)
    directions = min(DIRECTIONS, max(1, rows.shape[1] // 16))
    if min(len(part) for part in parts) < 2 * directions:
        return Mixture(share, 1.0, 1.0)
    centred = [part - part.mean(axis=0) for part in parts]
    axes = [_principal(part, directions) for part in centred]
    common = [
        float(np.square(centred[a] @ axes[1 - a]).sum() / max(np.square(centred[a] @ axes[a]).sum(), 1e-12))
        for a in (0, 1)
    ]
    means = [part.mean(axis=0) for part in parts]
    cosine = float(means[0] @ means[1] / max(np.linalg.norm(means[0]) * np.linalg.norm(means[1]), 1e-12))
    return Mixture(share, max(common), cosine)


def _two_means(rows: NDArray[np.float32]) -> NDArray[np.bool_]:
    random = np.random.default_rng(0)
    best, labels = -np.inf, np.zeros(len(rows), dtype=np.bool_)
    for _ in range(PARTS):
        centres = rows[random.choice(len(rows), 2, replace=False)]
        for _ in range(ROUNDS):
            cosines = rows @ centres.T
            mine = cosines[:, 0] >= cosines[:, 1]
            if mine.all() or not mine.any():
                break
            moved = np.stack([rows[mine].sum(axis=0), rows[~mine].sum(axis=0)])
            moved /= np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-12)
            if np.array_equal(moved, centres):
                break
            centres = moved
        tightness = float((rows @ centres.T).max(axis=1).sum())
        if tightness > best and mine.any() and not mine.all():
            best, labels = tightness, mine
    return labels


def _principal(centred: NDArray[np.float32], directions: int) -> NDArray[np.float32]:
    """Return the first principal directions, shape (dim, directions)."""
    _, vectors = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    return vectors[:, ::-1][:, :directions].astype(np.float32)
