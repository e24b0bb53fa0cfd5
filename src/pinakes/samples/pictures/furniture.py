"""Furniture: lamps, clocks and chairs."""

import numpy as np

from pinakes.samples.painting.colours import mixed, ramp, rgb
from pinakes.samples.painting.curves import moved, points, ribbon, smooth
from pinakes.samples.painting.light import SHADOW
from pinakes.samples.painting.shapes import ellipse, glow, polygon, strokes, turned
from pinakes.samples.painting.surface import ground_shadow, paint_solid, paint_wood, stops
from pinakes.samples.pictures.scene import FLOOR, OAK, TILT, WALNUT, WHITE, Scene, curve


def lamp(scene: Scene) -> None:
    """Paint a lamp."""
    rng, canvas, x = scene.rng, scene.canvas, scene.x
    top, low = 104.0 + rng.uniform(-10, 10), 262.0 + rng.uniform(-10, 14)
    narrow, wide = rng.uniform(62, 92), rng.uniform(112, 132)
    ground_shadow(canvas, x, FLOOR + 4, 120, 0.36)
    metal = (rgb("#c49a4a"), rgb("#3a3a3e"), OAK)[int(rng.integers(3))]
    made = "wood" if metal is OAK else "brass"
    scene.turn(points((7, low - 10), (6, low + 70), (7, FLOOR - 26), (16, FLOOR - 14)), metal, made)
    if rng.random() < 0.5:
        scene.turn(points((12, low + 40), (44, low + 74), (48, low + 96), (20, FLOOR - 16)), metal, made)
    scene.turn(points((20, FLOOR - 14), (58, FLOOR - 8), (70, FLOOR - 2), (70, FLOOR + 3)), metal, made)
    canvas.lighten(glow(x, low + 36, 120, 70), rgb("#ffe2a8"), 0.34)
    canvas.lighten(glow(x, top - 20, 84, 46), rgb("#ffe2a8"), 0.34)
    body = turned(x, points((narrow, top), (wide, low)), TILT)
    s, span = body.across, np.clip((body.mask.y - top) / (low - top), 0, 1)
    warm = np.exp(-((s / 0.62) ** 2)) * np.exp(-(((span - 0.58) / 0.42) ** 2))
    t = 0.34 + 0.34 * np.clip(0.8 * np.sqrt(1 - s * s) - 0.4 * s, 0, 1) + 0.02 * np.cos(np.arcsin(s) * 58)
    tone = ramp(stops(scene.colour), np.clip(t, 0, 1))
    canvas.paint(body.mask, tone)
    canvas.lighten(body.mask.times(warm), mixed(rgb("#ffdf9e"), scene.colour, 0.35), 0.62)
    rim = ellipse(x, top, narrow, narrow * TILT)
    canvas.paint(rim, mixed(scene.colour, rgb("#fff0c8"), 0.70))
    canvas.paint(ellipse(x, top + 2, narrow - 4, (narrow - 4) * TILT), rgb("#fff3d6"))
    edge = curve(
        (x - wide, low),
        (x - wide * 0.6, low + wide * TILT * 0.8),
        (x, low + wide * TILT),
        (x + wide * 0.6, low + wide * TILT * 0.8),
        (x + wide, low),
    )
    canvas.shade(strokes(edge, width=3.0), scene.colour * np.float32(0.55), 0.6)


def clock(scene: Scene) -> None:
    """Paint a clock."""
    rng, canvas, x, y = scene.rng, scene.canvas, scene.x, 252.0
    r = rng.uniform(158, 174)
    frame = ellipse(x, y, r)
    for blur, dx, dy, strength in ((4.0, 3, 5, 0.45), (20.0, 16, 24, 0.36)):
        canvas.shade(frame.blurred(blur, dx, dy), SHADOW, strength)
    if scene.material == "wood":
        paint_wood(canvas, frame, scene.colour, rng, upright=False)
    paint_solid(canvas, frame, scene.colour, 12, 0.6) if scene.material != "wood" else None
    dark_face = rng.random() < 0.22 and float(scene.colour.mean()) > 0.45
    dial, ink = (rgb("#2e3036"), rgb("#f4f1ea")) if dark_face else (rgb("#f8f5ee"), rgb("#2b2b30"))
    hole = ellipse(x, y, r * 0.86)
    sweep = np.clip(0.5 + ((hole.x - x) + (hole.y - y)) / (3 * r), 0, 1)
    canvas.paint(hole, ramp((dial * np.float32(0.86), dial, mixed(dial, WHITE, 0.4)), sweep))
    canvas.shade(hole.times(1 - hole.blurred(7, 4, 7).over(hole)), SHADOW, 0.55)
    bars = rng.random() < 0.6
    for k in range(60):
        angle = k * np.pi / 30
        major = k % 5 == 0
        if not (major or bars):
            continue
        outer, inner = r * 0.79, r * (0.68 if major else 0.76)
        end = np.array([np.sin(angle), -np.cos(angle)])
        if major and not bars:
            canvas.paint(ellipse(x + end[0] * r * 0.73, y + end[1] * r * 0.73, 5.4 if k % 15 else 8.0), ink)
        else:
            canvas.paint(
                strokes(
                    moved(np.stack([end * outer, end * inner]), x, y), width=5.0 if major else 1.6, scale=3
                ),
                ink,
            )
    minutes = float(rng.integers(0, 60))
    hour = float(rng.integers(0, 12)) + minutes / 60
    for angle, length, width, tone in (
        (hour * np.pi / 6, 0.44, 9.0, ink),
        (minutes * np.pi / 30, 0.66, 6.0, ink),
        (
            float(rng.uniform(0, 6.28)),
            0.70,
            2.2,
            scene.colour if scene.colour.mean() < 0.7 else rgb("#d6483c"),
        ),
    ):
        tip = np.array([np.sin(angle), -np.cos(angle)]) * r
        hand = strokes(moved(np.stack([tip * -0.12, tip * length]), x, y), width=width)
        canvas.shade(hand.blurred(2.5, 3, 5), SHADOW, 0.35)
        canvas.paint(hand, tone)
    canvas.paint(ellipse(x, y, 8), ink)
    canvas.lighten(ellipse(x - 2, y - 2, 2.4), WHITE, 0.6)


def chair(scene: Scene) -> None:
    """Paint a chair."""
    rng, canvas = scene.rng, scene.canvas
    x, seat, floor = scene.x, 300.0 + rng.uniform(-10, 10), 452.0
    wood = (OAK, WALNUT)[int(rng.integers(2))]
    if scene.material == "wood":
        wood = scene.colour
    canvas.shade(glow(x + 26, floor - 18, 108, 17), SHADOW, 0.32)
    back_high = rng.uniform(92, 118)

    def leg(x0: float, y0: float, x1: float, y1: float) -> None:
        canvas.shade(glow(x1 + 4, y1, 13, 4), SHADOW, 0.40)
        mask = polygon(ribbon(np.linspace((x0, y0), (x1, y1), 20), (17, 15, 10)))
        paint_wood(canvas, mask, wood * np.float32(0.92 if y1 < floor - 5 else 1.0), rng)

    leg(x - 66, seat - 8, x - 78, floor - 34)
    leg(x + 92, seat - 8, x + 104, floor - 34)
    for side in (-64, 90):
        post = polygon(
            ribbon(
                curve((x + side, seat - 6), (x + side * 1.02, seat - 90), (x + side * 1.08, back_high + 30)),
                (13, 13),
            )
        )
        paint_wood(canvas, post, wood, rng)
    shape = int(rng.integers(3))
    round_top = (22, 60, 8)[shape]
    back = smooth(
        points(
            (x - 84, back_high + round_top),
            (x - 40, back_high - 4),
            (x + 14, back_high - 10),
            (x + 66, back_high - 4),
            (x + 110, back_high + round_top),
            (x + 106, back_high + 110),
            (x + 14, back_high + 122),
            (x - 80, back_high + 110),
        ),
        steps=8,
    )
    mask = polygon(back)
    canvas.shade(mask.blurred(6, 3, 6), SHADOW, 0.22)
    if scene.material == "wood":
        paint_wood(canvas, mask, scene.colour, rng, upright=False)
        for k in range(3):
            slot = polygon(
                smooth(
                    points(
                        (x - 44 + 40 * k, back_high + 28),
                        (x - 24 + 40 * k, back_high + 28),
                        (x - 24 + 40 * k, back_high + 92),
                        (x - 44 + 40 * k, back_high + 92),
                    ),
                    steps=4,
                )
            )
            canvas.shade(slot, SHADOW, 0.55)
    else:
        paint_solid(canvas, mask, scene.colour, 15, 0.10)
        for k in range(2 if shape else 0):
            canvas.shade(ellipse(x - 16 + 60 * k, back_high + 54, 5, soft=5), SHADOW, 0.5)
    top = smooth(
        points(
            (x - 78, seat - 34),
            (x + 14, seat - 42),
            (x + 104, seat - 34),
            (x + 124, seat + 4),
            (x + 112, seat + 20),
            (x + 12, seat + 30),
            (x - 90, seat + 20),
            (x - 100, seat + 4),
        ),
        steps=8,
    )
    for x0, x1 in ((-80, -104), (104, 130)):
        leg(x + x0, seat + 14, x + x1, floor)
    under = polygon(moved(top, 0, 12))
    canvas.shade(under.blurred(6, 0, 8), SHADOW, 0.28)
    canvas.paint(under, stops(scene.colour)[0])
    seat_mask = polygon(top)
    if scene.material == "wood":
        paint_wood(canvas, seat_mask, scene.colour, rng, upright=False)
    else:
        paint_solid(canvas, seat_mask, scene.colour, 13, 0.12)
    canvas.lighten(glow(x - 20, seat - 16, 62, 11).within(seat_mask), WHITE, 0.16)
