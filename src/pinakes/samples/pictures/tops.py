"""Tops: garments with sleeves."""

import numpy as np

from pinakes.samples.painting.colours import rgb
from pinakes.samples.painting.curves import Points, points, smooth
from pinakes.samples.painting.shapes import strokes
from pinakes.samples.pictures.tailoring import FLIP, Cloth, Grain, across, chained, curve, whole

SLEEVE = Grain(turn=-0.24, across=26, along=110)


def sleeves(cloth: Cloth, outline: Points, cuff: Points, width: float, grain: Grain = SLEEVE) -> None:
    """Lay both sleeves and their cuffs."""
    cloth.both(smooth(outline, steps=6), grain)
    for line in (cuff, cuff * FLIP):
        cloth.band(line, width)


def t_shirt(cloth: Cloth) -> None:
    """Lay out a t-shirt."""
    k = cloth.rng.uniform(-6, 8)
    cloth.back(45, 92, 46)
    sleeve = points(
        (72, 110), (104, 118), (126, 140), (152, 182), (178, 230), (136, 254), (112, 218), (96, 176)
    )
    sleeves(cloth, sleeve, points((137, 251), (177, 228)), 5.0, Grain(-0.55, 30, 90))
    neck = curve((0, 132), (20, 128), (36, 114), (46, 92))
    side = curve(
        (46, 92),
        (80, 102),
        (112, 122),
        (113, 180),
        (109, 260),
        (110 + k * 0.4, 360),
        (111 + k * 0.5, 426 + k),
    )
    hem = curve((111 + k * 0.5, 426 + k), (60, 432 + k), (0, 433 + k))
    cloth.lay(whole(chained(neck, side, hem)), Grain(across=58, along=210))
    cloth.band(across(neck), 9.0)
    for lift in (8.0, 11.0):
        cloth.seam(across(hem[::-1] - np.array([0, lift])), 0.16, 1.0)


def shirt(cloth: Cloth) -> None:
    """Lay out a shirt with a collar, a row of buttons and a pocket."""
    cloth.back(36, 84, 54)
    sleeve = points(
        (70, 108),
        (102, 114),
        (124, 136),
        (146, 190),
        (166, 272),
        (182, 366),
        (142, 376),
        (124, 294),
        (104, 204),
    )
    sleeves(cloth, sleeve, points((143, 368), (180, 360)), 20.0)
    side = curve((0, 142), (34, 88), (80, 100), (110, 120), (112, 190), (108, 280), (112, 376), (108, 414))
    hem = curve((108, 414), (86, 431), (50, 440), (0, 442))
    cloth.lay(whole(chained(side, hem)), Grain(across=58, along=210))
    cloth.seam(points((-11, 142), (-11, 440)), 0.20, 1.2)
    cloth.seam(points((11, 142), (11, 440)), 0.26, 1.4)
    collar = points((1, 142), (10, 118), (30, 86), (41, 77), (57, 100), (42, 146))
    cloth.both(smooth(collar, steps=5), Grain(turn=0.9, across=90, along=90, lift=3, puff=5))
    for y in np.linspace(160, 408, 6):
        cloth.button(0, float(y))
    cloth.seam(points((32, 200), (84, 200), (84, 250), (58, 264), (32, 250), (32, 200)), 0.24, 1.3)
    cloth.groove(points((32, 201), (84, 201)), 2.2, 0.25)


def sweater(cloth: Cloth) -> None:
    """Lay out a sweater with ribbed neck, hem and cuffs."""
    cloth.back(43, 94, 44)
    sleeve = points(
        (70, 112),
        (104, 120),
        (128, 144),
        (152, 200),
        (172, 280),
        (184, 366),
        (140, 376),
        (124, 294),
        (104, 212),
    )
    sleeves(cloth, sleeve, points((141, 368), (183, 358)), 24.0)
    neck = curve((0, 128), (20, 124), (35, 112), (44, 94))
    side = curve((44, 94), (82, 104), (114, 126), (118, 190), (113, 290), (115, 384), (106, 410))
    cloth.lay(
        whole(np.concatenate([chained(neck, side), points((0, 412))])), Grain(across=66, along=150, puff=13)
    )
    cloth.band(across(neck), 15.0)
    cloth.band(points((-107, 414), (107, 414)), 28.0)
    for x in np.arange(-102, 104, 8.0):
        cloth.groove(points((x, 404), (x, 426)), 1.6, 0.16)


def coat(cloth: Cloth) -> None:
    """Lay out a double-breasted coat with a belt."""
    cloth.back(35, 72, 100)
    sleeve = points(
        (70, 92),
        (102, 100),
        (124, 124),
        (148, 182),
        (168, 262),
        (182, 352),
        (136, 362),
        (120, 284),
        (102, 194),
    )
    sleeves(cloth, sleeve, points((138, 344), (181, 334)), 7.0)
    side = curve(
        (0, 204), (20, 124), (36, 72), (80, 84), (112, 108), (112, 180), (103, 250), (119, 360), (130, 456)
    )
    cloth.lay(
        whole(chained(side, curve((130, 456), (60, 464), (0, 465)))), Grain(across=60, along=260, puff=11)
    )
    cloth.seam(points((24, 208), (27, 462)), 0.42, 2.0)
    lapel = points((4, 210), (10, 144), (28, 77), (50, 74), (66, 126), (48, 140), (56, 154), (30, 200))
    cloth.both(smooth(lapel, steps=5), Grain(turn=0.3, across=90, along=140, lift=4, puff=5))
    cloth.band(curve((-106, 250), (0, 256), (106, 250)), 20.0, cloth.ground * np.float32(0.80))
    buckle = points((-11, 241), (19, 241), (19, 271), (-11, 271), (-11, 241))
    cloth.canvas.paint(strokes(cloth.pose.placed(buckle), width=4.4), rgb("#c9a765"))
    for y in (226, 298, 346):
        for x in (-28, 34):
            cloth.button(x, y, 6.4)
    for flap in (points((62, 324), (104, 316), (106, 334), (64, 342), (62, 324)),):
        cloth.seam(flap, 0.34, 1.6)
        cloth.seam(flap * FLIP, 0.34, 1.6)


def dress(cloth: Cloth) -> None:
    """Lay out a dress with a flared skirt, with short sleeves or with straps."""
    rng = cloth.rng
    wide, hem = 146 + rng.uniform(-8, 14), rng.uniform(434, 456)
    neck = curve((0, 108), (20, 102), (34, 82), (42, 56))
    if rng.random() < 0.4:
        for side in (1, -1):
            cloth.band(curve((side * 34, 110), (side * 30, 84), (side * 22, 52)), 7.0, cloth.ground)
        cloth.lay(
            whole(curve((0, 122), (18, 108), (42, 98), (60, 128), (66, 160), (54, 204), (0, 208))),
            Grain(across=44, along=120),
        )
    else:
        cloth.back(41, 56, 52)
        sleeve = points(
            (60, 68), (84, 72), (104, 90), (118, 124), (128, 152), (90, 166), (74, 138), (66, 110)
        )
        sleeves(cloth, sleeve, points((91, 163), (127, 149)), 4.0, Grain(-0.5, 26, 80))
        side_seam = curve((42, 56), (66, 62), (84, 80), (76, 140), (66, 168), (54, 204))
        cloth.lay(
            whole(np.concatenate([chained(neck, side_seam), points((0, 208))])), Grain(across=44, along=120)
        )
        cloth.band(across(neck), 6.0)
    flare = curve((54, 202), (76, 250), (104, 320), (wide - 18, 390), (wide, hem - 6))
    edge = curve((wide, hem - 6), (100, hem + 5), (48, hem + 9), (0, hem + 10))
    cloth.lay(whole(chained(flare, edge)), Grain(across=60, along=240), flare)
    cloth.band(curve((-55, 204), (0, 208), (55, 204)), 13.0, cloth.ground * np.float32(0.82))
