"""Colours: the plain names that the gallery knows, and how each may look."""

import colorsys
from collections.abc import Sequence

import numpy as np

from pinakes.samples.painting.canvas import Field, Pixels, planes


def rgb(code: str) -> Pixels:
    """Return the colour of a ``#rrggbb`` code, shape (3,)."""
    return np.array([int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)], np.float32)


def mixed(a: Pixels, b: Pixels, share: float | Field) -> Pixels:
    """Return colours between two, ``share`` of the way from the first to the second.

    Where one of the three is a field, colours being (3, h, w) and shares (h, w), so is the result.
    """
    if a.ndim == b.ndim == 1 and isinstance(share, float | int):
        return a + (b - a) * np.float32(share)
    return np.asarray(planes(a) + (planes(b) - planes(a)) * share, np.float32)


def varied(rng: np.random.Generator, colour: Pixels, amount: float = 1.0) -> Pixels:
    """Return a colour beside the given one, never so far that its name would change."""
    hue, saturation, value = colorsys.rgb_to_hsv(*(float(c) for c in colour))
    hue = (hue + rng.uniform(-0.011, 0.011) * amount) % 1.0
    saturation = min(1.0, saturation * (1 + rng.uniform(-0.08, 0.08) * amount))
    value = min(1.0, value * (1 + rng.uniform(-0.06, 0.05) * amount))
    return np.array(colorsys.hsv_to_rgb(hue, saturation, value), np.float32)


def shades(colour: Pixels) -> tuple[Pixels, Pixels, Pixels]:
    """Return how a colour looks in shadow, in plain light and in the highlight."""
    hue, saturation, value = colorsys.rgb_to_hsv(*(float(c) for c in colour))
    # shadows of a coloured thing are more saturated, not only darker; highlights lean to white
    dark = colorsys.hsv_to_rgb(hue, min(1.0, saturation * 1.12 + 0.02), value * 0.62)
    light = colorsys.hsv_to_rgb(hue, saturation * 0.66, min(1.0, value * 1.08 + 0.10))
    return np.array(dark, np.float32), colour, np.array(light, np.float32)


def ramp(stops: Sequence[Pixels], t: Field) -> Pixels:
    """Return colours (3, h, w) along evenly spaced stops for positions (h, w), clipped to [0, 1]."""
    fine, coarse = np.linspace(0, 1, 256), np.linspace(0, 1, len(stops))
    table = np.array([np.interp(fine, coarse, channel) for channel in np.stack(stops).T], np.float32)
    index = np.clip(t * np.float32(255), 0, 255).astype(np.uint8)
    return np.asarray(np.take(table, index, axis=1), np.float32)


PIGMENTS = {
    "red": ("#c81e2b", "#b5121b", "#d8323a"),
    "orange": ("#ee7a1f", "#e8661a", "#f28c38"),
    "yellow": ("#f4c929", "#f7d64a", "#ecbb18"),
    "green": ("#3f8f4f", "#2f7d52", "#6ba345"),
    "teal": ("#1f8a8c", "#23999a", "#177a80"),
    "blue": ("#2d5fb4", "#3c78c9", "#24509c"),
    "purple": ("#7a3fa0", "#6a3790", "#8c56b3"),
    "pink": ("#ec8fb0", "#f0a3bd", "#e5739e"),
    "brown": ("#7d4f2f", "#8a5a38", "#6b4226"),
    "black": ("#26262b", "#2b2a2e", "#202227"),
    "white": ("#f4f2ee", "#f6f5f3", "#f1efea"),
    "grey": ("#8d9096", "#9a9da2", "#7d8087"),
    "beige": ("#d8bf9c", "#dcc7a8", "#cdb08a"),
}
"""Each plain colour name with the looks it covers."""


def pigment(rng: np.random.Generator, name: str) -> Pixels:
    """Return one look of a named colour."""
    looks = PIGMENTS[name]
    return varied(rng, rgb(looks[int(rng.integers(len(looks)))]))
