"""Tailoring: laying pieces of cloth, seams, bands and buttons, from which all garments are made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinakes.samples.painting.canvas import Canvas, Mask, Pixels
from pinakes.samples.painting.colours import rgb
from pinakes.samples.painting.curves import Points, mirrored, placed, points, ribbon, smooth
from pinakes.samples.painting.fabric import drape, folds, woven
from pinakes.samples.painting.light import SHADOW, cast
from pinakes.samples.painting.shapes import ellipse, glow, polygon, strokes

WHITE = rgb("#ffffff")
FLIP = np.array([-1.0, 1.0])
"""Times an outline: its mirror image."""


@dataclass(frozen=True, slots=True)
class Pose:
    """How a garment lies on the table: garment coordinates have x = 0 on its axis, y = 256 in the middle."""

    x: float
    y: float
    scale: float
    turn: float

    def placed(self, line: Points) -> Points:
        """Return where points of the garment lie on the canvas."""
        return placed(line - [0, 256], self.x, self.y, self.scale, self.turn)

    def grid(self, mask: Mask) -> tuple[Pixels, Pixels]:
        """Return the garment coordinates of the pixels of a mask."""
        dx, dy = (mask.x - self.x) / self.scale, (mask.y - self.y) / self.scale
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        x, y = dx * cos + dy * sin, dy * cos - dx * sin + 256
        return x.astype(np.float32), y.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Grain:
    """How a piece of cloth falls.

    Attributes:
        turn: direction of its threads, radians clockwise.
        across: distance between creases, in pixels.
        along: length of creases.
        lift: how far above what lies below it, in pixels; 0 casts no shadow.
        puff: roundness of its edges in pixels.
    """

    turn: float = 0.0
    across: float = 52.0
    along: float = 200.0
    lift: float = 9.0
    puff: float = 9.0


@dataclass(frozen=True, slots=True)
class Cloth:
    """What a garment is cut from. All its methods take garment coordinates.

    Attributes:
        canvas: the picture.
        pose: how the garment lies.
        ground: main colour.
        accent: second colour of the pattern.
        pattern: its name.
        repeat: size of the pattern in pixels.
        rng: decides on folds and proportions.
    """

    canvas: Canvas
    pose: Pose
    ground: Pixels
    accent: Pixels
    pattern: str
    repeat: float
    rng: np.random.Generator

    def lay(self, outline: Points, grain: Grain = Grain(), flare: Points | None = None) -> None:
        """Lay one piece of cloth.

        Args:
            outline: its closed outline.
            grain: how it falls.
            flare: (half width, y) of a skirt whose pleats fan out, None for straight cloth.
        """
        mask = polygon(self.pose.placed(outline))
        if grain.lift:
            cast(self.canvas, mask, grain.lift, 0.30)
        height = folds(self.rng, mask.alpha.shape, grain.across, grain.along)
        x, y = self.pose.grid(mask)
        if flare is not None:
            half = np.interp(y, flare[:, 1], flare[:, 0]).astype(np.float32)
            fan = x / half
            height = height * np.float32(0.35) + self._pleats(fan, y, flare)
            x = fan * np.float32(flare[:, 0].mean())
        cos, sin = np.float32(np.cos(grain.turn)), np.float32(np.sin(grain.turn))
        u, v = x * cos + y * sin + height * 0.5, y * cos - x * sin + height * 0.35
        drape(
            self.canvas,
            mask,
            woven(self.pattern, self.ground, self.accent, u, v, rng=self.rng, size=self.repeat),
            height,
            grain.puff,
        )

    def _pleats(self, fan: Pixels, y: Pixels, flare: Points) -> Pixels:
        """Return the height of pleats that begin at the waist and deepen towards the hem."""
        grown = np.clip((y - flare[0, 1]) / (flare[-1, 1] - flare[0, 1]), 0, 1) ** np.float32(0.8)
        first, second, third = self.rng.uniform(0, 2 * np.pi, 3).astype(np.float32)
        waves = np.sin(fan * 7.5 + first) + 0.6 * np.sin(fan * 13 + second) + 0.35 * np.sin(fan * 23 + third)
        return np.asarray(waves * grown * 4.6, np.float32)

    def both(self, outline: Points, grain: Grain = Grain()) -> None:
        """Lay a piece and its mirror image."""
        self.lay(outline * FLIP, Grain(-grain.turn, grain.across, grain.along, grain.lift, grain.puff))
        self.lay(outline, grain)

    def back(self, half_width: float, y: float, depth: float) -> None:
        """Show the inner back of a garment through its neck, from its edge at ``y`` for ``depth`` pixels."""
        edge = curve((-half_width, y), (0, y + 9), (half_width, y))
        inside = np.concatenate([edge, points((half_width, y + depth), (-half_width, y + depth))])
        self.canvas.paint(polygon(self.pose.placed(inside)), self.ground * np.float32(0.50))
        self.canvas.paint(
            polygon(self.pose.placed(ribbon(edge + np.array([0, 3]), (7, 7)))), self.ground * np.float32(0.66)
        )
        label = points((-10, y + 9), (10, y + 9), (10, y + 21), (-10, y + 21))
        self.canvas.paint(polygon(self.pose.placed(label)), rgb("#f3efe6"), 0.92)

    def seam(self, line: Points, opacity: float = 0.30, width: float = 1.6) -> None:
        """Draw a seam: a dark groove with a bright lip."""
        moved = self.pose.placed(line)
        self.canvas.lighten(strokes(moved + np.array([1.2, 1.4]), width=width), WHITE, opacity * 0.5)
        self.canvas.shade(strokes(moved, width=width), SHADOW, opacity)

    def groove(self, line: Points, width: float, opacity: float) -> None:
        """Darken a line, such as a rib of a knitted hem."""
        self.canvas.shade(strokes(self.pose.placed(line), width=width, scale=2), SHADOW, opacity)

    def band(self, line: Points, width: float, tone: Pixels | None = None) -> None:
        """Lay a narrow band of plain cloth, such as a collar or a waistband, along a line."""
        mask = polygon(self.pose.placed(ribbon(line, (width, width))))
        self.canvas.shade(mask.blurred(2.5, 0, 1.5), SHADOW, 0.30)
        drape(self.canvas, mask, self.ground * np.float32(0.88) if tone is None else tone, mask.alpha, 3.0)

    def button(self, x: float, y: float, radius: float = 4.6) -> None:
        """Sew on a button."""
        tone = rgb("#efe6d6") if float(self.ground.mean()) < 0.62 else rgb("#6d5340")
        (cx, cy), canvas = self.pose.placed(points((x, y)))[0], self.canvas
        canvas.shade(ellipse(cx + 1, cy + 1.8, radius + 0.5, soft=2), SHADOW, 0.45)
        canvas.paint(ellipse(cx, cy, radius), tone)
        canvas.shade(ellipse(cx + 0.6, cy + 0.6, radius * 0.62), tone * np.float32(0.86), 0.8)
        canvas.lighten(glow(cx - radius * 0.4, cy - radius * 0.4, radius * 0.3, radius * 0.25), WHITE, 0.8)
        for dx in (-1.2, 1.2):
            canvas.shade(ellipse(cx + dx, cy, 0.8), SHADOW, 0.8)


def curve(*pairs: tuple[float, float], steps: int = 8) -> Points:
    """Return a smooth open line through points."""
    return smooth(points(*pairs), closed=False, steps=steps)


def chained(*lines: Points) -> Points:
    """Join lines, each of which begins where the one before it ends."""
    return np.concatenate([lines[0], *(line[1:] for line in lines[1:])])


def whole(half: Points) -> Points:
    """Return the closed outline of which the right half is given, from the top down."""
    return mirrored(half)


def across(half: Points) -> Points:
    """Return a line from side to side of which the right half is given, from the axis outwards."""
    return np.concatenate([(half * FLIP)[::-1], half])
