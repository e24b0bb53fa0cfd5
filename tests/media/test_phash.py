import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pinakes.media.decode import decode
from pinakes.media.phash import hamming, phash

DUPLICATES = Path(__file__).parents[2] / "../shared/data/duplicates"


def grey(values):
    return np.repeat(np.asarray(values, dtype=np.uint8)[:, :, None], 3, axis=2)


def blobs(seed=0, size=(240, 320)):
    small = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(small).resize(size[::-1], Image.Resampling.BICUBIC))


def test_one_frequency_sets_its_own_bit():
    # cos(pi (2x + 1) k / 64) cos(pi (2y + 1) l / 64) on 32 x 32 pixels is the basis function (l, k) itself:
    # its coefficient is large, the 63 others are rounding noise around 0.
    x = np.arange(32)
    vertical, horizontal = 3, 5
    wave = np.outer(
        np.cos(np.pi * (2 * x + 1) * vertical / 64), np.cos(np.pi * (2 * x + 1) * horizontal / 64)
    )
    bits = int(phash(grey(np.rint(128 + 100 * wave))), 16)
    opposite = int(phash(grey(np.rint(128 - 100 * wave))), 16)
    place = 63 - ((vertical - 1) * 8 + horizontal - 1)  # bit 63 is the frequency (1, 1)
    assert bits >> place & 1 == 1
    assert opposite >> place & 1 == 0


def test_sixteen_hex_digits_of_which_half_of_the_bits_are_set():
    text = phash(blobs())
    assert len(text) == 16
    assert int(text, 16).bit_count() == 32  # above the median of 64 different numbers


@pytest.mark.parametrize(
    "rgb",
    [
        np.full((50, 60, 3), 200, dtype=np.uint8),
        np.full((1, 1, 3), 7, dtype=np.uint8),
        grey(np.random.default_rng(0).normal(128, 2, (300, 300))),  # paper, and the noise of a scanner
        grey(np.add.outer(np.linspace(0, 200, 300), np.zeros(300))),  # a plain gradient
    ],
)
def test_flat_pictures_have_none(rgb):
    assert phash(rgb) is None


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("kind", "quality", "scale"), [("JPEG", 40, 1.0), ("WEBP", 50, 0.5), ("JPEG", 60, 0.3)]
)
def test_reencoding_and_resizing_change_few_bits(seed, kind, quality, scale):
    rgb = blobs(seed)
    image = Image.fromarray(rgb)
    file = io.BytesIO()
    image.resize((round(image.width * scale), round(image.height * scale))).save(file, kind, quality=quality)
    assert hamming(phash(rgb), phash(decode(file.getvalue()).rgb)) <= 6


def test_brightness_and_contrast_change_few_bits():
    rgb = blobs()
    assert hamming(phash(rgb), phash((rgb * 0.6 + 40).astype(np.uint8))) <= 2


def test_different_pictures_are_far_apart():
    hashes = [phash(blobs(seed)) for seed in range(12)]
    assert min(hamming(a, b) for i, a in enumerate(hashes) for b in hashes[:i]) >= 14


def test_hamming():
    assert hamming("0000000000000000", "ffffffffffffffff") == 64
    assert hamming("00000000000000ff", "000000000000000f") == 4
    with pytest.raises(ValueError, match="invalid literal"):
        hamming("not a hash", "0000000000000000")


@given(*[st.integers(0, 2**64 - 1).map(lambda n: f"{n:016x}")] * 3)
def test_hamming_is_a_distance(a, b, c):
    assert hamming(a, a) == 0
    assert hamming(a, b) == hamming(b, a)
    assert hamming(a, c) <= hamming(a, b) + hamming(b, c)


@pytest.mark.slow
def test_real_duplicates_are_near_and_other_photos_are_not():
    if not DUPLICATES.exists():
        pytest.skip(f"needs the duplicate pairs in {DUPLICATES}")
    pairs = [json.loads(line) for line in (DUPLICATES / "pairs.jsonl").read_text().splitlines()]
    near, far = [], []
    for pair in pairs:
        a, b = (phash(decode((DUPLICATES / pair[side]).read_bytes()).rgb) for side in "ab")
        (near if pair["near_duplicate"] else far).append(hamming(a, b))
    assert (len(near), len(far)) == (95, 65)
    assert max(near) <= 6
    assert min(far) >= 10
    assert np.median(far) >= 24
