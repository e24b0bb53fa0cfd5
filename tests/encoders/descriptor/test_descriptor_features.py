import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import picture, plain, stripes
from PIL import Image

from pinakes.encoders.descriptor.features import BLOCKS, LENGTH, prepare

STARTS = np.cumsum([0, *(block.length for block in BLOCKS)])
SLICES = {b.name: slice(s, s + b.length) for b, s in zip(BLOCKS, STARTS, strict=False)}


def cosine(a, b):
    a, b = a.astype(np.float64), b.astype(np.float64)
    return a @ b / np.sqrt((a @ a) * (b @ b))


def test_features_are_compact():
    features = prepare(picture(0))
    assert (features.dtype, features.shape) == (np.uint8, (LENGTH,))
    assert features.nbytes <= 4096


@pytest.mark.parametrize(("horizontal", "expected"), [(False, 0), (True, 4)])
@pytest.mark.parametrize("scale", ["fine", "coarse"])
def test_stripes_have_their_energy_in_one_orientation(scale, horizontal, expected):
    by_orientation = prepare(stripes(horizontal))[SLICES[scale]].reshape(-1, 8).astype(int).sum(axis=0)
    assert by_orientation.argmax() == expected
    assert by_orientation[expected] == by_orientation.sum()


def test_a_mirrored_picture_differs():
    original = picture(1)
    mirrored = prepare(original[:, ::-1])
    for name in ("fine", "coarse", "colour", "texture"):
        assert cosine(prepare(original)[SLICES[name]], mirrored[SLICES[name]]) < 0.97, name


@pytest.mark.parametrize("scale", [0.5, 0.8, 2.5])
def test_a_resized_copy_stays_close(scale):
    original = picture(2, size=(400, 520))
    height, width = (round(side * scale) for side in original.shape[:2])
    smaller = np.asarray(Image.fromarray(original).resize((width, height), Image.Resampling.LANCZOS))
    assert cosine(prepare(original), prepare(smaller)) >= 0.98


def test_plain_pictures_have_colour_and_layout_only():
    features = prepare(plain(200, 30, 30))
    for name in ("fine", "coarse", "texture"):
        assert not features[SLICES[name]].any()
    assert cosine(features, prepare(plain(30, 200, 30))) < 0.5
    assert cosine(features, prepare(plain(100, 15, 15))) > 0.8  # darker, of the same colour
    assert cosine(prepare(plain(0, 0, 0)), prepare(plain(255, 255, 255))) < 0.9


def test_the_order_of_memory_does_not_matter():
    original = picture(3)
    assert np.array_equal(prepare(np.asfortranarray(original)), prepare(original))
    read_only = original.copy()
    read_only.flags.writeable = False
    assert np.array_equal(prepare(read_only), prepare(original))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 300), st.integers(0, 2**32 - 1))
def test_any_size_and_any_pixels_give_features(height, width, seed):
    rgb = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    features = prepare(rgb)
    assert features.shape == (LENGTH,) and features.any()


@pytest.mark.slow
def test_features_do_not_depend_on_the_number_of_threads():
    script = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]); from pictures import picture;"
        "from pinakes.encoders.descriptor.features import prepare;"
        "print(hashlib.sha256(b''.join(prepare(picture(s)).tobytes() for s in range(8))).hexdigest())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script, str(Path(__file__).parent)],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads},
            capture_output=True, text=True, check=True,
        ).stdout.strip()
        for threads in ("1", "2", "3")
    }  # fmt: skip
    assert said == {hashlib.sha256(b"".join(prepare(picture(s)).tobytes() for s in range(8))).hexdigest()}
