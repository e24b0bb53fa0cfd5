"""Shapes: coverage masks of polygons, strokes, ellipses and turned bodies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from pinakes.samples.painting.canvas import SIDE, Mask, Pixels
from pinakes.samples.painting.curves import Points

SUPERSAMPLING = 3

Lines = Sequence[list[tuple[float, float]]]


def empty(left: float, top: float, right: float, bottom: float) -> Mask:
    """Return a mask of no coverage over a box, clipped to the canvas and at least one pixel large."""
    x0, y0 = (min(max(int(np.floor(v)), 0), SIDE - 1) for v in (left, top))
    x1, y1 = (min(max(int(np.ceil(v)), low + 1), SIDE) for v, low in ((right, x0), (bottom, y0)))
    return Mask(x0, y0, np.zeros((y1 - y0, x1 - x0), np.float32))


def everywhere() -> Mask:
    """Return a mask that covers the whole canvas."""
    return Mask(0, 0, np.ones((SIDE, SIDE), np.float32))


def polygon(*outlines: Points, scale: int = SUPERSAMPLING) -> Mask:
    """Return the union of closed outlines."""
    together = np.concatenate(outlines)
    box = empty(*(together.min(0) - 1), *(together.max(0) + 1))

    def draw(pen: ImageDraw.ImageDraw, moved: Lines) -> None:
        for outline in moved:
            pen.polygon(outline, fill=255)

    return _drawn(box, scale, draw, outlines)


def strokes(*lines: Points, width: float, scale: int = 4) -> Mask:
    """Return lines of one width with round ends."""
    together = np.concatenate(lines)
    box = empty(*(together.min(0) - width), *(together.max(0) + width))
    thick = max(1, round(width * scale))

    def draw(pen: ImageDraw.ImageDraw, moved: Lines) -> None:
        for line in moved:
            pen.line(line, fill=255, width=thick, joint="curve")
            for x, y in (line[0], line[-1]):
                pen.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=255)

    return _drawn(box, scale, draw, lines)


def ellipse(x: float, y: float, rx: float, ry: float | None = None, soft: float = 0.0) -> Mask:
    """Return an ellipse; ``soft`` widens its edge from one pixel to a band of that many."""
    ry = rx if ry is None else ry
    box = empty(x - rx - soft - 1, y - ry - soft - 1, x + rx + soft + 1, y + ry + soft + 1)
    dx, dy = (box.x - x) / max(rx, 0.3), (box.y - y) / max(ry, 0.3)
    q = np.sqrt(dx * dx + dy * dy) + 1e-6
    # distance to the edge to first order: the implicit function over the length of its gradient
    slope = np.sqrt((dx / max(rx, 0.3)) ** 2 + (dy / max(ry, 0.3)) ** 2) / q + 1e-6
    return Mask(box.left, box.top, np.clip((1 - q) / slope / (1 + soft) + 0.5, 0, 1))


def glow(x: float, y: float, rx: float, ry: float, turn: float = 0.0) -> Mask:
    """Return an elliptical Gaussian with standard deviations ``rx`` and ``ry``."""
    reach = 3 * max(rx, ry) if turn else 0.0
    box = empty(
        x - max(3 * rx, reach), y - max(3 * ry, reach), x + max(3 * rx, reach), y + max(3 * ry, reach)
    )
    dx, dy = box.x - x, box.y - y
    if turn:
        dx, dy = dx * np.cos(turn) + dy * np.sin(turn), dy * np.cos(turn) - dx * np.sin(turn)
        return Mask(box.left, box.top, np.exp(-0.5 * ((dx / rx) ** 2 + (dy / ry) ** 2)).astype(np.float32))
    return Mask(box.left, box.top, np.exp(-0.5 * (dy / ry) ** 2) * np.exp(-0.5 * (dx / rx) ** 2))


@dataclass(frozen=True, slots=True)
class Turned:
    """A body of revolution seen from slightly above.

    Attributes:
        mask: its silhouette.
        across: position across the body, -1 at its left edge, 1 at its right edge, on the mask's box.
        along: height on its axis of the front surface, in pixels, on the mask's box.
        width: half width at each row of the box, shape (height, 1).
    """

    mask: Mask
    across: Pixels
    along: Pixels
    width: Pixels


def turned(x: float, profile: Points, tilt: float = 0.16) -> Turned:
    """Return the body that a profile makes when it turns around a vertical axis.

    Args:
        x: the axis.
        profile: points (half width, y) from top to bottom.
        tilt: height of its circles over their width: the sine of the angle of view.
    """
    half, level = profile[:, 0], profile[:, 1]
    head, foot = half[0], half[-1]
    box = empty(
        x - half.max() - 2, level[0] - tilt * head - 2, x + half.max() + 2, level[-1] + tilt * foot + 2
    )
    rows = box.y[:, 0]
    solid = np.interp(rows, level, half)
    width = solid.copy()
    for sign, edge, radius in ((-1, level[0], head), (1, level[-1], foot)):
        beyond = sign * (rows - edge)
        cap = radius * np.sqrt(np.clip(1 - (beyond / max(tilt * radius, 1e-6)) ** 2, 0, 1))
        width = np.where(beyond > 0, cap, width)
    slope = np.sqrt(1 + np.gradient(width) ** 2)
    distance = (width[:, None] - np.abs(box.x - x)) / slope[:, None]
    alpha = np.clip(distance + 0.5, 0, 1) * (width[:, None] > 0)
    wide = np.maximum(solid, 0.5)[:, None]
    across = np.clip((box.x - x) / wide, -1, 1).astype(np.float32)
    along = box.y - tilt * wide * np.sqrt(1 - across**2)
    return Turned(
        Mask(box.left, box.top, alpha.astype(np.float32)),
        across,
        along.astype(np.float32),
        wide.astype(np.float32),
    )


def _drawn(
    box: Mask, scale: int, draw: Callable[[ImageDraw.ImageDraw, Lines], None], outlines: Sequence[Points]
) -> Mask:
    """Draw on a picture ``scale`` times larger than the box, then average it down."""
    height, width = box.alpha.shape
    picture = Image.new("L", (width * scale, height * scale))
    # Pillow addresses a pixel by its centre, the canvas by its corner: hence the half pixel
    moved = [[(x, y) for x, y in (o - [box.left, box.top]) * scale - 0.5] for o in outlines]
    draw(ImageDraw.Draw(picture), moved)
    return Mask(box.left, box.top, np.asarray(picture.reduce(scale), np.float32) / np.float32(255))
