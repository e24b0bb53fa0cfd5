"""Garments: laid flat on a surface, seen from above, in the light of a window."""

from collections.abc import Callable

import numpy as np

from pinakes.samples.families.garments import Garment
from pinakes.samples.painting.canvas import Canvas
from pinakes.samples.painting.colours import mixed, pigment
from pinakes.samples.painting.curves import Points, points, ribbon, ring, smooth
from pinakes.samples.painting.light import SHADOW, backdrop
from pinakes.samples.painting.shapes import glow, polygon, strokes
from pinakes.samples.pictures.tailoring import FLIP, Cloth, Grain, Pose, chained, curve, whole
from pinakes.samples.pictures.tops import coat, dress, shirt, sweater, t_shirt


def paint_garment(garment: Garment, role: str, rng: np.random.Generator) -> Canvas:
    """Paint the front view."""
    ground, accent = pigment(rng, garment.colour), pigment(rng, garment.accent)
    standing = garment.garment == "hat"
    canvas, _ = backdrop(rng, ground, 300.0 if standing else None, dark=0.10)
    pose = Pose(
        256 + rng.uniform(-6, 6),
        254 + rng.uniform(-5, 5),
        rng.uniform(0.99, 1.07),
        rng.normal(0, 0.012 if standing else 0.03),
    )
    PAINTERS[garment.garment](Cloth(canvas, pose, ground, accent, garment.pattern, rng.uniform(25, 35), rng))
    return canvas


def _skirt(cloth: Cloth) -> None:
    wide, hem = 158 + cloth.rng.uniform(-14, 14), cloth.rng.uniform(384, 420)
    flare = curve((66, 112), (88, 166), (116, 250), (wide - 16, 330), (wide, hem))
    edge = curve((wide, hem), (110, hem + 12), (52, hem + 17), (0, hem + 18))
    cloth.lay(whole(chained(flare, edge)), Grain(across=50, along=260), flare)
    cloth.band(curve((-68, 106), (0, 110), (68, 106)), 24.0)
    cloth.button(0, 109, 5.4)


def _trousers(cloth: Cloth) -> None:
    k = cloth.rng.uniform(-7, 9)
    leg = curve((76, 74), (92, 130), (98, 190), (92 + k, 305), (84 + k, 452))
    inner = curve((32 + k, 456), (22, 330), (5, 214), (0, 200))
    cloth.both(np.concatenate([points((0, 74)), leg, inner]), Grain(turn=0.04, across=44, along=260))
    for flip in (np.ones(2), FLIP):
        cloth.seam(curve((46, 150), (54, 280), (58 + k, 450)) * flip, 0.16, 1.6)
        cloth.seam(curve((62, 84), (70, 110), (90, 132)) * flip, 0.34)
    cloth.seam(curve((0, 84), (2, 150), (0, 200)), 0.30)
    cloth.seam(curve((14, 84), (14, 150), (2, 182)), 0.20, 1.2)
    cloth.band(curve((-78, 72), (0, 76), (78, 72)), 22.0)
    for x in (-52, -20, 24, 54):
        cloth.groove(points((x, 64), (x, 85)), 5.0, 0.30)
    cloth.button(2, 75, 5.2)


def _scarf(cloth: Cloth) -> None:
    k = cloth.rng.uniform(-10, 14)
    around = curve((-80, 176), (-70, 110), (0, 82), (70, 110), (80, 176))
    cloth.lay(ribbon(around, (58, 64, 58)), Grain(1.3, across=24, along=60))
    right = curve((48, 204), (40, 280), (60, 360), (54 + k, 436))
    left = curve((-44, 204), (-34, 276), (-52, 346), (-42 - k, 412))
    for line, width in ((right, 70.0), (left, 72.0)):
        _fringe(cloth, line, width)
        cloth.lay(ribbon(line, (width * 0.8, width, width)), Grain(across=24, along=200))
    near = curve((-78, 138), (-68, 194), (0, 240), (68, 194), (78, 138))
    cloth.lay(ribbon(near, (56, 70, 86, 70, 56)), Grain(np.pi / 2, across=60, along=26))


def _fringe(cloth: Cloth, line: Points, width: float) -> None:
    ahead = (line[-1] - line[-6]) / np.hypot(*(line[-1] - line[-6]))
    sideways = np.array([-ahead[1], ahead[0]])
    second = cloth.ground if cloth.pattern == "plain" else cloth.accent
    for share in np.linspace(-0.47, 0.47, 17):
        start = line[-1] + sideways * share * width - ahead * 3
        tip = start + ahead * cloth.rng.uniform(24, 31) + sideways * cloth.rng.uniform(-3, 3)
        strand = strokes(cloth.pose.placed(np.stack([start, tip])), width=2.6)
        thread = second if cloth.rng.random() < 0.35 else cloth.ground
        cloth.canvas.shade(strand.blurred(2, 1, 3), SHADOW, 0.25)
        cloth.canvas.paint(strand, thread * np.float32(cloth.rng.uniform(0.8, 1.0)))


def _hat(cloth: Cloth) -> None:
    rng, canvas, pose = cloth.rng, cloth.canvas, cloth.pose
    wide, tall, y = rng.uniform(176, 196), rng.uniform(140, 162), 320.0
    canvas.shade(glow(pose.x + 22, y + 44, wide * 0.62, 20), SHADOW, 0.42)
    brim = points(
        *((-wide, y - 8), (-wide * 0.72, y + 28), (0, y + 52), (wide * 0.72, y + 28), (wide, y - 8)),
        *((wide * 0.6, y - 30), (0, y - 38), (-wide * 0.6, y - 30)),
    )
    cloth.lay(smooth(brim, steps=10), Grain(np.pi / 2, across=90, along=40, lift=6))
    canvas.shade(polygon(pose.placed(ring(0, y - 2, 104, 25))).blurred(9, 3, 5), SHADOW, 0.5)
    side = points((98, y), (94, y - tall * 0.55), (76, y - tall * 0.98), (34, y - tall * 1.08))
    crown = np.concatenate(
        [
            side[::-1],
            points((60, y + 17), (0, y + 23), (-60, y + 17)),
            side * FLIP,
            points((0, y - tall * 0.98)),
        ]
    )
    cloth.lay(smooth(crown, steps=8), Grain(across=70, along=120, lift=0, puff=16))
    canvas.shade(glow(pose.x, y - tall * 0.93, 30, 12), SHADOW, 0.40)
    tone = mixed(cloth.accent, SHADOW, 0.2)
    if cloth.pattern == "plain":
        tone = cloth.ground * np.float32(0.45 if float(cloth.ground.mean()) > 0.25 else 1.9)
    cloth.band(
        curve((-98, y - 16), (-60, y + 1), (0, y + 7), (60, y + 1), (98, y - 16)), 30.0, np.minimum(tone, 1)
    )


PAINTERS: dict[str, Callable[[Cloth], None]] = {
    "dress": dress,
    "shirt": shirt,
    "t-shirt": t_shirt,
    "sweater": sweater,
    "skirt": _skirt,
    "trousers": _trousers,
    "coat": coat,
    "scarf": _scarf,
    "hat": _hat,
}
