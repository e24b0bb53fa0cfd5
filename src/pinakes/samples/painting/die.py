"""The die: a height field that is engraved with outlines, lines and letters, then struck in metal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from pinakes.samples.painting.canvas import Mask, Pixels, soften
from pinakes.samples.painting.curves import Points, placed, ring

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

SCALE = 2
"""Supersampling of the engraving."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where an engraving lies: coordinates of its own, whose unit is ``unit`` pixels, y down.

    Attributes:
        x: the centre on the picture, in pixels.
        y: the centre on the picture, in pixels.
        unit: length of 1 in pixels.
        turn: radians clockwise.
        mirror: -1 to engrave the other way round, 1 not to.
    """

    x: float
    y: float
    unit: float
    turn: float = 0.0
    mirror: int = 1

    def inner(self, zoom: float, drop: float = 0.0, mirror: int = 1) -> Frame:
        """Return a frame within this one, smaller by ``zoom`` and lower by ``drop``."""
        x, y = placed(np.array([[0.0, drop]]), self.x, self.y, self.unit, self.turn)[0]
        return Frame(float(x), float(y), self.unit * zoom, self.turn, mirror)


class Die:
    """An engraving in progress; levels are heights in [0, 1], and what is engraved later lies on top.

    Attributes:
        box: the part of the canvas that it covers.
        frame: the coordinates of what is engraved next.
    """

    def __init__(self, box: Mask, frame: Frame) -> None:
        self.box = box
        self.frame = frame
        height, width = box.alpha.shape
        self._picture = Image.new("L", (width * SCALE, height * SCALE))
        self._pen = ImageDraw.Draw(self._picture)

    def _moved(self, line: Points) -> list[tuple[float, float]]:
        frame = self.frame
        on_canvas = placed(line, frame.x, frame.y, (frame.mirror * frame.unit, frame.unit), frame.turn)
        pixels = (on_canvas - np.array([self.box.left, self.box.top])) * SCALE - 0.5
        return [(x, y) for x, y in pixels.tolist()]

    def _pixels(self, length: float) -> float:
        return length * self.frame.unit * SCALE

    def fill(self, outline: Points, level: float) -> None:
        """Raise a closed outline."""
        self._pen.polygon(self._moved(outline), fill=round(level * 255))

    def line(self, line: Points, width: float, level: float) -> None:
        """Engrave a line with round ends; a low level cuts it into what is raised."""
        moved = self._moved(line)
        thick = max(1, round(self._pixels(width)))
        self._pen.line(moved, fill=round(level * 255), width=thick, joint="curve")
        for end in (moved[0], moved[-1]):
            self._dot(end, thick / 2, level)

    def dot(self, x: float, y: float, radius: float, level: float) -> None:
        """Raise a round dot."""
        self._dot(self._moved(np.array([[x, y]]))[0], self._pixels(radius), level)

    def _dot(self, at: tuple[float, float], radius: float, level: float) -> None:
        x, y = at
        self._pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=round(level * 255))

    def circle(self, radius: float, width: float, level: float) -> None:
        """Raise a ring around the centre."""
        edge = ring(0, 0, radius, n=180)
        self.line(np.concatenate([edge, edge[:2]]), width, level)

    def beads(self, radius: float, size: float, count: int, level: float) -> None:
        """Raise a ring of dots."""
        for at in self._moved(ring(0, 0, radius, n=count)):
            self._dot(at, self._pixels(size), level)

    def letters(self, text: str, radius: float, height: float, level: float, middle: float = -90.0) -> None:
        """Write along a circle, clockwise, or the other way below the centre so that it stays upright.

        Args:
            text: letters and spaces.
            radius: of the middle of the letters.
            height: of the letters.
            level: how high they stand.
            middle: direction of the middle of the text in degrees; -90 is the top.
        """
        # the built-in font's capitals are 0.72 of its size
        font = ImageFont.load_default(size=max(8, round(self._pixels(height) / 0.72)))
        sign = -1 if np.sin(np.radians(middle)) > 0.1 else 1
        steps = np.array([font.getlength(c) for c in text]) + self._pixels(height) * 0.16
        angles = np.degrees((np.cumsum(steps) - steps / 2 - steps.sum() / 2) / self._pixels(radius))
        for letter, angle in zip(text, middle + sign * angles, strict=True):
            at = self._moved(radius * np.array([[np.cos(np.radians(angle)), np.sin(np.radians(angle))]]))[0]
            lean = angle + 90 * sign + np.degrees(self.frame.turn)
            self._stamp(_glyph(letter, font, round(self._pixels(2.2 * height)), lean), at, level)

    def _stamp(self, glyph: Image.Image, at: tuple[float, float], level: float) -> None:
        corner = round(at[0] - glyph.width / 2), round(at[1] - glyph.height / 2)
        self._picture.paste(round(level * 255), corner, glyph)

    def height(self) -> Pixels:
        """Return the struck height field in pixels, on the box: crisp edges on softly domed forms."""
        crisp = self._picture.reduce(SCALE).filter(ImageFilter.BoxBlur(0.7))
        levels = np.asarray(crisp, np.float32) / np.float32(255)
        unit = self.frame.unit
        return levels * (
            np.float32(3.6) + soften(levels, unit * 0.045) * 5 + soften(levels, unit * 0.11) * 5.5
        )


def _glyph(letter: str, font: Font, side: int, lean: float) -> Image.Image:
    """Return a letter on a square, ``lean`` degrees clockwise from upright."""
    glyph = Image.new("L", (side, side))
    ImageDraw.Draw(glyph).text((side / 2, side / 2), letter, fill=255, font=font, anchor="mm")
    return glyph.rotate(-lean, Image.Resampling.BICUBIC)
