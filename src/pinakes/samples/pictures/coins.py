"""Coins: struck metal in raking light, obverse and reverse of the same piece."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinakes.samples.families.coins import Coin
from pinakes.samples.painting.canvas import Canvas, Field, Mask, Pixels, planes, soften
from pinakes.samples.painting.colours import mixed, ramp, rgb
from pinakes.samples.painting.curves import Points
from pinakes.samples.painting.die import Die, Frame
from pinakes.samples.painting.light import SHADOW, backdrop, noise, relief
from pinakes.samples.painting.shapes import polygon
from pinakes.samples.pictures.emblems import EMBLEMS
from pinakes.samples.pictures.portraits import PORTRAITS

WHITE = rgb("#ffffff")
METALS = {
    "gold": tuple(map(rgb, ("#4a2c05", "#a8730f", "#dda52c", "#f6d268", "#fff6d0"))),
    "silver": tuple(map(rgb, ("#26282e", "#74787f", "#aeb2b8", "#dadde0", "#ffffff"))),
    "bronze": tuple(map(rgb, ("#20160d", "#5c4326", "#8d6a3c", "#c09a63", "#f3dfb6"))),
    "copper": tuple(map(rgb, ("#2f0f08", "#88391d", "#bf6238", "#e69a70", "#ffe3d0"))),
}
TOOLED = {"modern"}
"""Periods whose coins are machine-made: round, with a flat rim."""


@dataclass(frozen=True, slots=True)
class Blank:
    """A piece of metal before it is struck.

    Attributes:
        outline: around (0, 0), in pixels.
        frame: where its centre lies, how large it is and how it is turned.
        facing: -1 where the head looks left, 1 where it looks right.
        wear: 0 for fresh, 1 for much used.
        tone: how much brighter than usual.
    """

    outline: Points
    frame: Frame
    facing: int
    wear: float
    tone: float


def paint_coin(coin: Coin, role: str, rng: np.random.Generator) -> Canvas:
    """Paint the obverse or the reverse; one generator state starts both, so that the metal is the same."""
    canvas, _ = backdrop(rng, METALS[coin.metal][2], None, dark=0.45)
    blank = _blank(coin, rng)
    side = np.array([-1.0 if role == "reverse" else 1.0, 1.0])
    disc = polygon(blank.outline * side + np.array([blank.frame.x, blank.frame.y]))
    die = Die(disc, blank.frame)
    _border(die, coin)
    if role == "obverse":
        _obverse(die, coin, blank)
    else:
        _reverse(die, coin, blank)
    _strike(canvas, disc, die, coin, blank, rng=rng)
    return canvas


def _blank(coin: Coin, rng: np.random.Generator) -> Blank:
    radius = rng.uniform(186, 206)
    tilt = 0.03 if coin.period in TOOLED else 0.12
    frame = Frame(256 + rng.uniform(-7, 7), 252 + rng.uniform(-7, 7), radius, rng.uniform(-tilt, tilt))
    facing = 1 if rng.random() < 0.7 else -1
    return Blank(_flan(coin, radius, rng), frame, facing, rng.uniform(0, 1), rng.uniform(-0.04, 0.05))


def _flan(coin: Coin, radius: float, rng: np.random.Generator) -> Points:
    angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    rough = 0.0 if coin.period in TOOLED else 0.011
    wobble = sum(
        rng.normal(0, rough / (k - 0.5)) * np.cos(k * angle + rng.uniform(0, 6.28)) for k in range(2, 9)
    )
    r = radius * (1 + wobble)
    return np.column_stack([r * np.cos(angle), r * np.sin(angle)])


def _border(die: Die, coin: Coin) -> None:
    if coin.period in TOOLED:
        die.circle(0.965, 0.045, 0.85)
        die.beads(0.905, 0.012, 120, 0.6)
    elif coin.period == "Greek":
        die.beads(0.90, 0.026, 68, 0.7)
    elif coin.period == "Byzantine":
        die.circle(0.93, 0.016, 0.6)
        die.circle(0.885, 0.016, 0.6)
    else:
        die.beads(0.925, 0.019, 96, 0.7)


def _obverse(die: Die, coin: Coin, blank: Blank) -> None:
    if coin.portrait is None:
        die.frame = blank.frame.inner(0.94, 0.04)
        EMBLEMS[coin.emblems[0]](die)
    else:
        crowned = coin.portrait == "crowned head"
        die.frame = blank.frame.inner(0.78 if crowned else 0.87, 0.10 if crowned else 0.05, blank.facing)
        PORTRAITS[coin.portrait](die)
    die.frame = blank.frame
    _legend(die, coin.legend, coin.portrait)


def _reverse(die: Die, coin: Coin, blank: Blank) -> None:
    die.frame = blank.frame.inner(0.90 if coin.period in TOOLED else 1.12)
    EMBLEMS[coin.emblems[-1]](die)
    die.frame = blank.frame
    if coin.period in TOOLED:
        die.letters(coin.denomination.upper(), 0.775, 0.115, 0.8, middle=90)
        die.letters(str(coin.year), 0.775, 0.115, 0.8)


def _legend(die: Die, legend: str, portrait: str | None) -> None:
    """Write the legend in two arcs beside the head, as die cutters did, or in one above an emblem."""
    words = legend.split()
    half = (len(words) + 1) // 2
    if len(words) < 2:
        die.letters(legend, 0.775, 0.125, 0.8, middle=-90)
        return
    spread = 54 if portrait else 48
    die.letters(" ".join(words[:half]), 0.785, 0.118, 0.8, middle=-90 - spread)
    die.letters(" ".join(words[half:]), 0.785, 0.118, 0.8, middle=-90 + spread)


def _strike(
    canvas: Canvas, disc: Mask, die: Die, coin: Coin, blank: Blank, *, rng: np.random.Generator
) -> None:
    """Press the die into the metal and light it."""
    old, metal, shape = coin.period not in TOOLED, METALS[coin.metal], disc.alpha.shape
    height = die.height()
    rough = noise(rng, shape, (24, 24)) * np.float32(0.40 if old else 0.06)
    rough += noise(rng, shape, (80, 80)) * np.float32(0.22 if old else 0.04)
    rim = disc.blurred(7).over(disc)
    light = relief(height * np.float32(1 - 0.25 * blank.wear * old) + rough, 1.0 if old else 1.15) * 0.92
    light += relief(rim * 26, 1.0) * 0.55
    x, y = (disc.x - blank.frame.x) / blank.frame.unit, (disc.y - blank.frame.y) / blank.frame.unit
    # one broad reflection sweeps over the field, as on any flat metal
    sweep = 0.13 * np.cos((x * 0.8 + y) * 2.3 + 0.8) + 0.05 * np.cos((x - y * 0.4) * 5.1)
    raised = np.clip(height / 12, 0, 1)
    hollow = np.clip(soften(raised, 5.0) - raised, 0, 1)
    t = 0.43 + blank.tone + 0.54 * light + sweep + 0.19 * raised - (0.64 if old else 0.32) * hollow
    colours = ramp(metal, t)
    if old:
        _patina(colours, hollow, raised, metal=coin.metal, wear=blank.wear, rng=rng)
    canvas.shade(disc.blurred(3, 2, 4), SHADOW, 0.5)
    canvas.shade(disc.blurred(16, 12, 18), SHADOW, 0.42)
    canvas.paint(disc, colours)
    canvas.shade(disc.times(np.clip(2 - rim * 2, 0, 1)), metal[0], 0.25)
    shine = np.clip((light - 0.42) * 1.1, 0, 1)
    canvas.lighten(disc.times(shine), mixed(metal[4], WHITE, 0.4), 0.55 if old else 0.8)


PATINAS = {
    "bronze": rgb("#4f6a4c"),
    "copper": rgb("#47775f"),
    "silver": rgb("#4a4654"),
    "gold": rgb("#7a3f18"),
}


def _patina(
    colours: Pixels, hollow: Field, raised: Field, *, metal: str, wear: float, rng: np.random.Generator
) -> None:
    """Let the low places take the colour of age."""
    amount = {"bronze": 0.42, "copper": 0.30, "silver": 0.30, "gold": 0.16}[metal] * (0.5 + 0.5 * wear)
    patches = np.clip(0.5 + 0.5 * noise(rng, raised.shape, (7, 7)), 0, 1) * np.clip(1 - raised * 1.3, 0, 1)
    share = np.clip(amount * patches + amount * 1.4 * np.minimum(hollow * 2, 1), 0, 0.75)
    brightness = colours.mean(axis=0)
    colours += share * (planes(PATINAS[metal]) * (0.55 + brightness) - colours)
