"""The canvas: floating point pixels, and coverage masks through which colour is laid on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Pixels = NDArray[np.float32]
"""float32; colours are sRGB in [0, 1], the first axis being red, green, blue."""

Field = NDArray[np.floating[Any]]
"""What drawing functions take: one number per pixel of a box, shape (height, width)."""

SIDE = 512
"""Width and height of every picture, in pixels; all drawing coordinates are in these pixels, y down."""


@dataclass(frozen=True, slots=True)
class Mask:
    """How much of each pixel of a box is covered.

    Attributes:
        left: first column of the box on the canvas.
        top: first row of the box on the canvas.
        alpha: coverage in [0, 1], shape (height, width).
    """

    left: int
    top: int
    alpha: Pixels

    @property
    def x(self) -> Pixels:
        """Return the x coordinate of the pixel centres, shape (1, width)."""
        return (np.arange(self.alpha.shape[1], dtype=np.float32) + (self.left + 0.5))[None, :]

    @property
    def y(self) -> Pixels:
        """Return the y coordinate of the pixel centres, shape (height, 1)."""
        return (np.arange(self.alpha.shape[0], dtype=np.float32) + (self.top + 0.5))[:, None]

    @property
    def window(self) -> tuple[slice, slice]:
        """Return the rows and columns of the box."""
        height, width = self.alpha.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)

    def times(self, factor: Field | float) -> Mask:
        """Return this mask with its coverage multiplied."""
        return Mask(self.left, self.top, np.asarray(self.alpha * factor, np.float32))

    def within(self, other: Mask) -> Mask:
        """Return the part of this mask that lies inside another."""
        return self.times(other.over(self))

    def over(self, box: Mask) -> Pixels:
        """Return this coverage on the box of another mask, zero outside its own box."""
        out = np.zeros_like(box.alpha)
        top, left = max(self.top, box.top), max(self.left, box.left)
        bottom = min(self.top + self.alpha.shape[0], box.top + box.alpha.shape[0])
        right = min(self.left + self.alpha.shape[1], box.left + box.alpha.shape[1])
        if top < bottom and left < right:
            mine = self.alpha[top - self.top : bottom - self.top, left - self.left : right - self.left]
            out[top - box.top : bottom - box.top, left - box.left : right - box.left] = mine
        return out

    def blurred(self, radius: float, dx: float = 0.0, dy: float = 0.0) -> Mask:
        """Return this mask, moved and then softened by a Gaussian of ``radius`` pixels.

        Wide blurs are computed on a smaller picture, because nothing finer than the radius survives.
        """
        pad = int(2.5 * radius) + 2
        top, left = max(self.top + round(dy) - pad, 0), max(self.left + round(dx) - pad, 0)
        bottom = min(self.top + round(dy) + self.alpha.shape[0] + pad, SIDE)
        right = min(self.left + round(dx) + self.alpha.shape[1] + pad, SIDE)
        frame = Mask(left, top, np.zeros((max(bottom - top, 1), max(right - left, 1)), np.float32))
        moved = Mask(self.left + round(dx), self.top + round(dy), self.alpha).over(frame)
        return Mask(left, top, soften(moved, radius))


def soften(values: Field, radius: float) -> Pixels:
    """Blur values in [0, 1], shape (height, width), by a Gaussian of ``radius`` pixels."""
    picture = Image.fromarray((np.clip(values, 0, 1) * 255).astype(np.uint8))
    step = max(1, int(radius / 3))
    small = picture.reduce(step).filter(ImageFilter.GaussianBlur(radius / step))
    if step > 1:
        # in floating point, because slopes would show the steps of 8 bits
        box = (0, 0, picture.width / step, picture.height / step)
        small = small.convert("F").resize(picture.size, Image.Resampling.BICUBIC, box)
    return np.asarray(small, np.float32) / np.float32(255)


class Canvas:
    """A square picture under construction.

    A colour is of shape (3,), or a field of shape (3, height, width) on the box of the mask that it is laid
    through.

    Attributes:
        pixels: shape (3, 512, 512): one plane per channel, which numpy works on several times faster.
    """

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels

    def paint(self, mask: Mask, colour: Pixels, opacity: float = 1.0) -> None:
        """Lay a colour over the picture."""
        region = self.pixels[:, *mask.window]
        change = planes(colour) - region
        change *= mask.alpha * np.float32(opacity)
        region += change

    def shade(self, mask: Mask, tint: Pixels, opacity: float = 1.0) -> None:
        """Multiply the picture by a colour, as a shadow or a filter of that colour does."""
        region = self.pixels[:, *mask.window]
        factor = (planes(tint) - 1) * (mask.alpha * np.float32(opacity))
        factor += 1
        region *= factor

    def lighten(self, mask: Mask, light: Pixels, opacity: float = 1.0) -> None:
        """Screen the picture with a colour, as a reflection or a glow of that colour does."""
        region = self.pixels[:, *mask.window]
        change = 1 - region
        change *= planes(light) * (mask.alpha * np.float32(opacity))
        region += change

    def finished(self, rng: np.random.Generator, grain: float = 1.4) -> Image.Image:
        """Return the picture as 8-bit RGB, with ``grain`` levels of noise against banding in gradients."""
        levels = self.pixels * np.float32(255)
        levels += (rng.random((SIDE, SIDE), np.float32) - np.float32(0.5)) * np.float32(
            2 * grain
        ) + np.float32(0.5)
        eight = np.clip(levels, 0, 255, out=levels).astype(np.uint8)
        return Image.merge("RGB", [Image.fromarray(plane) for plane in eight])


def planes(colour: Pixels) -> Pixels:
    """Return a colour in a shape that goes with fields: (3, 1, 1), or the field itself."""
    return colour[:, None, None] if colour.ndim == 1 else colour
