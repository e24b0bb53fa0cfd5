"""Small pictures made of numbers."""

import numpy as np
from PIL import Image


def picture(seed, size=(96, 128)):
    """Smooth coloured blobs with a few edges: something that a camera could have seen."""
    random = np.random.default_rng(seed)
    height, width = size
    blobs = Image.fromarray(random.integers(0, 256, (5, 6, 3)).astype(np.uint8))
    rgb = np.asarray(blobs.resize((width, height), Image.Resampling.BICUBIC)).copy()
    for _ in range(4):
        top, left = random.integers(0, height // 2), random.integers(0, width // 2)
        rgb[top : top + height // 4, left : left + width // 4] = random.integers(0, 256, 3)
    return rgb


def stripes(horizontal, period=16, size=128):
    line = np.where(np.arange(size) // (period // 2) % 2, 220, 30).astype(np.uint8)
    plane = np.tile(line[:, None], (1, size)) if horizontal else np.tile(line, (size, 1))
    return np.repeat(plane[:, :, None], 3, axis=2)


def plain(red, green, blue, size=64):
    return np.full((size, size, 3), (red, green, blue), dtype=np.uint8)
