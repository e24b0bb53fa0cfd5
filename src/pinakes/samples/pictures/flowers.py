"""Flowers: one bloom on its stem, before a blurred garden or a studio wall."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinakes.samples.families.flowers import Flower
from pinakes.samples.painting.canvas import Canvas, Pixels
from pinakes.samples.painting.colours import mixed, pigment, ramp, rgb, shades
from pinakes.samples.painting.curves import Points, placed, points, ribbon, ring, smooth
from pinakes.samples.painting.light import SHADOW, backdrop
from pinakes.samples.painting.shapes import ellipse, glow, polygon
from pinakes.samples.pictures.foliage import add_foliage, garden

WHITE = rgb("#ffffff")


@dataclass(frozen=True, slots=True)
class PetalForm:
    """The outline of a petal.

    Attributes:
        along: where the half widths hold, 0 at the base, 1 at the tip, which is not listed.
        width: the half widths there, as shares of the widest.
        notch: depth of the cut in the tip, over the widest half width.
        ruffle: strength of the waves along the edge.
        fullness: the widest half width over the sine of half the angle that each petal has for itself.
    """

    along: tuple[float, ...]
    width: tuple[float, ...]
    notch: float = 0.0
    ruffle: float = 0.0
    fullness: float = 0.8


FORMS = {
    "rounded": PetalForm((0, 0.18, 0.45, 0.72, 0.92), (0.14, 0.36, 0.80, 1.0, 0.62), fullness=0.80),
    "pointed": PetalForm((0, 0.18, 0.42, 0.64, 0.84), (0.24, 0.62, 1.0, 0.84, 0.42), fullness=0.66),
    "slender": PetalForm((0, 0.20, 0.50, 0.78, 0.94), (0.40, 0.72, 0.96, 1.0, 0.66), fullness=0.66),
    "heart-shaped": PetalForm(
        (0, 0.20, 0.50, 0.78, 0.98), (0.14, 0.36, 0.80, 1.0, 0.74), notch=0.44, fullness=0.80
    ),
    "ruffled": PetalForm(
        (0, 0.18, 0.45, 0.75, 0.94), (0.16, 0.50, 0.88, 1.0, 0.66), ruffle=1.0, fullness=0.90
    ),
}


@dataclass(frozen=True, slots=True)
class Bloom:
    """One flower's head in its place.

    Attributes:
        flower: its facts.
        colour: of the petals.
        x: centre in pixels.
        y: centre in pixels.
        radius: length of a petal.
        squash: height over width, for a head that nods.
    """

    flower: Flower
    colour: Pixels
    x: float
    y: float
    radius: float
    squash: float


def paint_flower(flower: Flower, role: str, rng: np.random.Generator) -> Canvas:
    """Paint the front view."""
    colour = pigment(rng, flower.colour)
    canvas = garden(rng) if rng.random() < 0.5 else backdrop(rng, colour, None)[0]
    x, y = 256 + rng.uniform(-16, 16), 214 + rng.uniform(-12, 10)
    radius = rng.uniform(150, 170) if flower.petals < 9 else rng.uniform(140, 158)
    bloom = Bloom(flower, colour, x, y, radius, rng.uniform(0.90, 1.0))
    add_foliage(canvas, flower.leaf, x, y, rng)
    _petals(canvas, bloom, rng)
    if flower.petal_form == "slender":
        _disc(canvas, bloom, rng)
    elif flower.petal_form in ("pointed", "ruffled"):
        _stamens(canvas, bloom, rng)
    else:
        _eye(canvas, bloom, rng)
    return canvas


def _petals(canvas: Canvas, bloom: Bloom, rng: np.random.Generator) -> None:
    n = bloom.flower.petals
    canvas.shade(ellipse(bloom.x + 8, bloom.y + 14, bloom.radius * 0.72, soft=40), SHADOW, 0.16)
    start, bend, throat = rng.uniform(0, 2 * np.pi), rng.uniform(-0.05, 0.05), _throat(bloom, rng)
    # an even number overlaps by turns, an odd number each the one before
    for k in [*range(0, n, 2), *range(1, n, 2)] if n % 2 == 0 else range(n):
        angle = start + 2 * np.pi * k / n + rng.uniform(-0.10, 0.10) / np.sqrt(n)
        _petal(canvas, bloom, throat, angle, bend=bend, rng=rng)


def _throat(bloom: Bloom, rng: np.random.Generator) -> Pixels:
    """Return the colour at the base of the petals."""
    dark, _, light = shades(bloom.colour)
    if bloom.flower.colour == "white":
        return rgb(("#d9e3a8", "#f3dc8c", "#e7c3d4")[int(rng.integers(3))])
    if bloom.flower.colour == "yellow":
        return rgb("#e28a12")
    return mixed(dark, rgb("#3a1030"), 0.25) if rng.random() < 0.6 else mixed(light, rgb("#fdf3c2"), 0.65)


def _petal(
    canvas: Canvas, bloom: Bloom, throat: Pixels, angle: float, *, bend: float, rng: np.random.Generator
) -> None:
    """Paint a petal; ``angle`` is clockwise from straight up, ``bend`` its sideways curve."""
    form, length = FORMS[bloom.flower.petal_form], bloom.radius * rng.uniform(0.95, 1.03)
    breadth = min(np.sin(np.pi / bloom.flower.petals) * form.fullness, 0.62)
    outline = _petal_outline(form, breadth, bend, rng)
    body = polygon(
        placed(outline, 0, 0, length, angle) * np.array([1, bloom.squash]) + np.array([bloom.x, bloom.y])
    )
    canvas.shade(body.blurred(6, 1.5, 5), mixed(SHADOW, bloom.colour * np.float32(0.35), 0.7), 0.55)
    sin, cos = np.float32(np.sin(angle)), np.float32(np.cos(angle))
    dx = (body.x - np.float32(bloom.x)) / np.float32(length)
    dy = (body.y - np.float32(bloom.y)) / np.float32(bloom.squash * length)
    u = dx * sin - dy * cos
    v = dx * cos + dy * sin - np.float32(2 * bend) * u * u
    half = np.interp(u, (*form.along, 1.0), (*form.width, 0.3)).astype(np.float32) * np.float32(breadth)
    w = v / (half + np.float32(0.02))
    # a petal is a shallow trough: one flank faces the light from the upper left
    lamp = 0.50 - w * (np.float32(0.114) * cos + np.float32(0.173) * sin) - 0.10 * (dx + dy)
    veins = np.cos(v / (u + np.float32(0.25)) * 46) * np.clip(u * 2, 0, 1) * 0.045
    rim = np.clip(np.abs(w) - 0.72, 0, 1) * 0.28 + np.clip(u - 0.86, 0, 1) * 0.5
    t = lamp + veins + rim + 0.16 * u - 0.10 * np.exp(-((w / 0.10) ** 2)) * (1 - u)
    dark, plain, light = shades(bloom.colour)
    tone = ramp((dark, mixed(dark, plain, 0.75), plain, mixed(plain, light, 0.55), light), t)
    blush = np.clip(1.15 - u / 0.46, 0, 1) ** np.float32(1.5) * (0.85 + 3.6 * veins)
    canvas.paint(body, mixed(tone, throat, np.clip(blush, 0, 1)))


def _petal_outline(form: PetalForm, breadth: float, bend: float, rng: np.random.Generator) -> Points:
    """Return the outline of a petal of length 1 that grows upwards from (0, 0)."""
    side = np.column_stack([np.array(form.width) * breadth, -np.array(form.along)])
    tip = points((0.0, -1 + form.notch * breadth))
    outline = smooth(np.concatenate([side, tip, side[::-1] * np.array([-1, 1])]), steps=9)
    if form.ruffle:
        wave = np.sin(np.linspace(0, 2 * np.pi * rng.integers(9, 13), len(outline)) + rng.uniform(0, 6))
        outline *= (1 + 0.028 * form.ruffle * wave * np.abs(outline[:, 1]))[:, None]
    outline[:, 0] += bend * outline[:, 1] ** 2 * 2
    return outline


def _disc(canvas: Canvas, bloom: Bloom, rng: np.random.Generator) -> None:
    """Paint the packed florets of a daisy, in the spiral that the golden angle makes (Vogel 1979)."""
    x, y, radius = bloom.x, bloom.y, bloom.radius * (0.24 if bloom.flower.petals < 18 else 0.30)
    tone = rgb("#5a3a1e") if bloom.flower.colour in ("yellow", "orange") else rgb("#e9b21c")
    canvas.shade(ellipse(x + 2, y + 4, radius * 1.12, soft=9), SHADOW, 0.45)
    canvas.paint(ellipse(x, y, radius), tone * np.float32(0.78))
    shadow, lit = tone * np.float32(0.55), mixed(tone, rgb("#fff3b0"), 0.55)
    count = 110
    for i in range(count):
        r, angle = 0.97 * np.sqrt((i + 0.5) / count), i * 2.399963
        dx, dy = r * np.cos(angle), r * np.sin(angle)
        share = float(np.clip(0.5 - 0.32 * (dx + dy) + rng.uniform(-0.15, 0.15), 0, 1))
        canvas.paint(ellipse(x + radius * dx, y + radius * dy, radius * 0.085), mixed(shadow, lit, share))


def _stamens(canvas: Canvas, bloom: Bloom, rng: np.random.Generator) -> None:
    x, y, radius = bloom.x, bloom.y, bloom.radius
    pale = mixed(rgb("#eef2c4"), WHITE, 0.3)
    pollen = rgb("#7a2f10") if bloom.flower.colour == "orange" else rgb("#d9901a")
    canvas.paint(glow(x, y, radius * 0.07, radius * 0.07), rgb("#cfdc8a"), 0.9)
    count = int(rng.integers(7, 10))
    for k in range(count):
        angle, reach = 2 * np.pi * (k + rng.uniform(-0.2, 0.2)) / count, radius * rng.uniform(0.26, 0.36)
        tx, ty = x + reach * np.cos(angle), y + reach * np.sin(angle) - 5
        thread = smooth(
            points((x, y), (x + (tx - x) * 0.55, y + (ty - y) * 0.55 - 4), (tx, ty)), closed=False
        )
        canvas.shade(polygon(ribbon(thread + np.array([2, 4]), (3, 3))), SHADOW, 0.25)
        canvas.paint(polygon(ribbon(thread, (3.6, 2.2))), pale)
        canvas.paint(polygon(placed(ring(0, 0, 6.4, 3.4), tx, ty, 1.0, angle + 1.3)), pollen)
        canvas.lighten(ellipse(tx - 1.5, ty - 1.2, 1.8), WHITE, 0.5)
    canvas.paint(ellipse(x, y - 2, radius * 0.055), rgb("#9fb552"))
    canvas.lighten(ellipse(x - 2, y - 5, radius * 0.02), WHITE, 0.6)


def _eye(canvas: Canvas, bloom: Bloom, rng: np.random.Generator) -> None:
    x, y, radius = bloom.x, bloom.y, bloom.radius * 0.13
    tone = rgb("#5c7a2c") if bloom.flower.colour in ("yellow", "orange") else rgb("#f2c22e")
    canvas.shade(ellipse(x + 1, y + 3, radius * 1.25, soft=7), SHADOW, 0.35)
    ball = ellipse(x, y, radius)
    canvas.paint(ball, tone * np.float32(0.72))
    lit = glow(x - radius * 0.25, y - radius * 0.3, radius * 0.5, radius * 0.45)
    canvas.paint(lit.within(ball), mixed(tone, WHITE, 0.35), 0.9)
    for k in range(22):
        angle, r = 2 * np.pi * k / 22 + rng.uniform(-0.12, 0.12), radius * rng.uniform(0.95, 1.5)
        anther = ellipse(x + r * np.cos(angle), y + r * np.sin(angle), rng.uniform(1.8, 3.0))
        canvas.paint(anther, mixed(tone, WHITE, float(rng.uniform(0, 0.5))))
