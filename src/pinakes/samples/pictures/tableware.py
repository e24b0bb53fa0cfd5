"""Tableware: mugs, vases, teapots and bottles, all turned on the wheel."""

import numpy as np

from pinakes.samples.painting.colours import mixed, ramp, rgb
from pinakes.samples.painting.curves import placed, points, ribbon, ring
from pinakes.samples.painting.light import SHADOW
from pinakes.samples.painting.shapes import ellipse, polygon
from pinakes.samples.painting.surface import ground_shadow, stops
from pinakes.samples.pictures.scene import FLOOR, OAK, STEEL, TILT, WHITE, Scene, curve


def mug(scene: Scene) -> None:
    """Paint a mug."""
    rng, x, canvas = scene.rng, scene.x - 22, scene.canvas
    scene = Scene(canvas, scene.colour, scene.material, rng, x)
    top, half, foot = FLOOR - rng.uniform(218, 244), rng.uniform(98, 112), rng.uniform(82, 104)
    ground_shadow(canvas, x, FLOOR, half * 1.25)
    hy, reach = (top + FLOOR) / 2, rng.uniform(70, 82)
    handle = curve(
        (x + half - 8, hy - 62),
        (x + half + reach * 0.7, hy - 62),
        (x + half + reach, hy - 4),
        (x + half + reach * 0.62, hy + 58),
        (x + half - 14, hy + 66),
    )
    shadow = polygon(ribbon(handle, (25, 21, 25)))
    canvas.shade(shadow.blurred(5, 4, 6), SHADOW, 0.25)
    scene.tube(handle, 26, 22, 26, gloss=0.5 if scene.material != "stoneware" else 0.1)
    body = scene.turn(
        points(
            (half, top),
            (half - 1, top + 70),
            ((half + foot) / 2 + 3, FLOOR - 60),
            (foot, FLOOR - 16),
            (foot - 10, FLOOR),
        )
    )
    if rng.random() < 0.4:  # glaze that stops above the raw clay
        clay = rgb("#d3b48c") if float(np.abs(scene.colour - rgb("#d3b48c")).sum()) > 0.35 else rgb("#f2ece2")
        line = FLOOR - rng.uniform(52, 70)
        low = np.clip((body.along - line + TILT * 0) * 0.8 + 0.5, 0, 1)
        lambert = np.clip(0.8 * np.sqrt(1 - body.across**2) - 0.6 * body.across, 0, 1)
        canvas.paint(body.mask.times(low), ramp(stops(clay), 0.1 + 0.66 * lambert))
    drink = (None, rgb("#4a2a17"), rgb("#9c5a24"))[int(rng.integers(3))]
    scene.opening(top, half, 5.5, drink)


def vase(scene: Scene) -> None:
    """Paint a vase."""
    rng = scene.rng
    h = rng.uniform(285, 320)
    forms = (
        ((40, 0), (30, 0.12), (34, 0.24), (86, 0.50), (92, 0.68), (66, 0.90), (50, 1.0)),
        ((58, 0), (44, 0.10), (62, 0.28), (98, 0.48), (88, 0.74), (58, 1.0)),
        ((70, 0), (60, 0.10), (50, 0.30), (58, 0.60), (76, 0.86), (70, 1.0)),
        ((28, 0), (24, 0.22), (28, 0.38), (82, 0.62), (96, 0.80), (74, 0.97), (60, 1.0)),
    )
    form = forms[int(rng.integers(4))]
    top = FLOOR - h
    ground_shadow(scene.canvas, scene.x, FLOOR, form[-1][0] * 1.35)
    profile = points(*((w * rng.uniform(0.98, 1.06) * 1.05, top + y * h) for w, y in form))
    body = scene.turn(profile)
    if scene.material not in ("glass",) and rng.random() < 0.5:
        first = top + h * rng.uniform(0.42, 0.52)
        for offset in (0.0, 16.0, 26.0):
            band = np.exp(-(((body.along - first - offset) / (5.0 if offset == 0 else 1.8)) ** 4))
            scene.canvas.paint(
                body.mask.times(band),
                mixed(scene.colour, WHITE if scene.colour.mean() < 0.7 else SHADOW, 0.62),
                0.7,
            )
    scene.opening(top, float(profile[0, 0]), 3.6)


def teapot(scene: Scene) -> None:
    """Paint a teapot."""
    rng, x, canvas = scene.rng, scene.x - 6, scene.canvas
    scene = Scene(canvas, scene.colour, scene.material, rng, x)
    wide, h = rng.uniform(112, 126), rng.uniform(176, 200)
    top = FLOOR - h
    ground_shadow(canvas, x, FLOOR, wide * 1.2)
    handle = curve(
        (x + wide * 0.60, top + 34),
        (x + wide * 1.25, top + 8),
        (x + wide * 1.58, top + h * 0.40),
        (x + wide * 1.28, top + h * 0.74),
        (x + wide * 0.80, top + h * 0.80),
    )
    scene.tube(handle, 20, 19, 17)
    spout = curve(
        (x - wide * 0.72, top + h * 0.76),
        (x - wide * 1.22, top + h * 0.58),
        (x - wide * 1.34, top + h * 0.22),
        (x - wide * 1.66, top + 2),
    )
    scene.tube(spout, 66, 40, 27, 22)
    canvas.paint(
        polygon(placed(ring(0, 0, 12, 5), spout[-1, 0], spout[-1, 1], 1.0, 0.55)), stops(scene.colour)[0]
    )
    scene.turn(
        points(
            (54, top),
            (84, top + 12),
            (wide, top + h * 0.44),
            (wide * 0.93, top + h * 0.72),
            (wide * 0.62, FLOOR - 8),
            (wide * 0.56, FLOOR),
        )
    )
    canvas.shade(ellipse(x, top + 4, 58, 58 * TILT + 3, soft=3), SHADOW, 0.35)
    scene.turn(points((9, top - 34), (26, top - 28), (47, top - 10), (53, top + 2)))
    knob = OAK if rng.random() < 0.5 else scene.colour
    scene.turn(points((5, top - 60), (12, top - 54), (12, top - 46), (5, top - 38), (7, top - 32)), knob)


def bottle(scene: Scene) -> None:
    """Paint a bottle."""
    rng = scene.rng
    half, h = rng.uniform(58, 68), rng.uniform(312, 340)
    top = FLOOR - h
    ground_shadow(scene.canvas, scene.x, FLOOR, half * 1.5)
    scene.turn(
        points(
            (31, top + 34),
            (31, top + 52),
            (half * 0.72, top + 78),
            (half, top + 112),
            (half, FLOOR - 120),
            (half, FLOOR - 14),
            (half - 6, FLOOR),
        )
    )
    cap = OAK if rng.random() < 0.45 else (STEEL if scene.colour.mean() < 0.6 else rgb("#3a3b40"))
    scene.turn(
        points((34, top), (35, top + 6), (35, top + 40)), cap, "wood" if cap is OAK else "steel", steps=4
    )
    disc = ellipse(scene.x, top, 34, 34 * TILT)
    scene.canvas.paint(disc, stops(cap)[3])
    if rng.random() < 0.6:
        loop = curve(
            (scene.x - 22, top - 2),
            (scene.x - 20, top - 26),
            (scene.x, top - 34),
            (scene.x + 20, top - 26),
            (scene.x + 22, top - 2),
        )
        scene.tube(loop, 8, 8, colour=cap)
