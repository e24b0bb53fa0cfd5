"""Fabric: woven patterns that follow the folds, and how cloth takes the light."""

import numpy as np
from PIL import Image, ImageDraw

from pinakes.samples.painting.canvas import Canvas, Mask, Pixels, planes
from pinakes.samples.painting.colours import mixed, rgb
from pinakes.samples.painting.curves import placed, points, smooth
from pinakes.samples.painting.light import noise, relief

TILE = 128
PETAL = smooth(
    points((0, 0), (0.42, -0.5), (0.30, -0.95), (0, -1.05), (-0.30, -0.95), (-0.42, -0.5)), steps=4
)


def woven(
    pattern: str,
    ground: Pixels,
    accent: Pixels,
    u: Pixels,
    v: Pixels,
    *,
    rng: np.random.Generator,
    size: float,
) -> Pixels:
    """Return the colours of a patterned cloth.

    Args:
        pattern: plain, striped, dotted, checked or floral.
        ground: the main colour.
        accent: the second colour.
        u: position across the cloth in pixels, shape (h, w).
        v: position along the cloth, the same shape.
        rng: decides on what the pattern leaves open.
        size: width of the repeat in pixels.

    Returns:
        a field of shape (3, h, w).
    """
    if pattern == "striped":
        share = _band(u / size, 0.42)
    elif pattern == "checked":
        across, along = _band(u / size, 0.5), _band(v / size, 0.5)
        share = 0.5 * across + 0.5 * along
    elif pattern == "dotted":
        row = np.floor(v / size)
        du = (u / size + 0.5 * (row % 2)) % 1.0 - 0.5
        dv = (v / size) % 1.0 - 0.5
        share = np.clip((0.27 - np.sqrt(du * du + dv * dv)) * size * 0.8 + 0.5, 0, 1)
    elif pattern == "floral":
        tile = _floral_tile(ground, accent, rng)
        scale = TILE / (size * 3.4)
        row, column = (v * scale).astype(np.int32) % TILE, (u * scale).astype(np.int32) % TILE
        return np.take(tile.reshape(3, -1), row * TILE + column, axis=1)
    else:
        return planes(ground)
    return mixed(ground, accent, share.astype(np.float32))


def _band(t: Pixels, share: float) -> Pixels:
    """Return antialiased stripes of period 1: 1 on ``share`` of it, 0 elsewhere."""
    away = np.abs(t % 1.0 - 0.5)
    return np.asarray(np.clip((share / 2 - away) * 24 + 0.5, 0, 1), np.float32)


def _floral_tile(ground: Pixels, accent: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a seamless square of scattered blossoms and leaves, shape (3, 128, 128)."""
    side = TILE * 3
    picture = Image.new("RGB", (side, side), _eight(ground))
    pen = ImageDraw.Draw(picture)
    green = rgb("#3f7d4a") if float(np.abs(ground - rgb("#3f7d4a")).sum()) > 0.5 else rgb("#d9e3a0")
    spots = (
        (0.22, 0.25, 1.0),
        (0.72, 0.14, 0.74),
        (0.52, 0.60, 1.05),
        (0.06, 0.72, 0.70),
        (0.86, 0.84, 0.82),
        (0.32, 0.92, 0.55),
    )
    for fx, fy, size in spots:
        turn = rng.uniform(0, 6.28)
        radius = side * 0.125 * size
        for ox in (-side, 0, side):
            for oy in (-side, 0, side):
                x, y = fx * side + ox, fy * side + oy
                if not (-radius * 2 < x < side + radius * 2 and -radius * 2 < y < side + radius * 2):
                    continue
                for side_turn in (0.6, 2.5):
                    leaf = placed(PETAL, x, y, radius * 1.55, turn + side_turn)
                    pen.polygon([tuple(p) for p in leaf], fill=_eight(green))
                for k in range(5):
                    petal = placed(PETAL, x, y, radius, turn + k * 2 * np.pi / 5)
                    tone = mixed(accent, rgb("#ffffff"), 0.10 * (k % 2))
                    pen.polygon([tuple(p) for p in petal], fill=_eight(tone))
                heart = radius * 0.26
                middle = rgb("#f3cf4a") if accent[0] - accent[2] < 0.55 else rgb("#7a3b12")
                pen.ellipse((x - heart, y - heart, x + heart, y + heart), fill=_eight(middle))
    return np.ascontiguousarray(np.asarray(picture.reduce(3), np.float32).transpose(2, 0, 1)) / np.float32(
        255
    )


def _eight(colour: Pixels) -> tuple[int, int, int]:
    red, green, blue = (int(c) for c in np.clip(colour * 255 + 0.5, 0, 255))
    return red, green, blue


def folds(rng: np.random.Generator, shape: tuple[int, int], across: float, along: float) -> Pixels:
    """Return the height of creases that run downwards, in pixels: a few broad ones and their fine company.

    Args:
        rng: decides where they fall.
        shape: height and width of the field.
        across: typical distance between creases, in pixels.
        along: typical length of a crease.
    """
    height, width = shape
    broad = noise(rng, shape, (max(1, int(height / along)), max(2, int(width / across))))
    fine = noise(rng, shape, (max(1, int(height / along * 1.8)), max(3, int(width / across * 2.3))))
    return np.asarray(broad * 3.6 + fine * 1.5, np.float32)


def drape(canvas: Canvas, mask: Mask, albedo: Pixels, height: Pixels, puff: float = 9.0) -> None:
    """Paint cloth of a given colour: rounded at its edges, creased as ``height`` (pixels) says."""
    body = mask.blurred(puff).over(mask)
    light = 1.05 * relief(height, 0.62) + 0.75 * relief(body * np.float32(puff * 1.6), 1.0)
    edge = np.clip(body * 2 - 1, 0, 1)
    light = np.clip(light * 0.62 + 0.10 * edge - 0.10, -1, 1)
    cloth = planes(albedo)
    dark, bright = np.minimum(light, 0), np.maximum(light, 0)
    # a fold's shadow is more saturated than the cloth: dark channels lose more
    shaded = cloth * (1 + 0.70 * dark) * (1 + 0.35 * dark * (1 - cloth))
    canvas.paint(mask, shaded + (1 - shaded) * (0.50 * bright))
