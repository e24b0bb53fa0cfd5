"""Portraits: heads in profile, and the facing bust, engraved in the unit disc."""

from collections.abc import Callable

import numpy as np

from pinakes.samples.painting.curves import Points, moved, placed, points, ribbon, ring, smooth
from pinakes.samples.painting.die import Die
from pinakes.samples.pictures.emblems import LEAF

FACE = points(
    (0.20, -0.50),
    (0.315, -0.42),
    (0.345, -0.30),
    (0.325, -0.215),
    (0.40, -0.09),
    (0.435, -0.035),
    (0.415, 0.0),
    (0.345, 0.02),
    (0.375, 0.075),
    (0.345, 0.105),
    (0.365, 0.155),
    (0.315, 0.20),
    (0.345, 0.28),
    (0.305, 0.355),
    (0.20, 0.375),
    (0.085, 0.36),
    (0.055, 0.46),
    (0.10, 0.62),
    (0.16, 0.70),
    (-0.06, 0.76),
    (-0.34, 0.68),
    (-0.30, 0.50),
    (-0.32, 0.28),
    (-0.42, 0.05),
    (-0.46, -0.20),
    (-0.38, -0.44),
    (-0.18, -0.58),
    (0.04, -0.59),
)
HAIR = points(
    (0.25, -0.47),
    (0.24, -0.37),
    (0.155, -0.30),
    (0.125, -0.18),
    (0.085, -0.08),
    (0.02, -0.12),
    (-0.03, -0.02),
    (-0.06, 0.12),
    (-0.16, 0.24),
    (-0.30, 0.34),
    (-0.40, 0.16),
    (-0.475, -0.06),
    (-0.47, -0.30),
    (-0.36, -0.49),
    (-0.17, -0.62),
    (0.06, -0.62),
    (0.20, -0.56),
)
BAND = smooth(
    points((-0.49, 0.0), (-0.36, -0.16), (-0.12, -0.32), (0.10, -0.42), (0.27, -0.46)), closed=False
)


def _head(die: Die, hair: bool = True) -> None:
    die.fill(smooth(FACE, steps=7), 0.62)
    cheek = smooth(points((0.10, -0.06), (0.24, -0.02), (0.24, 0.12), (0.16, 0.22), (0.04, 0.16)), steps=5)
    die.fill(cheek, 0.66)
    die.line(
        smooth(points((0.03, 0.16), (0.06, 0.28), (0.14, 0.345), (0.24, 0.36)), closed=False), 0.014, 0.50
    )
    _features(die)
    if hair:
        die.fill(smooth(HAIR, steps=6), 0.70)
        _curls(die)
    _ear(die)
    drape = smooth(points((0.16, 0.66), (0.02, 0.72), (-0.18, 0.70), (-0.35, 0.64)), closed=False)
    die.line(drape, 0.035, 0.80)


def _features(die: Die) -> None:
    die.line(smooth(points((0.19, -0.235), (0.27, -0.265), (0.335, -0.245)), closed=False), 0.030, 0.84)
    die.line(smooth(points((0.195, -0.175), (0.25, -0.205), (0.305, -0.175)), closed=False), 0.016, 0.86)
    die.line(smooth(points((0.20, -0.165), (0.25, -0.145), (0.30, -0.168)), closed=False), 0.012, 0.80)
    die.dot(0.268, -0.172, 0.018, 0.36)
    die.line(smooth(points((0.345, -0.045), (0.352, -0.005), (0.385, 0.002)), closed=False), 0.018, 0.48)
    die.line(smooth(points((0.265, 0.118), (0.31, 0.108), (0.36, 0.110)), closed=False), 0.016, 0.34)
    die.line(smooth(points((0.262, 0.085), (0.24, 0.12), (0.25, 0.17)), closed=False), 0.012, 0.55)


def _ear(die: Die) -> None:
    die.fill(placed(ring(0, 0, 0.055, 0.085, n=24), -0.005, -0.075, 1.0, 0.2), 0.84)
    die.fill(placed(ring(0, 0, 0.026, 0.048, n=20), 0.004, -0.078, 1.0, 0.2), 0.46)


def _curls(die: Die) -> None:
    """Engrave locks that run from the crown of the head outwards."""
    for row, radius in enumerate((0.10, 0.19, 0.28, 0.37)):
        for k in range(int(5 + row * 5)):
            angle = k * 2 * np.pi / (5 + row * 5) + row * 0.5
            x, y = -0.14 + radius * 1.02 * np.cos(angle), -0.26 + radius * np.sin(angle)
            if not _within_hair(x, y):
                continue
            lock = placed(
                points((0, 0), (0.035, -0.03), (0.03, -0.075), (-0.01, -0.09)), x, y, 1.0, angle + 1.3
            )
            die.line(smooth(lock, closed=False, steps=4), 0.030, 0.92)
            die.line(smooth(moved(lock, 0.012, 0.026), closed=False, steps=4), 0.012, 0.50)


def _within_hair(x: float, y: float) -> bool:
    """Return whether a point lies in the hair by counting the edges to its right (even-odd rule)."""
    a, b = HAIR, np.roll(HAIR, -1, axis=0)
    crosses = (a[:, 1] > y) != (b[:, 1] > y)
    at = a[:, 0] + (y - a[:, 1]) / np.where(crosses, b[:, 1] - a[:, 1], 1) * (b[:, 0] - a[:, 0])
    return bool(np.count_nonzero(crosses & (at > x)) % 2)


def _ties(die: Die) -> None:
    for end in ((-0.62, 0.26), (-0.54, 0.36)):
        tie = smooth(points((-0.47, 0.0), (-0.53, 0.12), end), closed=False)
        die.fill(ribbon(tie, (0.03, 0.045, 0.055)), 0.72)
    die.dot(-0.485, 0.0, 0.042, 0.86)


def _laureate(die: Die) -> None:
    _head(die)
    die.line(BAND, 0.035, 0.60)
    for k in range(4, len(BAND) - 1, 4):
        x, y = BAND[k]
        ahead = BAND[k] - BAND[k - 2]
        turn = float(np.arctan2(ahead[0], -ahead[1]))
        for lean in (-0.45, 0.45):
            for width, size, level in ((1.5, 0.195, 0.50), (1.0, 0.17, 0.96)):
                die.fill(placed(LEAF * [width, 1], float(x), float(y), size, turn + lean), level)
    _ties(die)


def _diademed(die: Die) -> None:
    _head(die)
    die.line(BAND, 0.085, 0.50)
    die.line(BAND, 0.065, 0.92)
    for k in range(3, len(BAND), 5):
        die.dot(float(BAND[k, 0]), float(BAND[k, 1]), 0.018, 0.55)
    _ties(die)


def _bearded(die: Die) -> None:
    _head(die)
    die.line(BAND, 0.05, 0.90)
    beard = smooth(
        points(
            (0.07, -0.06),
            (0.12, 0.08),
            (0.22, 0.10),
            (0.27, 0.17),
            (0.345, 0.19),
            (0.40, 0.34),
            (0.36, 0.50),
            (0.24, 0.56),
            (0.12, 0.46),
            (0.02, 0.28),
            (0.01, 0.08),
        ),
        steps=6,
    )
    die.fill(beard, 0.72)
    for row in range(6):
        for k in range(5):
            x, y = 0.07 + 0.055 * k + 0.022 * row * 0.6, 0.08 + 0.075 * row + 0.026 * k
            if x > 0.36 or y > 0.52 or (y < 0.17 and x > 0.18):
                continue
            lock = placed(points((0, 0), (0.03, 0.02), (0.035, 0.06), (0.0, 0.085)), x, y, 0.95, -0.2)
            die.line(smooth(lock, closed=False, steps=4), 0.024, 0.94)
    die.line(smooth(points((0.24, 0.055), (0.31, 0.05), (0.375, 0.075)), closed=False), 0.040, 0.92)


def _crowned(die: Die) -> None:
    _head(die)
    base = smooth(points((-0.44, -0.22), (-0.16, -0.40), (0.14, -0.47), (0.30, -0.46)), closed=False)
    tall = points(
        (-0.47, -0.26),
        (-0.66, -0.52),
        (-0.40, -0.46),
        (-0.44, -0.74),
        (-0.20, -0.57),
        (-0.12, -0.84),
        (0.04, -0.60),
        (0.22, -0.80),
        (0.22, -0.57),
        (0.44, -0.68),
        (0.31, -0.45),
        (0.10, -0.45),
        (-0.20, -0.36),
    )
    die.fill(tall, 0.80)
    die.line(base, 0.085, 0.55)
    die.line(base, 0.065, 0.94)
    for k in range(2, len(base), 4):
        die.dot(float(base[k, 0]), float(base[k, 1]), 0.022, 0.60)
    for x, y in ((-0.66, -0.52), (-0.44, -0.74), (-0.12, -0.84), (0.22, -0.80), (0.44, -0.68)):
        die.dot(x, y, 0.042, 0.92)


def _helmeted(die: Die) -> None:
    _head(die, hair=False)
    for k in range(5):
        lock = smooth(
            points((-0.34 + k * 0.03, 0.16), (-0.40 + k * 0.035, 0.34), (-0.32 + k * 0.045, 0.50)),
            closed=False,
        )
        die.line(lock, 0.036, 0.76 + 0.05 * (k % 2))
    crest = smooth(
        points(
            (0.30, -0.66),
            (0.10, -0.80),
            (-0.22, -0.80),
            (-0.52, -0.62),
            (-0.68, -0.30),
            (-0.70, 0.08),
            (-0.58, 0.14),
            (-0.54, -0.14),
            (-0.40, -0.46),
            (-0.14, -0.62),
            (0.14, -0.62),
        ),
        steps=6,
    )
    die.fill(crest, 0.62)
    for angle in np.linspace(-1.15, 1.55, 22):
        direction = np.array([-np.sin(angle) * 1.0, -np.cos(angle)])
        root = np.array([-0.12, -0.18])
        die.line(np.stack([root + direction * [0.46, 0.45], root + direction * [0.545, 0.60]]), 0.018, 0.90)
    bowl = smooth(
        points(
            (0.40, -0.34),
            (0.30, -0.38),
            (0.14, -0.30),
            (0.10, -0.12),
            (0.02, 0.06),
            (-0.06, 0.14),
            (-0.30, 0.20),
            (-0.44, 0.10),
            (-0.49, -0.18),
            (-0.40, -0.44),
            (-0.18, -0.60),
            (0.08, -0.60),
            (0.28, -0.48),
        ),
        steps=6,
    )
    die.fill(bowl, 0.80)
    die.line(
        smooth(
            points((0.40, -0.34), (0.28, -0.37), (0.14, -0.29), (0.10, -0.12), (0.02, 0.06), (-0.07, 0.14)),
            closed=False,
        ),
        0.032,
        0.98,
    )
    spiral = np.linspace(0.4, 8.5, 40)
    die.line(
        np.column_stack([-0.19 + 0.017 * spiral * np.cos(spiral), -0.24 + 0.017 * spiral * np.sin(spiral)]),
        0.026,
        0.98,
    )
    _features(die)


def _facing(die: Die) -> None:
    nimbus: Points = ring(0, -0.14, 0.46, n=90)
    die.line(np.concatenate([nimbus, nimbus[:2]]), 0.036, 0.66)
    robe = smooth(
        points(
            (0.13, 0.26),
            (0.34, 0.34),
            (0.52, 0.50),
            (0.54, 0.74),
            (0, 0.80),
            (-0.54, 0.74),
            (-0.52, 0.50),
            (-0.34, 0.34),
            (-0.13, 0.26),
        ),
        steps=6,
    )
    die.fill(robe, 0.58)
    for offset in (-0.34, -0.20, 0.20, 0.34):
        die.line(points((offset * 0.8, 0.40), (offset * 1.1, 0.72)), 0.022, 0.40)
    die.fill(points((-0.085, 0.32), (0.085, 0.32), (0.10, 0.77), (-0.10, 0.77)), 0.80)
    for y in (0.40, 0.50, 0.60, 0.70):
        die.fill(placed(points((0, -0.035), (0.05, 0), (0, 0.035), (-0.05, 0)), 0, y), 0.50)
    hair = smooth(
        points(
            (0, -0.50),
            (0.22, -0.42),
            (0.27, -0.16),
            (0.23, 0.10),
            (0.10, 0.12),
            (-0.10, 0.12),
            (-0.23, 0.10),
            (-0.27, -0.16),
            (-0.22, -0.42),
        ),
        steps=6,
    )
    die.fill(hair, 0.62)
    face = smooth(
        points(
            (0, -0.40),
            (0.16, -0.34),
            (0.19, -0.12),
            (0.14, 0.14),
            (0, 0.27),
            (-0.14, 0.14),
            (-0.19, -0.12),
            (-0.16, -0.34),
        ),
        steps=6,
    )
    die.fill(face, 0.80)
    for side in (1, -1):
        die.line(
            smooth(points((side * 0.04, -0.15), (side * 0.09, -0.175), (side * 0.15, -0.14)), closed=False),
            0.024,
            0.98,
        )
        die.fill(placed(ring(0, 0, 0.044, 0.026, n=20), side * 0.09, -0.10), 0.98)
        die.dot(side * 0.09, -0.10, 0.017, 0.45)
        chain = points((side * 0.25, -0.30), (side * 0.29, -0.12), (side * 0.28, 0.06))
        for x, y in smooth(chain, closed=False, steps=4):
            die.dot(float(x), float(y), 0.024, 0.88)
        die.line(
            smooth(points((side * 0.02, 0.20), (side * 0.10, 0.16), (side * 0.15, 0.02)), closed=False),
            0.012,
            0.66,
        )
    die.line(
        smooth(points((0.015, -0.13), (0.03, 0.0), (0, 0.035), (-0.03, 0.01)), closed=False), 0.026, 0.98
    )
    die.line(smooth(points((-0.06, 0.10), (0, 0.09), (0.06, 0.10)), closed=False), 0.020, 0.45)
    crown = points(
        (-0.25, -0.33),
        (-0.27, -0.52),
        (-0.13, -0.45),
        (0, -0.60),
        (0.13, -0.45),
        (0.27, -0.52),
        (0.25, -0.33),
    )
    die.fill(crown, 0.80)
    die.line(points((-0.25, -0.34), (0.25, -0.34)), 0.07, 0.94)
    for x in (-0.18, -0.09, 0, 0.09, 0.18):
        die.dot(x, -0.34, 0.022, 0.55)
    die.line(points((0, -0.58), (0, -0.72)), 0.032, 0.9)
    die.line(points((-0.06, -0.66), (0.06, -0.66)), 0.032, 0.9)


PORTRAITS: dict[str, Callable[[Die], None]] = {
    "laureate head": _laureate,
    "diademed head": _diademed,
    "bearded head": _bearded,
    "crowned head": _crowned,
    "helmeted head": _helmeted,
    "facing bust": _facing,
}
