"""Cocktails: a lit glass on a table, with its liquid, ice and garnish."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinakes.samples.families.cocktails import Cocktail
from pinakes.samples.painting.canvas import Canvas, Mask, Pixels
from pinakes.samples.painting.colours import mixed, pigment, ramp, rgb, shades
from pinakes.samples.painting.curves import Points, placed, points, smooth
from pinakes.samples.painting.light import SHADOW, backdrop
from pinakes.samples.painting.shapes import Turned, ellipse, glow, polygon, turned
from pinakes.samples.pictures.garnishes import Rim, garnish_before, garnish_behind

TILT = 0.17
WHITE = rgb("#ffffff")
TABLE = 440.0
"""The row on which every glass stands."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The form of a glass, in pixels from the axis and above the table.

    Attributes:
        bowl: (half width, height above the table) from the rim down.
        fill: share of the bowl's height that is filled.
        foot: half width of the foot, 0 for a glass without a stem.
        stem: half width of the stem.
        thick: thickness of the wall at the bottom of the bowl.
        scale: how much larger than drawn here it is painted.
    """

    bowl: Points
    fill: float
    foot: float = 0.0
    stem: float = 0.0
    thick: float = 5.0
    scale: float = 1.0


SHAPES = {
    "martini": Shape(points((112, 285), (76, 232), (38, 180), (5, 146)), 0.84, 74, 4.5, scale=1.16),
    "coupe": Shape(
        points((104, 268), (103, 246), (92, 214), (62, 186), (26, 172), (5, 168)), 0.80, 70, 4.5, scale=1.20
    ),
    "highball": Shape(points((58, 312), (56, 200), (54, 100), (52, 4)), 0.86, thick=16, scale=1.10),
    "rocks": Shape(points((82, 184), (80, 120), (77, 60), (73, 4)), 0.70, thick=20, scale=1.36),
    "wine": Shape(
        points((64, 318), (76, 280), (84, 240), (80, 206), (58, 172), (24, 154), (5, 148)),
        0.58,
        70,
        4.5,
        scale=1.12,
    ),
    "flute": Shape(
        points((38, 338), (42, 290), (41, 230), (32, 176), (15, 136), (4, 122)), 0.84, 56, 4.0, scale=1.06
    ),
    "hurricane": Shape(
        points((66, 338), (56, 300), (50, 258), (60, 206), (70, 156), (62, 104), (34, 62), (9, 46)),
        0.88,
        62,
        8.0,
        scale=1.06,
    ),
    "margarita": Shape(
        points((116, 276), (112, 250), (92, 228), (56, 216), (44, 200), (38, 176), (22, 156), (5, 148)),
        0.84,
        74,
        5.0,
        scale=1.14,
    ),
}


@dataclass(frozen=True, slots=True)
class Glass:
    """One glass in its place: what the parts of the picture need to know of it."""

    x: float
    outer: Points
    inner: Points
    level: float
    shape: Shape

    @property
    def rim(self) -> Rim:
        """Return the mouth of the glass."""
        return Rim(self.x, float(self.outer[0, 1]), float(self.outer[0, 0]), self.level, TILT)

    @property
    def surface(self) -> tuple[float, float, float]:
        """Return x, y and half width of the liquid's surface."""
        return self.x, self.level, float(np.interp(self.level, self.inner[:, 1], self.inner[:, 0]))


def paint_cocktail(cocktail: Cocktail, role: str, rng: np.random.Generator) -> Canvas:
    """Paint the front view."""
    liquid = pigment(rng, cocktail.colour)
    canvas, base = backdrop(rng, liquid, horizon=rng.uniform(318, 345), dark=0.18)
    glass = _placed_glass(cocktail.glass, rng)
    _ground(canvas, glass, liquid)
    _back_wall(canvas, glass)
    garnish_behind(canvas, cocktail.garnish, glass.rim, rng)
    _liquid(canvas, glass, liquid, rng)
    _ice(canvas, glass, cocktail.ice, liquid, rng)
    _surface(canvas, glass, liquid, rng)
    _front_wall(canvas, glass, base)
    garnish_before(canvas, cocktail.garnish, glass.rim, rng)
    return canvas


def _placed_glass(name: str, rng: np.random.Generator) -> Glass:
    shape = SHAPES[name]
    scale = shape.scale * rng.uniform(0.97, 1.05)
    knots = shape.bowl * np.array([scale * rng.uniform(0.95, 1.05), scale])
    line = smooth(knots, closed=False, steps=10)
    outer = np.column_stack([line[:, 0], TABLE - line[:, 1]])
    floor = outer[-1, 1] - shape.thick * scale
    inner = outer - np.array([3.4, 0])
    inner = inner[inner[:, 1] < floor]
    inner = np.maximum(inner, [2.0, 0])
    # the liquid ends in a round bottom, not in a cut
    level = float(inner[-1, 1] - shape.fill * rng.uniform(0.94, 1.04) * (inner[-1, 1] - inner[0, 1]))
    return Glass(256 + rng.uniform(-14, 14), outer, inner, level, shape)


def _ground(canvas: Canvas, glass: Glass, liquid: Pixels) -> None:
    foot = glass.shape.foot or float(glass.outer[-1, 0])
    table = float(glass.outer[-1, 1]) if not glass.shape.foot else TABLE
    x = glass.x
    canvas.shade(glow(x + foot * 0.9, table + 16, foot * 1.25, foot * 0.26), SHADOW, 0.34)
    canvas.shade(glow(x + 5, table + 5, foot * 0.8, foot * 0.15), SHADOW, 0.42)
    # light that passed through the drink falls coloured beyond it
    canvas.paint(glow(x + foot * 1.0, table + 18, foot * 0.62, foot * 0.12), mixed(liquid, WHITE, 0.25), 0.55)
    canvas.lighten(
        glow(x + foot * 0.85, table + 17, foot * 0.24, foot * 0.05), mixed(liquid, WHITE, 0.7), 0.6
    )


def _back_wall(canvas: Canvas, glass: Glass) -> None:
    body = turned(glass.x, glass.outer, TILT)
    canvas.paint(body.mask, WHITE, 0.13)
    x, y, r = glass.x, glass.rim.y, glass.rim.half
    rim = ellipse(x, y, r, r * TILT)
    hollow = ellipse(x, y, r - 2.2, (r - 2.2) * TILT)
    canvas.paint(rim.times(1 - hollow.over(rim)), WHITE, 0.55)
    if glass.shape.foot:
        _stem(canvas, glass)


def _stem(canvas: Canvas, glass: Glass) -> None:
    shape, x = glass.shape, glass.x
    top, table = float(glass.outer[-1, 1]), TABLE
    foot = turned(
        x,
        points(
            (shape.stem * 1.3, table - 13),
            (shape.foot * 0.35, table - 6),
            (shape.foot, table - 1),
            (shape.foot, table + 1),
        ),
        TILT,
    )
    edge = np.abs(foot.across) ** 6
    canvas.paint(foot.mask, WHITE, 0.22)
    canvas.shade(foot.mask.times(edge), rgb("#6f7c8a"), 0.40)
    disc = ellipse(x, table, shape.foot, shape.foot * TILT)
    inner = ellipse(x, table - 1.5, shape.foot - 2.5, (shape.foot - 2.5) * TILT)
    canvas.paint(disc.times(1 - inner.over(disc)), WHITE, 0.6)
    canvas.lighten(glow(x - shape.foot * 0.45, table + 3, shape.foot * 0.22, 2.5), WHITE, 0.8)
    stem = turned(
        x,
        points(
            (shape.stem * 1.5, top - 4),
            (shape.stem, top + 16),
            (shape.stem, (top + table) / 2),
            (shape.stem * 1.2, table - 24),
            (shape.stem * 2.4, table - 8),
        ),
        TILT,
    )
    canvas.paint(stem.mask, WHITE, 0.30)
    canvas.shade(stem.mask.times(stem.across**4), rgb("#5c6976"), 0.55)
    canvas.paint(stem.mask.times(np.exp(-(((stem.across + 0.35) / 0.2) ** 2))), WHITE, 0.85)


def _filled(glass: Glass) -> Turned:
    x, level, half = glass.surface
    lower = glass.inner[glass.inner[:, 1] > level + 0.5]
    profile = np.concatenate([[[half, level]], lower])
    return turned(x, profile, TILT)


def _liquid(canvas: Canvas, glass: Glass, liquid: Pixels, rng: np.random.Generator) -> None:
    body = _filled(glass)
    dark, plain, light = shades(liquid)
    top, bottom = glass.level, float(glass.inner[-1, 1])
    depth = np.clip((body.mask.y - top) / max(bottom - top, 1), 0, 1)
    # the edge, seen through the most liquid, is deepest; light gathers on the side away from the lamp
    thickness = np.sqrt(np.clip(1 - body.across**2, 0, 1))
    gather = np.exp(-(((body.across - 0.42) / 0.38) ** 2)) * (0.2 + 0.8 * depth)
    t = (
        0.10
        + 0.36 * thickness
        + 0.46 * gather
        - 0.10 * (1 - depth) * np.exp(-(((body.across + 0.25) / 0.3) ** 2))
    )
    deep = dark * np.float32(0.86)
    colours = ramp((deep, mixed(dark, plain, 0.7), plain, mixed(plain, light, 0.6), light), np.clip(t, 0, 1))
    if rng.random() < 0.4:  # syrup sinks: a deeper colour at the bottom
        colours = mixed(colours, deep, 0.55 * np.clip(depth * 2.2 - 1.2, 0, 1))
    canvas.paint(body.mask, colours, 0.94)


def _surface(canvas: Canvas, glass: Glass, liquid: Pixels, rng: np.random.Generator) -> None:
    x, level, r = glass.surface
    _, plain, light = shades(liquid)
    disc = ellipse(x, level, r, r * TILT)
    sweep = np.clip((disc.x - (x - r)) / (2 * r), 0, 1) * np.ones_like(disc.alpha)
    canvas.paint(disc, ramp((mixed(light, WHITE, 0.25), light, plain), sweep), 0.72)
    inner = ellipse(x, level + 0.8, r - 2.4, (r - 2.4) * TILT)
    canvas.paint(disc.times(1 - inner.over(disc)), mixed(light, WHITE, 0.55), 0.75)
    for _ in range(int(rng.integers(0, 9))):
        angle, far = rng.uniform(0, 2 * np.pi), rng.uniform(0.72, 0.95)
        canvas.lighten(
            ellipse(x + r * far * np.cos(angle), level + r * TILT * far * np.sin(angle), rng.uniform(1, 2.2)),
            WHITE,
            0.6,
        )


def _ice(canvas: Canvas, glass: Glass, ice: str, liquid: Pixels, rng: np.random.Generator) -> None:
    if ice == "none":
        return
    x, level, r = glass.surface
    inside = _filled(glass).mask
    rim = ellipse(x, level, r * 0.97, r * TILT * 0.97)
    pale = mixed(liquid, WHITE, 0.72)
    bottom = float(glass.inner[-1, 1])
    if ice == "sphere":
        radius = min(r * 0.66, 46)
        ball = ellipse(x + rng.uniform(-4, 4), level + radius * 0.42, radius)
        _crystal(canvas, ball, pale, 0.50)
        cx, cy = ball.left + ball.alpha.shape[1] / 2, ball.top + ball.alpha.shape[0] / 2
        canvas.lighten(
            glow(cx - radius * 0.35, cy - radius * 0.4, radius * 0.2, radius * 0.14, -0.6).within(ball),
            WHITE,
            0.9,
        )
        canvas.lighten(
            glow(cx + radius * 0.3, cy + radius * 0.5, radius * 0.34, radius * 0.14, -0.6).within(ball),
            WHITE,
            0.45,
        )
        return
    small = ice == "crushed"
    count = int(rng.integers(34, 44)) if small else int(rng.integers(4, 6))
    edge = 11.0 if small else float(np.clip(r * 0.46, 17, 34))
    deep = min(bottom - level - edge, 150 if small else edge * 4.2)
    for i in range(count):
        y = level - edge * 0.25 + deep * (i / count) ** (1.0 if small else 0.9)
        room = float(np.interp(y, glass.inner[:, 1], glass.inner[:, 0])) - edge * 0.72
        if room < 0 and not small:
            continue
        side = 1 if i % 2 else -1
        cx = x + (rng.uniform(-1, 1) * max(room, 4) if small else side * rng.uniform(0.25, 0.9) * room)
        square = points((-1, -1), (1, -1), (1, 1), (-1, 1)) * (edge / 1.5) * rng.uniform(0.85, 1.1, (4, 2))
        outline = placed(smooth(np.repeat(square, 1, 0), steps=4) * 0.9, cx, y, 1.0, rng.uniform(-0.7, 0.7))
        cube = polygon(outline)
        allowed = np.maximum(
            inside.over(cube), np.maximum(rim.over(cube), (cube.y < level) * (np.abs(cube.x - x) < r * 0.9))
        )
        cube = cube.times(allowed)
        _crystal(canvas, cube, pale, 0.44 if small else 0.40)
        if not small:
            shift = placed(outline, 0, 0, 1.0) * 0.62 + np.array([cx, y - edge * 0.06]) * 0.38
            canvas.lighten(polygon(shift).times(1).within(cube), WHITE, 0.20)


def _crystal(canvas: Canvas, piece: Mask, pale: Pixels, opacity: float) -> None:
    """Paint clear ice: a faint body with bright edges, brighter towards the light."""
    canvas.paint(piece, pale, opacity)
    core = piece.blurred(4.0).over(piece)
    edge = np.clip(piece.alpha * (1 - core) * 1.9, 0, 1)
    height = max(piece.alpha.shape[0], 1)
    upper = np.linspace(1, 0.35, height, dtype=np.float32)[:, None]
    canvas.lighten(piece.times(edge * upper), WHITE, 0.85)


def _front_wall(canvas: Canvas, glass: Glass, base: Pixels) -> None:
    body = turned(glass.x, glass.outer, TILT)
    x, y, r = glass.x, glass.rim.y, glass.rim.half
    s = body.across
    ends = np.abs(s) ** 9
    canvas.shade(body.mask.times(ends), rgb("#5d6874"), 0.45)
    canvas.paint(body.mask.times(np.exp(-(((np.abs(s) - 0.955) / 0.022) ** 2))), WHITE, 0.5)
    bottom = float(glass.outer[-1, 1])
    tall = bottom - y
    span = np.clip((body.mask.y - y) / tall, 0, 1)
    window = (
        np.exp(-(((s + 0.66) / 0.085) ** 4))
        * np.clip((span - 0.06) * 14, 0, 1)
        * np.clip((0.80 - span) * 9, 0, 1)
    )
    canvas.lighten(body.mask.times(window), WHITE, 0.62)
    thin = (
        np.exp(-(((s - 0.78) / 0.035) ** 2))
        * np.clip((span - 0.12) * 9, 0, 1)
        * np.clip((0.9 - span) * 6, 0, 1)
    )
    canvas.lighten(body.mask.times(thin), WHITE, 0.55)
    if not glass.shape.foot:
        _base(canvas, glass, base)
    front = ellipse(x, y, r, r * TILT)
    hollow = ellipse(x, y, r - 2.0, (r - 2.0) * TILT)
    ring = front.times((1 - hollow.over(front)) * np.where(front.y > y, 1.0, 0.35))
    canvas.paint(ring, WHITE, 0.85)
    canvas.lighten(glow(x - r * 0.55, y + r * TILT * 0.8, 9, 2.2), WHITE, 0.9)


def _base(canvas: Canvas, glass: Glass, base: Pixels) -> None:
    """Paint the thick bottom of a tumbler: a lens that gathers light."""
    half, bottom = float(glass.outer[-1, 0]), float(glass.outer[-1, 1])
    thick = glass.shape.thick
    block = turned(glass.x, points((half, bottom - thick * 0.8), (half, bottom)), TILT)
    canvas.paint(block.mask, mixed(base, WHITE, 0.35), 0.35)
    canvas.shade(block.mask.times(np.abs(block.across) ** 5), rgb("#56616c"), 0.5)
    lens = ellipse(glass.x, bottom - 2, half - 5, (half - 5) * TILT)
    canvas.lighten(lens.times(np.clip((lens.y - bottom + 4) / 9, 0, 1)), WHITE, 0.55)
    canvas.lighten(glow(glass.x + half * 0.3, bottom + half * TILT * 0.55, half * 0.22, 2.4), WHITE, 0.8)
