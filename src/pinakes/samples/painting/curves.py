"""Curves: smooth outlines through a few points, and where to move them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""Points of shape (n, 2), x then y."""


def points(*pairs: tuple[float, float]) -> Points:
    """Return points of shape (n, 2)."""
    return np.array(pairs, np.float64)


def smooth(knots: Points, closed: bool = True, steps: int = 8) -> Points:
    """Return a centripetal-looking Catmull-Rom curve through the knots, ``steps`` points a span.

    Source: Catmull and Rom, "A class of local interpolating splines" (1974), tension 0.5.
    """
    if closed:
        ring = np.concatenate([knots[-1:], knots, knots[:2]])
    else:
        ring = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    a, b, c, d = (ring[i : len(ring) - 3 + i, None] for i in range(4))
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    flat: Points = curve.reshape(-1, 2)
    return flat if closed else np.concatenate([flat, knots[-1:]])


def mirrored(half: Points, axis: float = 0.0) -> Points:
    """Return an outline from its right half: the half itself, then its mirror image backwards."""
    other = half[::-1] * [-1, 1] + [2 * axis, 0]
    return np.concatenate([half, other])


def placed(
    outline: Points, x: float, y: float, scale: float | tuple[float, float] = 1.0, turn: float = 0.0
) -> Points:
    """Scale, then turn (radians, clockwise on the screen), then move an outline."""
    cos, sin = np.cos(turn), np.sin(turn)
    px, py = (outline * np.asarray(scale)).T
    return np.column_stack([px * cos - py * sin + x, px * sin + py * cos + y])


def moved(line: Points, dx: float, dy: float) -> Points:
    """Return the points moved by (dx, dy)."""
    return np.asarray(line + np.array([dx, dy]), np.float64)


def ring(x: float, y: float, rx: float, ry: float | None = None, n: int = 72) -> Points:
    """Return an ellipse as a closed outline of ``n`` points."""
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    return np.column_stack([x + rx * np.cos(angle), y + (rx if ry is None else ry) * np.sin(angle)])


def ribbon(line: Points, widths: Sequence[float]) -> Points:
    """Return the outline of a band around a line; ``widths`` (full widths) are spread along it."""
    ahead = np.gradient(line, axis=0)
    across = np.column_stack([-ahead[:, 1], ahead[:, 0]]) / np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    width = np.interp(np.linspace(0, 1, len(line)), np.linspace(0, 1, len(widths)), widths) / 2
    offset = across * width[:, None]
    return np.concatenate([line + offset, (line - offset)[::-1]])
