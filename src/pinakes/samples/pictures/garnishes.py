"""Garnishes: what sits on the rim of a cocktail or swims in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from pinakes.samples.painting.canvas import Canvas, Pixels
from pinakes.samples.painting.colours import mixed, ramp, rgb, varied
from pinakes.samples.painting.curves import Points, placed, points, ribbon, ring, smooth
from pinakes.samples.painting.light import SHADOW
from pinakes.samples.painting.shapes import ellipse, glow, polygon, strokes

WHITE = rgb("#ffffff")

CITRUS = {
    "lime": (rgb("#4f9a2f"), rgb("#dfeeb4"), rgb("#a9d257")),
    "lemon": (rgb("#f0c419"), rgb("#fdf4c8"), rgb("#f9df63")),
    "orange": (rgb("#ee7d14"), rgb("#fde3bd"), rgb("#fb9f35")),
}
"""Rind, pith and flesh."""


@dataclass(frozen=True, slots=True)
class Rim:
    """The mouth of a glass, in pixels.

    Attributes:
        x: its axis.
        y: height of the rim.
        half: half its width.
        level: height of the liquid's surface.
        tilt: height over width of the glass's circles.
    """

    x: float
    y: float
    half: float
    level: float
    tilt: float


Painter = Callable[[Canvas, Rim, float, np.random.Generator], None]
"""Paints a garnish; the third argument is the side of the glass that is free, 1 right, -1 left."""


def garnish_behind(canvas: Canvas, garnish: Sequence[str], rim: Rim, rng: np.random.Generator) -> None:
    """Paint what stands in the drink, before the drink is painted."""
    _add(BEHIND, canvas, garnish, rim, rng)


def garnish_before(canvas: Canvas, garnish: Sequence[str], rim: Rim, rng: np.random.Generator) -> None:
    """Paint what lies on the rim and on the drink, after the glass is painted."""
    _add(BEFORE, canvas, garnish, rim, rng)


def _add(
    painters: dict[str, Painter], canvas: Canvas, garnish: Sequence[str], rim: Rim, rng: np.random.Generator
) -> None:
    side = 1.0
    for name in garnish:
        if name in painters:
            painters[name](canvas, rim, side, rng)
            side = -side if name in CITRUS else side


def _wheel(canvas: Canvas, rim: Rim, side: float, rng: np.random.Generator, *, name: str) -> None:
    """Paint a slice of citrus that sits on the rim, cut side to the viewer."""
    x, y, radius = rim.x + side * rim.half * 0.92, rim.y - 12, 42.0
    rind, pith, flesh = (varied(rng, c, 0.5) for c in CITRUS[name])
    squash, turn = rng.uniform(0.80, 0.95), rng.uniform(-0.4, 0.4)
    disc = polygon(placed(ring(0, 0, radius, radius), x, y, (squash, 1), 0))
    canvas.shade(disc.blurred(4, 3, 4), SHADOW, 0.30)
    edge = polygon(placed(ring(0, 0, radius, radius), x + 3.2, y + 0.8, (squash, 1), 0))
    canvas.paint(edge, rind * np.float32(0.72))
    dx, dy = (disc.x - x) / squash / radius, (disc.y - y) / radius
    r = np.sqrt(dx * dx + dy * dy)
    segments = 8 if name != "orange" else 9
    angle = (np.arctan2(dy, dx) + turn) * segments / (2 * np.pi)
    away = np.abs(angle - np.round(angle)) * 2 * np.pi / segments * r * radius
    wedge = (
        np.clip((away - 1.1) / 1.3, 0, 1)
        * np.clip((0.80 - r) * radius / 1.5, 0, 1)
        * np.clip((r - 0.08) * radius / 2, 0, 1)
    )
    cells = 0.5 + 0.5 * np.sin(np.round(angle) * 7 + r * 16 + np.sin(angle * 23) * 1.6)
    pulp = ramp(
        (flesh * np.float32(0.88), flesh, mixed(flesh, WHITE, 0.45)), 0.25 + 0.35 * cells + 0.3 * (1 - r)
    )
    peel = np.clip((r - 0.90) * radius / 1.6, 0, 1)
    canvas.paint(disc, mixed(mixed(pith, pulp, wedge), rind, peel))
    canvas.lighten(
        glow(x - radius * 0.3, y - radius * 0.36, radius * 0.34, radius * 0.2, -0.7).within(disc), WHITE, 0.35
    )


def _straw(canvas: Canvas, rim: Rim, side: float, rng: np.random.Generator) -> None:
    colour = rgb(("#d6454f", "#2f6f8f", "#f0b429", "#3b3b40", "#e87ca0")[int(rng.integers(5))])
    lean = rng.uniform(0.22, 0.34)
    top, bottom = max(rim.y - 74, 14.0), rim.level + 40
    reach = bottom - top
    start = np.array([rim.x + rim.half * 0.1 + lean * reach * 0.62, top])
    end = start + np.array([-lean * reach, reach])
    line = np.linspace(start, end, 40)
    body = polygon(ribbon(line, (9.0, 9.0)))
    along = (body.y - top) / reach
    centre = start[0] - lean * (body.y - top)
    across = np.clip((body.x - centre) / 4.5, -1, 1)
    stripe = np.clip(np.sin((along * reach * 0.9 + across * 5) * 0.42) * 3, -1, 1) * 0.5 + 0.5
    tone = mixed(rgb("#faf7f2"), colour, stripe)
    canvas.paint(body, np.minimum(tone * (0.86 + 0.24 * np.exp(-(((across + 0.3) / 0.5) ** 2))), 1))
    canvas.paint(ellipse(start[0], top, 4.6, 2.0), mixed(colour, rgb("#000000"), 0.35))


LEAF = smooth(
    points(
        (0, 0),
        (0.30, -0.25),
        (0.36, -0.58),
        (0.20, -0.88),
        (0, -1.05),
        (-0.20, -0.88),
        (-0.36, -0.58),
        (-0.30, -0.25),
    )
)


def _leaf(canvas: Canvas, at: Points, length: float, turn: float, colour: Pixels) -> None:
    """Paint a toothed leaf that grows from a point; ``turn`` is clockwise from straight up, in radians."""
    x, y = at
    outline = placed(LEAF, x, y, length, turn)
    body = polygon(outline)
    canvas.shade(body.blurred(3, 1.5, 3), SHADOW, 0.30)
    dx, dy = body.x - x, body.y - y
    u = (dx * np.sin(turn) - dy * np.cos(turn)) / length
    v = (dx * np.cos(turn) + dy * np.sin(turn)) / length
    rib = 0.5 + 0.5 * np.cos((u - np.abs(v) * 0.9) * 34)
    tone = 0.42 + 0.28 * u + 0.22 * np.sign(v) * np.minimum(np.abs(v) * 6, 1) * -0.9 + 0.16 * rib
    canvas.paint(
        body,
        ramp((colour * np.float32(0.55), colour, mixed(colour, rgb("#e9f7b8"), 0.55)), np.clip(tone, 0, 1)),
    )
    canvas.lighten(body.times(np.exp(-((v / 0.022) ** 2)) * np.clip(u * 4, 0, 1)), rgb("#d9efb0"), 0.5)


def _mint(canvas: Canvas, rim: Rim, side: float, rng: np.random.Generator) -> None:
    x, y = rim.x - side * rim.half * 0.30, min(rim.level - 2, rim.y + 8)
    green = varied(rng, rgb("#3f9a45"))
    stem = smooth(points((x + 6, y + 26), (x + 2, y), (x, y - 22)), closed=False)
    canvas.paint(polygon(ribbon(stem, (5, 4, 3))), green * np.float32(0.7))
    for turn, length in ((-1.25, 46), (1.2, 46), (-0.72, 52), (0.70, 52), (-0.28, 50), (0.24, 54), (0.0, 36)):
        at = points((x, y - 8 - 6 * (1.3 - abs(turn))))[0]
        size, lean = length * rng.uniform(0.88, 1.08), turn + rng.uniform(-0.14, 0.14)
        _leaf(canvas, at, size, lean, varied(rng, green))


def _ball(canvas: Canvas, x: float, y: float, radius: float, colour: Pixels) -> None:
    body = ellipse(x, y, radius)
    d = np.sqrt(((body.x - x) / radius + 0.34) ** 2 + ((body.y - y) / radius + 0.36) ** 2)
    canvas.paint(
        body,
        ramp(
            (mixed(colour, WHITE, 0.30), colour, colour * np.float32(0.8), colour * np.float32(0.42)),
            np.clip(d / 1.5, 0, 1),
        ),
    )
    canvas.lighten(
        glow(x - radius * 0.36, y - radius * 0.40, radius * 0.17, radius * 0.12, -0.7), WHITE, 0.95
    )


def _cherry(canvas: Canvas, rim: Rim, side: float, rng: np.random.Generator) -> None:
    x, y = rim.x + rng.uniform(-0.1, 0.25) * rim.half, rim.level - 5
    colour = varied(rng, rgb("#b3101f"), 0.6)
    lean = rng.uniform(14, 34) * (1 if rng.random() < 0.5 else -1)
    canvas.shade(glow(x, y + 15, 20, 6), SHADOW, 0.4)
    _ball(canvas, x, y, 22, colour)
    line = smooth(points((x + 1, y - 17), (x + lean * 0.3, y - 46), (x + lean, y - 78)), closed=False)
    canvas.paint(polygon(ribbon(line, (2.6, 2.0, 3.4))), rgb("#5d7030"))
    canvas.shade(ellipse(x + 1, y - 17, 5, 2.4), SHADOW, 0.5)


def _olives(canvas: Canvas, rim: Rim, side: float, rng: np.random.Generator) -> None:
    start, end = points((rim.x - rim.half * 0.62, rim.level + 8), (rim.x + rim.half * 0.78, rim.y - 34))
    canvas.paint(strokes(np.stack([start, end]), width=2.6), rgb("#c9a565"))
    green = varied(rng, rgb("#8c9a3a"))
    for share in (0.16, 0.40):
        cx, cy = start + (end - start) * share
        body = ellipse(cx, cy, 16, 14)
        d = np.sqrt(((body.x - cx) / 16 + 0.34) ** 2 + ((body.y - cy) / 14 + 0.36) ** 2)
        canvas.paint(
            body, ramp((mixed(green, WHITE, 0.42), green, green * np.float32(0.5)), np.clip(d / 1.5, 0, 1))
        )
        canvas.paint(ellipse(cx + 10, cy - 5, 4.6, 5.0), rgb("#c8352e"))
        canvas.lighten(glow(cx - 5, cy - 5, 3.2, 2.2, -0.6), WHITE, 0.8)
    _ball(canvas, float(end[0]), float(end[1]), 4.5, rgb("#c9a565"))


def _umbrella(canvas: Canvas, rim: Rim, side: float, rng: np.random.Generator) -> None:
    x, y = rim.x - side * rim.half * 0.62, rim.y + 4
    hues = ("#e2486b", "#f08a24", "#2f9c95", "#7b55b5", "#f2c230")
    first, second = (rgb(hues[i]) for i in rng.permutation(5)[:2])
    top = points((x - 34, y - 62))[0]
    canvas.paint(strokes(points((x + 14, y + 34), (float(top[0]), float(top[1]))), width=2.6), rgb("#d9b77e"))
    turn, n = -0.55, 8
    edge = placed(ring(0, 0, 54, 17, n=n * 6), float(top[0]) + 10, float(top[1]) + 18, 1.0, turn)
    shadow = polygon(edge).blurred(4, 2, 6)
    canvas.shade(shadow, SHADOW, 0.25)
    for k in (*range(n // 2, n), *range(n // 2)):
        arc = np.take(edge, np.arange(k * 6, k * 6 + 7), axis=0, mode="wrap")
        tone = (first, second)[k % 2] * np.float32((0.80, 0.86, 0.94, 1.0, 0.98, 0.9, 0.84, 0.78)[k])
        canvas.paint(polygon(np.concatenate([arc, top[None]])), tone)
    _ball(canvas, float(top[0]), float(top[1]), 3.6, rgb("#d9b77e"))


def _salt(canvas: Canvas, rim: Rim, side: float, rng: np.random.Generator) -> None:
    x, y, r, flat = rim.x, rim.y, rim.half, rim.half * rim.tilt
    band, hole = ellipse(x, y, r + 2.2, flat + 2.4), ellipse(x, y, r - 3.0, flat - 2.0)
    canvas.paint(band.times(1 - hole.over(band)), WHITE, 0.75)
    for angle in rng.uniform(0, 2 * np.pi, 150):
        drop = rng.uniform(0, 9) * (np.sin(angle) > -0.2)
        gx, gy = x + (r - rng.uniform(-2, 1)) * np.cos(angle), y + flat * np.sin(angle) + drop
        grain = ellipse(gx, gy, rng.uniform(0.9, 2.1))
        canvas.paint(grain, WHITE * np.float32(rng.uniform(0.88, 1.0)), 0.95)


BEHIND: dict[str, Painter] = {"straw": _straw}
BEFORE: dict[str, Painter] = {
    **{name: partial(_wheel, name=name) for name in CITRUS},
    "mint": _mint,
    "cherry": _cherry,
    "olive": _olives,
    "umbrella": _umbrella,
    "salt rim": _salt,
}
