"""Emblems: what the reverses of coins show, engraved in the unit disc."""

from collections.abc import Callable

import numpy as np

from pinakes.samples.painting.curves import Points, mirrored, placed, points, ribbon, ring, smooth
from pinakes.samples.painting.die import Die

LEAF = smooth(points((0, 0), (0.26, -0.4), (0, -1.0), (-0.26, -0.4)), steps=4)


def _both(die: Die, outline: Points, level: float) -> None:
    die.fill(outline, level)
    die.fill(outline * [-1, 1], level)


def _temple(die: Die) -> None:
    die.fill(points((-0.56, -0.22), (0, -0.56), (0.56, -0.22)), 0.75)
    die.fill(points((-0.40, -0.265), (0, -0.47), (0.40, -0.265)), 0.32)
    die.dot(0, -0.34, 0.065, 0.9)
    die.fill(points((-0.56, -0.20), (0.56, -0.20), (0.56, -0.12), (-0.56, -0.12)), 0.70)
    for x in np.linspace(-0.46, 0.46, 6):
        die.fill(points((x - 0.048, -0.10), (x + 0.048, -0.10), (x + 0.048, 0.36), (x - 0.048, 0.36)), 0.75)
        die.line(points((x - 0.07, -0.085), (x + 0.07, -0.085)), 0.035, 0.85)
        die.line(points((x - 0.07, 0.36), (x + 0.07, 0.36)), 0.035, 0.85)
    for y, half in ((0.42, 0.56), (0.50, 0.63)):
        die.fill(points((-half, y), (half, y), (half, y + 0.055), (-half, y + 0.055)), 0.65)


def _ship(die: Die) -> None:
    hull = smooth(
        points(
            (-0.66, 0.02),
            (-0.52, 0.20),
            (0.44, 0.20),
            (0.70, -0.16),
            (0.60, 0.22),
            (0.40, 0.42),
            (-0.40, 0.42),
            (-0.62, 0.22),
        ),
        steps=6,
    )
    die.fill(hull, 0.75)
    die.line(smooth(points((-0.56, 0.27), (0, 0.31), (0.54, 0.24)), closed=False), 0.022, 0.35)
    for x in np.linspace(-0.36, 0.36, 7):
        die.line(points((x, 0.34), (x - 0.12, 0.56)), 0.026, 0.65)
    die.line(points((0, 0.2), (0, -0.62)), 0.04, 0.75)
    sail = smooth(
        points(
            (-0.38, -0.50),
            (0, -0.46),
            (0.38, -0.50),
            (0.46, -0.14),
            (0.36, 0.08),
            (0, 0.02),
            (-0.36, 0.08),
            (-0.30, -0.2),
        ),
        steps=6,
    )
    die.fill(sail, 0.62)
    for x in (-0.18, 0.02, 0.22):
        die.line(smooth(points((x - 0.03, -0.45), (x + 0.06, -0.2), (x, 0.02)), closed=False), 0.016, 0.40)
    die.line(points((-0.42, -0.52), (0.42, -0.52)), 0.045, 0.85)
    for y in (0.56, 0.63):
        wave = np.linspace(-0.62, 0.62, 50)
        die.line(np.column_stack([wave, y + 0.016 * np.sin(wave * 26)]), 0.022, 0.55)


def _star(die: Die) -> None:
    angle = np.arange(16) * np.pi / 8 - np.pi / 2
    radius = np.where(np.arange(16) % 4 == 0, 0.64, np.where(np.arange(16) % 2 == 0, 0.46, 0.15))
    star = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    die.fill(star, 0.55)
    for k in range(0, 16, 2):
        die.fill(np.stack([star[k], star[(k + 1) % 16], [0, 0]]), 0.85)
    die.dot(0, 0, 0.10, 0.95)


def _cross(die: Die) -> None:
    for outline in (
        points((-0.055, -0.56), (0.055, -0.56), (0.055, 0.34), (-0.055, 0.34)),
        points((-0.36, -0.22), (0.36, -0.22), (0.36, -0.11), (-0.36, -0.11)),
        points((-0.16, -0.60), (0.16, -0.60), (0.16, -0.51), (-0.16, -0.51)),
    ):
        die.fill(outline, 0.78)
    _both(die, points((0.33, -0.30), (0.42, -0.30), (0.42, -0.03), (0.33, -0.03)), 0.78)
    for y, half in ((0.34, 0.24), (0.43, 0.36), (0.52, 0.48)):
        die.fill(points((-half, y), (half, y), (half, y + 0.07), (-half, y + 0.07)), 0.66)


def _wreath(die: Die) -> None:
    for side in (1, -1):
        arc = np.radians(np.linspace(82, -62, 11))
        branch = np.column_stack([side * 0.50 * np.cos(arc), 0.50 * np.sin(arc)])
        die.line(branch, 0.03, 0.5)
        for k, (x, y) in enumerate(branch):
            along = -side * (arc[k]) + (np.pi if side < 0 else 0)
            for lean in (-0.55, 0.55):
                turn = np.arctan2(side * np.sin(arc[k]), np.cos(arc[k])) + side * 0.0 + lean * side
                die.fill(placed(LEAF, float(x), float(y), 0.20, float(turn)), 0.78)
            del along
    die.line(points((-0.10, 0.60), (0, 0.52), (0.10, 0.60)), 0.04, 0.75)
    star = np.column_stack(
        [
            np.where(np.arange(10) % 2, 0.09, 0.22) * np.cos(np.arange(10) * np.pi / 5 - np.pi / 2),
            np.where(np.arange(10) % 2, 0.09, 0.22) * np.sin(np.arange(10) * np.pi / 5 - np.pi / 2),
        ]
    )
    die.fill(star, 0.8)


def _anchor(die: Die) -> None:
    die.line(points((0, -0.42), (0, 0.50)), 0.085, 0.78)
    die.line(points((-0.30, -0.26), (0.30, -0.26)), 0.075, 0.78)
    die.line(np.concatenate([ring(0, -0.53, 0.11, n=24), points((0.11, -0.53))]), 0.055, 0.8)
    arms = smooth(points((-0.50, 0.16), (-0.38, 0.42), (0, 0.56), (0.38, 0.42), (0.50, 0.16)), closed=False)
    die.line(arms, 0.085, 0.78)
    _both(die, points((0.50, 0.02), (0.64, 0.24), (0.36, 0.24)), 0.85)
    for x in (-0.30, 0.30):
        die.dot(x, -0.26, 0.06, 0.85)


def _lyre(die: Die) -> None:
    arm = smooth(
        points((0.10, 0.42), (0.44, 0.30), (0.46, 0.0), (0.30, -0.22), (0.34, -0.44), (0.50, -0.52)),
        closed=False,
    )
    for side in (1, -1):
        die.fill(ribbon(arm * [side, 1], (0.14, 0.12, 0.10, 0.07)), 0.78)
    die.fill(smooth(points((-0.30, 0.34), (0.30, 0.34), (0.24, 0.58), (-0.24, 0.58)), steps=5), 0.72)
    die.line(points((-0.42, -0.34), (0.42, -0.34)), 0.06, 0.85)
    for x in np.linspace(-0.17, 0.17, 5):
        die.line(points((x, -0.34), (x, 0.42)), 0.02, 0.62)


def _wheat(die: Die) -> None:
    for turn, sway in ((-0.38, -0.30), (0.38, 0.30), (0.0, 0.0)):
        stalk = smooth(points((0, 0.60), (sway * 0.4, 0.20), (sway, -0.25)), closed=False)
        die.line(stalk, 0.032, 0.65)
        for k in range(6):
            y = 0.10 - k * 0.105
            for side in (1, -1):
                x0 = sway * (0.55 + 0.10 * k)
                die.fill(placed(LEAF, x0, y, 0.17, turn * 0.8 + side * 0.50), 0.80)
        die.fill(placed(LEAF, sway * 1.12, -0.50, 0.19, turn), 0.82)
    die.line(points((-0.13, 0.44), (0.13, 0.44)), 0.05, 0.85)


def _amphora(die: Die) -> None:
    half = smooth(
        points(
            (0.15, -0.56),
            (0.10, -0.44),
            (0.11, -0.28),
            (0.34, -0.08),
            (0.33, 0.14),
            (0.16, 0.42),
            (0.07, 0.52),
            (0.16, 0.60),
        ),
        closed=False,
    )
    handle = smooth(points((0.12, -0.46), (0.34, -0.50), (0.42, -0.30), (0.33, -0.06)), closed=False)
    for side in (1, -1):
        die.line(handle * [side, 1], 0.055, 0.66)
    die.fill(mirrored(half), 0.75)
    die.line(points((-0.18, -0.57), (0.18, -0.57)), 0.06, 0.85)
    for y, x in ((-0.02, 0.33), (0.06, 0.33)):
        die.line(smooth(points((-x, y), (0, y + 0.05), (x, y)), closed=False), 0.024, 0.42)
    zig = np.linspace(-0.26, 0.26, 9)
    die.line(np.column_stack([zig, 0.17 + 0.035 * (np.arange(9) % 2)]), 0.024, 0.42)


def _owl(die: Die) -> None:
    body = smooth(
        points(
            (-0.30, -0.46),
            (0, -0.42),
            (0.30, -0.46),
            (0.36, -0.18),
            (0.34, 0.22),
            (0.10, 0.50),
            (-0.16, 0.48),
            (-0.34, 0.16),
            (-0.36, -0.18),
        ),
        steps=6,
    )
    die.fill(body, 0.62)
    wing = smooth(points((0.16, -0.08), (0.36, -0.06), (0.42, 0.22), (0.30, 0.58), (0.18, 0.36)), steps=6)
    die.fill(wing, 0.78)
    for k in range(4):
        die.line(points((0.20 + 0.05 * k, 0.02 + 0.05 * k), (0.24 + 0.035 * k, 0.40)), 0.018, 0.45)
    for k in range(5):
        for j in range(3):
            die.dot(-0.20 + 0.13 * j - 0.03 * (k % 2), -0.02 + 0.10 * k, 0.026, 0.88)
    for side in (1, -1):
        die.dot(side * 0.15, -0.28, 0.135, 0.88)
        die.dot(side * 0.15, -0.28, 0.085, 0.48)
        die.dot(side * 0.15, -0.28, 0.045, 0.95)
    die.fill(points((-0.05, -0.24), (0.05, -0.24), (0, -0.10)), 0.95)
    for x in (-0.10, 0.08):
        die.line(points((x, 0.48), (x, 0.60)), 0.05, 0.7)
        die.line(points((x - 0.07, 0.61), (x + 0.07, 0.61)), 0.04, 0.75)
    branch = smooth(points((-0.62, -0.42), (-0.50, -0.30), (-0.46, -0.10)), closed=False)
    die.line(branch, 0.025, 0.6)
    for x, y, turn in ((-0.62, -0.42, -0.5), (-0.54, -0.32, 0.9), (-0.52, -0.30, -1.3)):
        die.fill(placed(LEAF, x, y, 0.17, turn), 0.72)


def _tree(die: Die) -> None:
    die.fill(
        smooth(
            points((-0.06, 0.0), (0.06, 0.0), (0.08, 0.40), (0.22, 0.56), (-0.22, 0.56), (-0.08, 0.40)),
            steps=5,
        ),
        0.70,
    )
    crown = (
        (0, -0.36, 0.24),
        (-0.27, -0.22, 0.21),
        (0.27, -0.22, 0.21),
        (-0.36, 0.04, 0.17),
        (0.36, 0.04, 0.17),
        (0, -0.08, 0.26),
        (-0.16, 0.10, 0.15),
        (0.17, 0.10, 0.15),
    )
    for x, y, r in crown:
        die.dot(x, y, r, 0.62)
    for x, y, r in crown:
        for k in range(6):
            a = k * 1.05 + x * 9
            die.fill(placed(LEAF, x + r * 0.5 * np.cos(a), y + r * 0.5 * np.sin(a), 0.13, a + 1.2), 0.86)
    die.line(points((-0.5, 0.58), (0.5, 0.58)), 0.04, 0.65)


def _sun(die: Die) -> None:
    for k in range(16):
        turn = k * np.pi / 8
        size = 0.36 if k % 2 == 0 else 0.26
        die.fill(placed(LEAF * [0.62, 1], 0.30 * np.sin(turn), -0.30 * np.cos(turn), size, turn), 0.72)
    die.dot(0, 0, 0.30, 0.70)
    for side in (1, -1):
        die.dot(side * 0.105, -0.06, 0.042, 0.42)
        die.line(
            smooth(points((side * 0.04, -0.12), (side * 0.11, -0.15), (side * 0.18, -0.11)), closed=False),
            0.024,
            0.92,
        )
    die.line(smooth(points((0, -0.06), (0.03, 0.05), (-0.02, 0.06)), closed=False), 0.028, 0.92)
    die.line(smooth(points((-0.10, 0.13), (0, 0.17), (0.10, 0.13)), closed=False), 0.026, 0.42)


def _dolphin(die: Die) -> None:
    back = smooth(
        points(
            (-0.62, 0.10),
            (-0.46, -0.08),
            (-0.20, -0.30),
            (0.14, -0.28),
            (0.40, -0.02),
            (0.50, 0.26),
            (0.42, 0.30),
            (0.22, 0.10),
            (-0.04, -0.02),
            (-0.30, 0.06),
            (-0.46, 0.13),
        ),
        steps=6,
    )
    die.fill(back, 0.76)
    die.fill(
        smooth(
            points((0.46, 0.22), (0.66, 0.30), (0.58, 0.40), (0.46, 0.36), (0.32, 0.52), (0.26, 0.40)),
            steps=5,
        ),
        0.78,
    )
    die.fill(smooth(points((-0.06, -0.30), (0.04, -0.54), (0.16, -0.50), (0.18, -0.26)), steps=5), 0.72)
    die.fill(smooth(points((-0.18, 0.0), (-0.10, 0.24), (-0.22, 0.22), (-0.30, 0.04)), steps=5), 0.84)
    die.dot(-0.40, -0.04, 0.036, 0.35)
    die.line(smooth(points((-0.58, 0.08), (-0.46, 0.06), (-0.38, 0.08)), closed=False), 0.018, 0.40)
    for y, shift in ((0.50, 0.0), (0.60, 0.12)):
        wave = np.linspace(-0.56, 0.40 - shift, 44)
        die.line(np.column_stack([wave, y + 0.022 * np.sin(wave * 22 + shift * 30)]), 0.028, 0.6)


def _eagle(die: Die) -> None:
    for side in (1, -1):
        for k in range(7):
            turn = side * (0.50 + k * 0.24)
            die.fill(
                placed(
                    LEAF * [0.62, 1], side * (0.12 + 0.020 * k), -0.14 + 0.045 * k, 0.64 - 0.045 * k, turn
                ),
                0.60 + 0.04 * (k % 2),
            )
        for k in range(5):
            turn = side * (0.56 + k * 0.30)
            die.fill(placed(LEAF * [0.8, 1], side * 0.11, -0.14 + 0.05 * k, 0.33, turn), 0.82)
        die.line(points((side * 0.09, 0.28), (side * 0.20, 0.52)), 0.055, 0.74)
        for toe in (-0.07, 0.0, 0.07):
            die.line(points((side * 0.20, 0.52), (side * 0.20 + toe, 0.60)), 0.030, 0.80)
    for turn in (-0.34, 0.34, -0.16, 0.16, 0.0):
        die.fill(placed(LEAF * [0.7, -1], 0, 0.26, 0.36, -turn), 0.70)
    die.fill(
        smooth(
            points((0, -0.36), (0.14, -0.16), (0.16, 0.10), (0, 0.36), (-0.16, 0.10), (-0.14, -0.16)), steps=6
        ),
        0.80,
    )
    for k in range(4):
        for x in np.linspace(-0.07, 0.07, 3):
            die.dot(float(x), -0.10 + 0.10 * k, 0.022, 0.58)
    die.fill(
        smooth(
            points(
                (-0.09, -0.34),
                (-0.10, -0.50),
                (0.02, -0.58),
                (0.13, -0.50),
                (0.27, -0.44),
                (0.13, -0.41),
                (0.09, -0.30),
            ),
            steps=6,
        ),
        0.86,
    )
    die.dot(0.06, -0.48, 0.026, 0.40)


EMBLEMS: dict[str, Callable[[Die], None]] = {
    "temple": _temple,
    "ship": _ship,
    "star": _star,
    "cross": _cross,
    "wreath": _wreath,
    "anchor": _anchor,
    "lyre": _lyre,
    "wheat": _wheat,
    "amphora": _amphora,
    "owl": _owl,
    "tree": _tree,
    "sun": _sun,
    "dolphin": _dolphin,
    "eagle": _eagle,
}
