"""Pictures with texture everywhere, and what people do to them."""

import hashlib
import io

import numpy as np
from PIL import Image

from pinakes.ingest.duplicates.rendering import render
from pinakes.media.phash import phash


def photo(seed, size=(240, 320)):
    """Soft shapes with grain of two pixels, so that halving and JPEG leave it recognisable."""
    random = np.random.default_rng(seed)
    shapes = random.integers(40, 216, (6, 8, 3), dtype=np.uint8)
    grain = random.integers(0, 80, (size[0] // 8, size[1] // 8, 3), dtype=np.uint8)
    parts = [Image.fromarray(a).resize(size[::-1], Image.Resampling.BICUBIC) for a in (shapes, grain)]
    whole = sum(np.asarray(part, dtype=np.int16) for part in parts) - 40
    return Image.fromarray(np.clip(whole, 0, 255).astype(np.uint8))


def saved(image, quality=85):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()


def opened(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def rendering(image):
    return render(opened(saved(image)))


def facts(image, quality=85):
    """(sha256, perceptual hash, rendering) of a picture saved as a JPEG."""
    data = saved(image, quality)
    rgb = opened(data)
    return hashlib.sha256(data).hexdigest(), phash(rgb), render(rgb)
