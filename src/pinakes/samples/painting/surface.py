"""Surfaces: how ceramic, metal, wood, glass, leather and plastic take the light of the studio."""

import numpy as np

from pinakes.samples.painting.canvas import Canvas, Mask, Pixels
from pinakes.samples.painting.colours import mixed, ramp, rgb, shades
from pinakes.samples.painting.light import SHADOW, noise, relief
from pinakes.samples.painting.shapes import Turned, glow

WHITE = rgb("#ffffff")
SOFT = {
    "ceramic": 0.0,
    "porcelain": 0.0,
    "glass": 0.0,
    "steel": 0.0,
    "brass": 0.0,
    "plastic": 0.3,
    "leather": 0.5,
}
"""How matt a material is; what is not listed is quite matt."""


def stops(colour: Pixels) -> tuple[Pixels, ...]:
    """Return the five tones of a lit solid of one colour, from core shadow to highlight."""
    dark, plain, light = shades(colour)
    return (dark * np.float32(0.80), mixed(dark, plain, 0.55), plain, mixed(plain, light, 0.65), light)


def paint_turned(
    canvas: Canvas, body: Turned, colour: Pixels, material: str, rng: np.random.Generator
) -> None:
    """Paint a body of revolution of one material under a lamp from the left, with a window's reflection."""
    s = body.across
    bend = np.sqrt(np.clip(1 - s * s, 0, 1))
    lambert = np.clip(0.80 * bend - 0.60 * s, 0, 1)
    bounce = np.exp(-(((s - 0.93) / 0.10) ** 2)) * 0.16
    t = 0.10 + 0.66 * lambert + bounce
    if material in ("steel", "brass"):
        t = (
            0.36
            + 0.34 * np.cos(s * 5.2 + 1.1) * bend
            + 0.34 * np.exp(-(((s + 0.52) / 0.12) ** 2))
            - 0.25 * np.abs(s) ** 6
        )
    if material == "wood":
        grain = np.sin(s * 9 + noise(rng, s.shape, (3, 9)) * 2.2 + 0.012 * body.along)
        t = t + 0.07 * grain + 0.03 * noise(rng, s.shape, (6, 60))
    if material in ("stoneware", "terracotta"):
        t = t + 0.035 * noise(rng, s.shape, (48, 48))
    canvas.paint(body.mask, ramp(stops(colour), np.clip(t, 0, 1)))
    gloss = 1.0 - SOFT.get(material, 0.85)
    if gloss > 0:
        top, tall = float(body.mask.top), float(body.mask.alpha.shape[0])
        span = (body.mask.y - top) / tall
        gate = np.clip((span - 0.10) * 9, 0, 1) * np.clip((0.86 - span) * 7, 0, 1)
        canvas.lighten(body.mask.times(np.exp(-(((s + 0.55) / 0.10) ** 4)) * gate), WHITE, 0.62 * gloss)
        canvas.lighten(body.mask.times(np.exp(-(((s - 0.66) / 0.05) ** 2)) * gate), WHITE, 0.22 * gloss)


def paint_solid(
    canvas: Canvas, mask: Mask, colour: Pixels, puff: float = 10.0, gloss: float = 0.4, *, depth: float = 1.0
) -> None:
    """Paint a rounded thing: its edges fall away over ``puff`` pixels, as on a cushion or a tube."""
    body = mask.blurred(puff).over(mask)
    light = relief(body * np.float32(puff * 1.5 * depth), 1.0)
    edge = np.clip(body * 2 - 1, 0, 1)
    t = 0.50 + 0.46 * light + 0.08 * edge
    canvas.paint(mask, ramp(stops(colour), np.clip(t, 0, 1)))
    if gloss:
        canvas.lighten(mask.times(np.clip(light - 0.30, 0, 1) * 1.4), WHITE, gloss)


def paint_wood(
    canvas: Canvas, mask: Mask, colour: Pixels, rng: np.random.Generator, *, upright: bool = True
) -> None:
    """Paint a wooden part with its grain running along it."""
    height, width = mask.alpha.shape
    cells = (2, max(4, width // 5)) if upright else (max(4, height // 5), 2)
    body = mask.blurred(5).over(mask)
    t = 0.50 + 0.36 * relief(body * 8, 1.0) + 0.07 * noise(rng, mask.alpha.shape, cells)
    canvas.paint(mask, ramp(stops(colour), np.clip(t, 0, 1)))


def ground_shadow(canvas: Canvas, x: float, y: float, half: float, strength: float = 0.42) -> None:
    """Set a thing of half width ``half`` on the table: a tight shadow below, and a soft one to the right."""
    canvas.shade(
        glow(x + half * 0.42, y + half * 0.08, half * 0.78, half * 0.152),
        SHADOW,
        strength * 0.8,
    )
    canvas.shade(glow(x + 3, y + 2, half * 0.62, half * 0.072), SHADOW, strength)
