"""Laying one picture over another: the affine transform that makes two small grey pictures agree best."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

COARSE: Final = (4, 8)
FINE: Final = ((2, 6), (1, 5))
"""(reduction, iterations) from coarse to fine. A crop of 10 % moves the corner by 5 of 96 pixels, which at a
quarter of the size is a little more than one: within reach of a gradient."""

OUTLIER: Final = 0.7
"""Differences are cut at so many standard deviations, so that a watermark or a white corner does not pull."""

STEP: Final = 0.25
"""Largest change of a parameter in one iteration, in half sides: a larger one is of a hopeless pair."""


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """Pictures laid over others.

    Attributes:
        warped: float32 of shape (n, side, side): the second pictures in the places of the first ones.
        inside: bool of shape (n, side, side): where the second picture has pixels.
        transform: float32 of shape (n, 2, 3), from a place in the first picture to one in the second, in
            half sides from the centre: (x, y, 1) -> (x, y).
    """

    warped: NDArray[np.float32]
    inside: NDArray[np.bool_]
    transform: NDArray[np.float32]


def register_coarsely(
    first: NDArray[np.uint8], second: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Lay each second picture over the first one of the same row, at a quarter of the size.

    Args:
        first: uint8 of shape (n, side, side); side is a multiple of 4.
        second: uint8 of the same shape.

    Returns:
        (transforms of shape (n, 2, 3), see `Overlay`; correlation of each overlay, shape (n,), -1 to 1).
    """
    reduction, iterations = COARSE
    fixed, moving = _standardised(_reduced(first, reduction)), _reduced(second, reduction)
    transform = _refine(fixed, moving, _identity(len(first)), iterations)
    warped, _ = warp(moving, transform)
    return transform, (fixed * _standardised(warped)).mean(axis=(1, 2))


def register(first: NDArray[np.uint8], second: NDArray[np.uint8], transform: NDArray[np.float32]) -> Overlay:
    """Lay each second picture over the first one of the same row, beginning from a coarse answer.

    Inverse compositional Gauss-Newton over the six parameters of an affine transform (Baker and Matthews,
    "Lucas-Kanade 20 Years On", IJCV 56, 2004), on pictures of zero mean and unit variance, so that
    brightness and contrast do not matter (as in Evangelidis and Psarakis, PAMI 30, 2008), coarse to fine.

    Args:
        first: uint8 of shape (n, side, side); side is a multiple of 4.
        second: uint8 of the same shape.
        transform: from `register_coarsely`.
    """
    for reduction, iterations in FINE:
        fixed, moving = _standardised(_reduced(first, reduction)), _reduced(second, reduction)
        transform = _refine(fixed, moving, transform, iterations)
    warped, inside = warp(second.astype(np.float32), transform)
    return Overlay(warped, inside, transform)


def warp(
    pictures: NDArray[np.float32], transform: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Sample pictures at transformed places, with bilinear interpolation.

    Args:
        pictures: shape (n, side, side).
        transform: shape (n, 2, 3), see `Overlay`.

    Returns:
        (samples, float32 of shape (n, side, side), the nearest border pixel outside; bool of the same
        shape, whether the place is inside).
    """
    n, side, _ = pictures.shape
    grid = _grid(side)
    places = transform @ np.vstack([grid, np.ones((1, side * side), dtype=np.float32)])
    places = (places + np.float32(1.0)) * np.float32(side / 2) - np.float32(0.5)
    inside = ((places >= -0.5) & (places <= side - 0.5)).all(axis=1)
    np.clip(places, 0.0, side - 1.0, out=places)
    corner = np.minimum(places.astype(np.int32), side - 2)
    across, down = (places - corner)[:, 0], (places - corner)[:, 1]
    at = corner[:, 1] * side + corner[:, 0] + (np.arange(n, dtype=np.int32) * (side * side))[:, None]
    flat = pictures.ravel()
    upper = flat[at] * (1 - across) + flat[at + 1] * across
    lower = flat[at + side] * (1 - across) + flat[at + side + 1] * across
    samples: NDArray[np.float32] = upper * (1 - down) + lower * down
    return samples.reshape(n, side, side), inside.reshape(n, side, side)


def _refine(
    fixed: NDArray[np.float32],
    moving: NDArray[np.float32],
    transform: NDArray[np.float32],
    iterations: int,
) -> NDArray[np.float32]:
    n, side, _ = fixed.shape
    descent = _steepest_descent(fixed)
    hessian = descent @ descent.transpose(0, 2, 1)
    # Flat pictures have no unique answer; the ridge keeps them where they are.
    ridge = 1e-3 * np.trace(hessian, axis1=1, axis2=2) / 6 + 1e-6
    hessian += np.eye(6, dtype=np.float32) * ridge[:, None, None]
    inverse = np.linalg.inv(hessian)
    for _ in range(iterations):
        warped, inside = warp(moving, transform)
        error = np.clip(_standardised(warped) - fixed, -OUTLIER, OUTLIER) * inside
        step = (inverse @ (descent @ error.reshape(n, side * side, 1)))[:, :, 0]
        np.clip(step, -STEP, STEP, out=step)
        transform = _compose(transform, step)
    return transform


def _steepest_descent(fixed: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how each pixel changes with each of the six parameters, shape (n, 6, pixels)."""
    n, side, _ = fixed.shape
    # In half sides: a pixel is 2 / side wide.
    down, across = np.gradient(fixed, 2.0 / side, axis=(1, 2))
    x, y = _grid(side)
    across, down = across.reshape(n, 1, -1), down.reshape(n, 1, -1)
    parts = [across * x, across * y, across, down * x, down * y, down]
    return np.concatenate(parts, axis=1).astype(np.float32)


def _compose(transform: NDArray[np.float32], step: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the transform after the inverse of a step."""
    n = len(step)
    change = np.tile(np.eye(3, dtype=np.float32), (n, 1, 1))
    change[:, :2] += step.reshape(n, 2, 3)
    whole = np.tile(np.eye(3, dtype=np.float32), (n, 1, 1))
    whole[:, :2] = transform
    return (whole @ np.linalg.inv(change))[:, :2].astype(np.float32)


def _identity(n: int) -> NDArray[np.float32]:
    return np.tile(np.array([[1, 0, 0], [0, 1, 0]], dtype=np.float32), (n, 1, 1))


def _grid(side: int) -> NDArray[np.float32]:
    """Return x and y of every pixel's centre in half sides from the middle, shape (2, side * side)."""
    along = ((np.arange(side) + 0.5) * (2.0 / side) - 1.0).astype(np.float32)
    y, x = np.meshgrid(along, along, indexing="ij")
    return np.stack([x.ravel(), y.ravel()])


def _reduced(pictures: NDArray[np.uint8], reduction: int) -> NDArray[np.float32]:
    """Average squares of pixels."""
    n, side, _ = pictures.shape
    small = side // reduction
    blocks = pictures.reshape(n, small, reduction, small, reduction)
    means: NDArray[np.float32] = blocks.mean(axis=(2, 4), dtype=np.float32)
    return means


def _standardised(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring each picture to mean 0 and variance 1; a flat one to 0."""
    centred = pictures - pictures.mean(axis=(1, 2), keepdims=True)
    deviation = np.sqrt((centred * centred).mean(axis=(1, 2), keepdims=True))
    scaled: NDArray[np.float32] = centred / np.maximum(deviation, np.float32(1.0))
    return scaled
