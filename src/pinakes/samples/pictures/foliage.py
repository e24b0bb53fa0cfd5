"""Foliage: gardens out of focus, stems and leaves."""

import numpy as np

from pinakes.samples.painting.canvas import SIDE, Canvas, Pixels
from pinakes.samples.painting.colours import mixed, ramp, rgb, varied
from pinakes.samples.painting.curves import Points, placed, points, ribbon, smooth
from pinakes.samples.painting.light import SHADOW
from pinakes.samples.painting.shapes import ellipse, glow, polygon

WHITE = rgb("#ffffff")
PALE = rgb("#eaf6b4")
GREENS = tuple(rgb(code) for code in ("#4f8a3c", "#3f7f45", "#5c9448", "#4a8058"))

LEAVES = {
    "oval": points((0, 0), (0.20, -0.14), (0.30, -0.42), (0.24, -0.72), (0, -1)),
    "narrow": points((0, 0), (0.08, -0.2), (0.11, -0.5), (0.07, -0.8), (0, -1.12)),
    "heart-shaped": points(
        (0, 0), (0.20, 0.10), (0.42, 0.0), (0.46, -0.26), (0.30, -0.58), (0.10, -0.84), (0, -0.95)
    ),
    "lobed": points(
        (0, 0),
        (0.10, -0.12),
        (0.34, -0.10),
        (0.30, -0.24),
        (0.16, -0.34),
        (0.42, -0.44),
        (0.34, -0.58),
        (0.15, -0.60),
        (0.26, -0.82),
        (0.12, -0.86),
        (0, -1.02),
    ),
    "feathery": points((0, 0), (0.03, -0.5), (0, -1)),
}


def garden(rng: np.random.Generator) -> Canvas:
    """Return a canvas of out-of-focus greenery with discs of light."""
    base = rgb(("#5d8b57", "#79a06a", "#4c7a63", "#88a877", "#6f9a8b")[int(rng.integers(5))])
    y = np.linspace(0, 1, SIDE, dtype=np.float32)[:, None]
    fading = mixed(base, WHITE, 0.42)[:, None, None] * (1 - 0.38 * y)
    canvas = Canvas(np.tile(fading, (1, 1, SIDE)).astype(np.float32))
    for _ in range(5):
        tone = mixed(base, rgb("#1e3a2a") if rng.random() < 0.5 else rgb("#f3f2c0"), 0.45)
        cx, cy = rng.uniform(0, SIDE, 2)
        canvas.paint(glow(cx, cy, rng.uniform(60, 130), rng.uniform(50, 110)), tone, 0.55)
    for _ in range(int(rng.integers(5, 11))):
        disc = ellipse(rng.uniform(0, SIDE), rng.uniform(0, SIDE), rng.uniform(16, 46), soft=7)
        canvas.lighten(
            disc, rgb(("#fff3c4", "#e4f5d0", "#ffffff")[int(rng.integers(3))]), rng.uniform(0.10, 0.24)
        )
    return canvas


def add_foliage(canvas: Canvas, kind: str, x: float, y: float, rng: np.random.Generator) -> None:
    """Paint a stem from (x, y) to the bottom of the picture, with two leaves of a kind."""
    green = varied(rng, GREENS[int(rng.integers(len(GREENS)))], 1.5)
    sway = rng.uniform(-46, 46)
    line = smooth(points((x, y), (x + sway * 0.2, y + 130), (x + sway, SIDE + 14)), closed=False, steps=24)
    for side in rng.permutation([-1, 1]):
        at, turn = line[int(rng.integers(30, 37))], side * rng.uniform(0.95, 1.25)
        if kind == "feathery":
            _frond(canvas, at, turn, green, rng.uniform(150, 180))
        else:
            _blade(canvas, LEAVES[kind], at, turn, green=green, length=rng.uniform(145, 172))
    stem = polygon(ribbon(line, (8, 9, 11)))
    canvas.shade(stem.blurred(4, 3, 3), SHADOW, 0.2)
    centre = np.interp(stem.y[:, 0], line[:, 1], line[:, 0])[:, None]
    canvas.paint(
        stem, ramp((green * np.float32(0.5), green, mixed(green, PALE, 0.5)), 0.5 - (stem.x - centre) / 10)
    )


def _frond(canvas: Canvas, at: Points, turn: float, green: Pixels, length: float) -> None:
    """Paint a feathery leaf that grows from a point; ``turn`` is clockwise from straight up, in radians."""
    x, y = at
    for share in np.linspace(0.14, 0.98, 11):
        cx, cy = x + np.sin(turn) * length * share, y - np.cos(turn) * length * share
        for side in (-1, 1):
            reach = length * 0.36 * np.sqrt(1.08 - share)
            spine = placed(points((0, 0), (0.04, -0.55), (0, -1)), cx, cy, reach, turn + side * 0.72)
            leaflet = polygon(ribbon(smooth(spine, closed=False), (4.2, 3.6, 1.2)))
            canvas.paint(leaflet, green * np.float32(0.92 - 0.12 * side))
    rib = placed(points((0, 0), (0.02, -0.5), (0, -1)), x, y, length, turn)
    canvas.paint(polygon(ribbon(smooth(rib, closed=False), (5, 3.4, 1.4))), green * np.float32(0.8))


def _blade(canvas: Canvas, half: Points, at: Points, turn: float, *, green: Pixels, length: float) -> None:
    """Paint a leaf of which the right half is given, with its ribs; the same angles as a frond's."""
    x, y = at
    outline = np.concatenate([half, half[-2:0:-1] * np.array([-1, 1])])
    body = polygon(placed(smooth(outline, steps=6), x, y, length, turn))
    canvas.shade(body.blurred(7, 3, 7), SHADOW, 0.26)
    dx, dy = body.x - np.float32(x), body.y - np.float32(y)
    u = (dx * np.float32(np.sin(turn)) - dy * np.float32(np.cos(turn))) / np.float32(length)
    v = (dx * np.float32(np.cos(turn)) + dy * np.float32(np.sin(turn))) / np.float32(length)
    ribs = 0.5 + 0.5 * np.cos((u - np.abs(v) * 0.8) * 44)
    lit = 0.52 + 0.2 * u - np.float32(0.22 * np.sign(turn)) * np.tanh(v * 16) + 0.10 * ribs
    canvas.paint(
        body, ramp((green * np.float32(0.5), green * np.float32(0.85), green, mixed(green, PALE, 0.55)), lit)
    )
    canvas.lighten(body.times(np.exp(-((v / 0.012) ** 2)) * (u < 0.95)), rgb("#dcefae"), 0.45)
