"""Light: studio backdrops, shadows, relief and smooth noise."""

import numpy as np
from PIL import Image

from pinakes.samples.painting.canvas import SIDE, Canvas, Field, Mask, Pixels, planes
from pinakes.samples.painting.colours import mixed, rgb

BACKDROPS = tuple(
    rgb(code)
    for code in (
        *("#f6e7d3", "#f2d9c0", "#d6ebe6", "#c3e0da", "#dbe6f5", "#c2d7ee", "#fbdfd8", "#f5c9c0"),
        *("#e6dcf4", "#d5cbe9", "#e6ecd0", "#cfdcb6", "#fbecc0", "#cfe6f2", "#b9d6d2", "#efebe6"),
    )
)
WHITE = rgb("#ffffff")
DARK_BACKDROPS = tuple(rgb(code) for code in ("#2f4450", "#443a52", "#244c48", "#5a3d36", "#2f4470"))


def backdrop(
    rng: np.random.Generator, subject: Pixels, horizon: float | None = 330.0, dark: float = 0.12
) -> tuple[Canvas, Pixels]:
    """Return a canvas with a seamless studio background, and the background's colour.

    Args:
        rng: decides among the backgrounds that the subject stands out from.
        subject: main colour of what will stand before it.
        horizon: row where the wall turns into the table; None for a flat surface seen from above.
        dark: share of dark backgrounds.
    """
    choices = DARK_BACKDROPS if rng.random() < dark else BACKDROPS
    far = [c for c in choices if _contrast(c, subject) > 0.2]
    if len(far) < 3:
        far = sorted((*BACKDROPS, *DARK_BACKDROPS), key=lambda c: -_contrast(c, subject))[:4]
    base = far[int(rng.integers(len(far)))]
    base = np.clip(base + rng.normal(0, 0.008, 3).astype(np.float32), 0, 1)
    y, x = np.arange(SIDE, dtype=np.float32)[:, None], np.arange(SIDE, dtype=np.float32)[None, :]
    column: Pixels
    if horizon is None:
        column, light = planes(base), 1.06 - (x * 0.096 + y * 0.128) / SIDE
    else:
        floor = 1 / (1 + np.exp((horizon - y) / 16))
        wall = mixed(base, WHITE, 0.10)[:, None, None] * (0.93 + 0.08 * y / horizon)
        ground = mixed(base, WHITE, 0.26)[:, None, None] * (1.03 - 0.11 * (y - horizon) / (SIDE - horizon))
        column = mixed(wall, ground, floor)
        lamp = SIDE * rng.uniform(0.34, 0.5)
        light = 0.95 + 0.11 * np.exp(-(((y - 215) / 200) ** 2)) * np.exp(-(((x - lamp) / 210) ** 2))
    corner = ((x / 256 - 1) ** 2 + (y / 256 - 1) ** 2) / 2
    light = light * (1 - 0.08 * corner * corner)
    return Canvas((column * light).astype(np.float32)), base


def cast(canvas: Canvas, mask: Mask, height: float, strength: float = 0.38) -> None:
    """Let a flat thing cast its shadow: a tight one where it touches and a wide one from the key light."""
    canvas.shade(mask.blurred(3.0, 2, 3), SHADOW, strength)
    canvas.shade(mask.blurred(height, height * 0.7, height * 1.0), SHADOW, strength * 0.75)


def relief(height: Field, strength: float, light: tuple[float, float] = (-0.55, -0.75)) -> Pixels:
    """Return how much each point of a height field turns towards the light, -1 to 1, flat being 0."""
    down, right = np.gradient(height)
    slope = (right * np.float32(light[0]) + down * np.float32(light[1])) * np.float32(-strength)
    return np.asarray(slope / np.sqrt(1 + slope * slope), np.float32)


def noise(rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int]) -> Pixels:
    """Return smooth noise of about unit variance: random values at (rows, columns) cells, interpolated."""
    coarse = rng.standard_normal((cells[0] + 1, cells[1] + 1), np.float32)
    picture = Image.fromarray(coarse).resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
    return np.array(picture, np.float32)


def _contrast(a: Pixels, b: Pixels) -> float:
    """Return a rough visual difference of two colours: lightness counts most, then hue."""
    lightness = float(np.dot(a - b, np.array([0.3, 0.59, 0.11], np.float32)))
    return abs(lightness) + 0.35 * float(np.linalg.norm((a - a.mean()) - (b - b.mean())))


SHADOW = rgb("#2a2430")
