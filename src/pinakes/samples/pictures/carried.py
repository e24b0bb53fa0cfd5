"""What people carry about: backpacks and headphones."""

import numpy as np

from pinakes.samples.painting.canvas import Canvas
from pinakes.samples.painting.colours import mixed, rgb
from pinakes.samples.painting.curves import Points, moved, placed, points, ribbon, ring, smooth
from pinakes.samples.painting.light import SHADOW
from pinakes.samples.painting.shapes import glow, polygon, strokes
from pinakes.samples.painting.surface import ground_shadow, paint_solid
from pinakes.samples.pictures.scene import STEEL, WHITE, Scene, curve


def backpack(scene: Scene) -> None:
    """Paint a backpack."""
    rng, canvas, x = scene.rng, scene.canvas, scene.x
    top, low, half = 118.0 + rng.uniform(-8, 8), 424.0, rng.uniform(108, 120)
    trim = (
        rgb("#8a5a34") if scene.material == "canvas" or rng.random() < 0.4 else scene.colour * np.float32(0.6)
    )
    ground_shadow(canvas, x, low + 2, half * 1.15)
    for side in (-1, 1):
        strap = curve(
            (x + side * 60, top + 30),
            (x + side * (half + 28), top + 110),
            (x + side * (half + 24), low - 80),
            (x + side * (half - 16), low - 14),
        )
        scene.tube(strap, 22, 20, colour=scene.colour * np.float32(0.72), gloss=0.05)
        pouch = polygon(
            smooth(
                points(
                    (x + side * (half - 22), low - 130),
                    (x + side * (half + 20), low - 118),
                    (x + side * (half + 18), low - 22),
                    (x + side * (half - 22), low - 6),
                ),
                steps=6,
            )
        )
        paint_solid(canvas, pouch, scene.colour * np.float32(0.82), 9, 0.05)
    loop = curve((x - 32, top + 8), (x - 30, top - 26), (x, top - 36), (x + 30, top - 26), (x + 32, top + 8))
    scene.tube(loop, 13, 12, 13, colour=trim, gloss=0.15)
    body = polygon(
        smooth(
            points(
                (x - half * 0.66, top + 6),
                (x, top - 4),
                (x + half * 0.66, top + 6),
                (x + half * 0.98, top + 70),
                (x + half, low - 60),
                (x + half * 0.88, low - 4),
                (x, low + 4),
                (x - half * 0.88, low - 4),
                (x - half, low - 60),
                (x - half * 0.98, top + 70),
            ),
            steps=8,
        )
    )
    paint_solid(canvas, body, scene.colour, 20, 0.08)
    _zip(
        canvas,
        curve(
            (x - half * 0.82, top + 108),
            (x - half * 0.74, top + 52),
            (x - 40, top + 26),
            (x, top + 23),
            (x + 40, top + 26),
            (x + half * 0.74, top + 52),
            (x + half * 0.82, top + 108),
        ),
    )
    pocket = smooth(
        points(
            (x - half * 0.70, low - 142),
            (x, low - 152),
            (x + half * 0.70, low - 142),
            (x + half * 0.76, low - 70),
            (x + half * 0.68, low - 24),
            (x, low - 18),
            (x - half * 0.68, low - 24),
            (x - half * 0.76, low - 70),
        ),
        steps=8,
    )
    mask = polygon(pocket)
    canvas.shade(mask.blurred(5, 2, 5), SHADOW, 0.35)
    paint_solid(canvas, mask, scene.colour * np.float32(1.0), 13, 0.08)
    _zip(canvas, curve((x - half * 0.60, low - 118), (x, low - 126), (x + half * 0.60, low - 118)))
    patch = moved(points((-24, -15), (24, -15), (24, 15), (-24, 15)), x, top + 104)
    label = polygon(smooth(patch, steps=3))
    canvas.shade(label.blurred(2, 1, 2), SHADOW, 0.35)
    paint_solid(canvas, label, rgb("#9a6a3c"), 4, 0.1)
    if rng.random() < 0.5:
        for side in (-1, 1):
            band = polygon(ribbon(points((x + side * 52, top + 16), (x + side * 54, low - 128)), (13, 13)))
            paint_solid(canvas, band, trim, 4, 0.15)
            canvas.paint(
                strokes(points((x + side * 45, top + 150), (x + side * 63, top + 150)), width=5),
                rgb("#c9a765"),
            )


def _zip(canvas: Canvas, line: Points) -> None:
    canvas.shade(strokes(line, width=7), SHADOW, 0.45)
    canvas.lighten(strokes(line, width=2), WHITE, 0.45)
    end = line[-1]
    canvas.paint(strokes(np.stack([end, moved(end, 2, 20)]), width=5), rgb("#c7c9cf"))


def headphones(scene: Scene) -> None:
    """Paint headphones."""
    rng, canvas, x = scene.rng, scene.canvas, scene.x
    y, reach, drop = 286.0 + rng.uniform(-8, 8), rng.uniform(118, 132), rng.uniform(176, 196)
    metal = (STEEL, rgb("#caa15a"), rgb("#3b3c42"))[int(rng.integers(3))]
    angle = np.linspace(np.pi, 2 * np.pi, 60)
    arc = np.column_stack([x + reach * np.cos(angle), y + drop * np.sin(angle)])
    canvas.shade(polygon(ribbon(arc, (20, 26, 20))).blurred(14, 14, 18), SHADOW, 0.16)
    canvas.shade(glow(x + 14, 424, 150, 15), SHADOW, 0.34)
    scene.tube(arc, 9, 9, 9, colour=metal, gloss=0.8)
    scene.tube(arc[8:-8], 18, 30, 18, gloss=0.25)
    scene.tube(moved(arc[18:-18], 0, 9), 12, 16, 12, colour=scene.colour * np.float32(0.5), gloss=0.05)
    for side in (-1, 1):
        cx = x + side * reach
        yoke = curve((cx, y - 22), (cx + side * 15, y + 10), (cx + side * 12, y + 62))
        scene.tube(yoke, 11, 10, colour=metal, gloss=0.8)
        lean = side * 0.10
        cushion = polygon(placed(ring(0, 0, 33, 78), cx - side * 20, y + 62, 1.0, lean))
        canvas.shade(cushion.blurred(6, 4, 7), SHADOW, 0.32)
        paint_solid(
            canvas, cushion, rgb("#2e2d31") if scene.colour.mean() > 0.3 else rgb("#5b5650"), 13, 0.18
        )
        shell = polygon(placed(ring(0, 0, 39, 74), cx + side * 13, y + 62, 1.0, lean))
        canvas.shade(shell.blurred(3, 2, 4), SHADOW, 0.4)
        paint_solid(canvas, shell, scene.colour, 17, 0.5)
        inner = polygon(placed(ring(0, 0, 19, 44), cx + side * 18, y + 62, 1.0, lean))
        paint_solid(canvas, inner, mixed(scene.colour, SHADOW, 0.22), 5, 0.4, depth=-1.0)
        canvas.lighten(glow(cx + side * 13 - 12, y + 22, 9, 20, 0.3), WHITE, 0.40)
