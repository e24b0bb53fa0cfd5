"""Scene: a product before the backdrop, and the ways to add parts to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinakes.samples.painting.canvas import Canvas, Pixels
from pinakes.samples.painting.colours import mixed, ramp, rgb
from pinakes.samples.painting.curves import Points, points, ribbon, smooth
from pinakes.samples.painting.shapes import Turned, ellipse, polygon, turned
from pinakes.samples.painting.surface import paint_solid, paint_turned, stops

WHITE = rgb("#ffffff")
TILT = 0.19
FLOOR = 410.0
OAK, WALNUT, STEEL = rgb("#c99a62"), rgb("#7b5233"), rgb("#b9bec6")


@dataclass(frozen=True, slots=True)
class Scene:
    """A product and the picture of it.

    Attributes:
        canvas: the picture.
        colour: main colour of the product.
        material: what it is made of.
        rng: decides on proportions.
        x: the axis of the product.
    """

    canvas: Canvas
    colour: Pixels
    material: str
    rng: np.random.Generator
    x: float

    def turn(
        self, profile: Points, colour: Pixels | None = None, material: str | None = None, steps: int = 10
    ) -> Turned:
        """Paint a turned body; the profile is (half width, y), smoothed."""
        line = smooth(profile, closed=False, steps=steps)
        line = np.column_stack([np.maximum(line[:, 0], 0.6), line[:, 1]])
        body = turned(self.x, line, TILT)
        paint_turned(
            self.canvas, body, self.colour if colour is None else colour, material or self.material, self.rng
        )
        return body

    def opening(self, y: float, radius: float, wall: float = 4.0, content: Pixels | None = None) -> None:
        """Paint the mouth of a vessel: a lit rim around a shaded inside."""
        tones = stops(self.colour)
        rim = ellipse(self.x, y, radius, radius * TILT)
        self.canvas.paint(rim, mixed(tones[3], WHITE, 0.25))
        hole = ellipse(self.x, y + 0.6, radius - wall, (radius - wall) * TILT)
        sweep = np.clip((hole.x - self.x) / radius * 0.5 + 0.5, 0, 1) * np.ones_like(hole.alpha)
        self.canvas.paint(hole, ramp((tones[0] * np.float32(0.6), tones[1], tones[2]), sweep))
        if content is not None:
            level = ellipse(self.x, y + 9, radius - wall - 1, (radius - wall - 1) * TILT).within(hole)
            glint = np.clip((level.x - self.x) / radius * -0.5 + 0.5, 0, 1) * np.ones_like(level.alpha)
            self.canvas.paint(
                level, ramp((content * np.float32(0.7), content, mixed(content, WHITE, 0.25)), glint)
            )

    def tube(self, line: Points, *widths: float, colour: Pixels | None = None, gloss: float = 0.4) -> None:
        """Paint a round tube along a line."""
        mask = polygon(ribbon(line, widths))
        paint_solid(self.canvas, mask, self.colour if colour is None else colour, max(widths) * 0.30, gloss)


def curve(*pairs: tuple[float, float], steps: int = 8) -> Points:
    """Return a smooth open line through points."""
    return smooth(points(*pairs), closed=False, steps=steps)
