"""Preprocessing against open_clip 3.3's own transform: the same pixels, and the same floats, bit for bit.

The digests were printed by open_clip 3.3.0 over torch 2.13.0, torchvision 0.28.0 and Pillow 13.0.0: the
first 16 digits of the sha256 of the pixels (uint8, (h, w, 3)) and of the normalised tensor (float32,
(3, h, w)).
"""

import hashlib
import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from pinakes.encoders.clip.preprocess import OPENAI_MEAN, OPENAI_STD, Preprocessing, prepare
from pinakes.errors import SettingsError
from pinakes.media.preparers import load_preparer

CONFIGS = {
    "clip": {"size": 224},
    "siglip": {"size": [256, 256], "resize_mode": "squash", "mean": [0.5] * 3, "std": [0.5] * 3},
    "bilinear": {"size": 224, "interpolation": "bilinear"},
    "tall": {"size": [224, 160]},
    "filled": {"size": [160, 224], "resize_mode": "longest", "fill_color": 127},
    "filled square": {"size": 97, "resize_mode": "longest"},
}

MADE = [
    ("clip", 301, 224, "7b773689201c7041", "63e8b71b642bf1d5"),
    ("clip", 225, 999, "7e222adb117a82c8", "dbcec3600a0684e2"),
    ("clip", 50, 37, "fa441a89d7070c28", "2582260624ad7adf"),
    ("clip", 224, 224, "556408151b5cadfe", "4afc86a48c014098"),
    ("clip", 2, 300, "a73b03695ba3f0ee", "8a423f30b95e60ba"),
    ("siglip", 301, 224, "0bf21be2b38e17d7", "80a73656a99c018b"),
    ("siglip", 225, 999, "c42e00c87d94a1a9", "0cb7de51ad7c60c4"),
    ("siglip", 50, 37, "e0c3aed04808d63a", "893f74129c0a7e59"),
    ("siglip", 224, 224, "e05a8f71e4bfd513", "2bad9decbd0bfbb4"),
    ("siglip", 2, 300, "1750da4ba9d2438b", "390dd4d1d2c03cda"),
    ("bilinear", 301, 224, "7b773689201c7041", "63e8b71b642bf1d5"),
    ("bilinear", 225, 999, "a3e6d1fdde9a4225", "bdddb4e649830c40"),
    ("bilinear", 50, 37, "7cf3364c6182b449", "5363b5b48ce14668"),
    ("bilinear", 224, 224, "556408151b5cadfe", "4afc86a48c014098"),
    ("bilinear", 2, 300, "e4c651b206266b79", "68af295c40fb10df"),
    ("tall", 301, 224, "09ec53e3d068afaa", "9486ece03e9926c4"),
    ("tall", 225, 999, "6b1870f56ece9b04", "da1916403e1fd642"),
    ("tall", 50, 37, "0e20c3889c763456", "5dd98af8dec85875"),
    ("tall", 224, 224, "5a64efffabce0160", "2ef873c65aad3bdd"),
    ("tall", 2, 300, "33b144aaa6360b8a", "ffad64fd3861b5da"),
    ("filled", 301, 224, "c2e48306f4b80b3a", "ee458836f4c975d9"),
    ("filled", 225, 999, "73b7f6a7d679aa9a", "29b8f8d4c15e05b5"),
    ("filled", 50, 37, "022d6cbfd0c3a87c", "1e4935235ab2eff1"),
    ("filled", 224, 224, "407d815122d815af", "bcc2392922e9ddde"),
    ("filled", 2, 300, "5feb7343490e19a2", "91060ed91162a318"),
    ("filled square", 301, 224, "7621f3aa7404aeb5", "0a2b86e095cc78e5"),
    ("filled square", 225, 999, "473bb828e6ca4b74", "f5e1176181e40831"),
    ("filled square", 50, 37, "5bc10227b7dcf869", "522256491313c64b"),
    ("filled square", 224, 224, "c39dc666a6d90cad", "ba85b40984628d26"),
    ("filled square", 2, 300, "80544f5a2921b9b4", "cdd574d417a9afcb"),
]

REAL = [
    (
        "clip",
        "fashion/images/0028956e-9962-46f0-ad45-2c42f8a59d94.jpg",
        "0227955fc9a4887b",
        "8097795898d68717",
    ),
    (
        "siglip",
        "fashion/images/0028956e-9962-46f0-ad45-2c42f8a59d94.jpg",
        "47b1e2954fd58100",
        "e79f456263dfd78b",
    ),
    ("clip", "coins/images/test-10c-IMG_4187_13.jpg", "f35ff78d48fb51be", "c73f55574a3daabd"),
    ("siglip", "coins/images/test-10c-IMG_4187_13.jpg", "141cc19c3424a84d", "62a114abd56f2c29"),
    ("clip", "cocktails/images/adonis-7_uGGRHn.jpg", "33a2efd8bb03079c", "d33dad163b109cad"),
    ("siglip", "cocktails/images/adonis-7_uGGRHn.jpg", "922fd50eb01e2d39", "f5de02504fa06775"),
]


def picture(height, width):
    y, x = np.mgrid[:height, :width]
    channels = (x * 7 + y * 3) % 256, (x * x // 5 + y) % 256, (x ^ y) % 256
    return np.stack(channels, axis=-1).astype(np.uint8)


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array)).hexdigest()[:16]


def both(config, rgb):
    preprocessing = Preprocessing.from_config(CONFIGS[config])
    prepare_it = load_preparer(preprocessing.preparer)
    prepared = prepare_it(rgb)
    np.testing.assert_array_equal(prepare_it(Image.fromarray(rgb)), prepared)
    assert prepared.dtype == np.uint8
    assert prepared.shape == (preprocessing.height, preprocessing.width, 3)
    return digest(prepared), digest(preprocessing.normalise(prepared)[0])


@pytest.mark.parametrize(("config", "height", "width", "pixels", "floats"), MADE)
def test_made_pictures_equal_open_clip(config, height, width, pixels, floats):
    assert both(config, picture(height, width)) == (pixels, floats)


@pytest.mark.parametrize(("config", "file", "pixels", "floats"), REAL)
def test_real_pictures_equal_open_clip(config, file, pixels, floats, real_data):
    with Image.open(real_data / file) as image:
        assert both(config, np.asarray(image.convert("RGB"))) == (pixels, floats)


def test_normalisation_by_hand():
    preprocessing = Preprocessing(1, 2, mean=(0.5, 0.0, 1.0), std=(0.5, 1.0, 2.0))
    prepared = np.array([[[255, 255, 255], [0, 51, 0]]], dtype=np.uint8)
    found = preprocessing.normalise(prepared)
    assert found.tolist() == [[[[1.0, -1.0]], [[1.0, np.float32(0.2)]], [[0.0, -0.5]]]]
    assert found.dtype == np.float32 and found.flags.c_contiguous


def test_only_its_own_pictures_are_normalised():
    with pytest.raises(ValueError, match=r"uint8 of shape \(2, 2, 3\), got uint8 \(2, 3, 3\)"):
        Preprocessing(2, 2).normalise(np.zeros((2, 3, 3), np.uint8))
    with pytest.raises(ValueError, match="float32"):
        Preprocessing(2, 2).normalise(np.zeros((2, 2, 3), np.float32))


def test_what_a_config_lacks_is_as_in_open_clip():
    assert Preprocessing.from_config({}) == Preprocessing(
        224, 224, "shortest", "bicubic", 0, OPENAI_MEAN, OPENAI_STD
    )


def test_a_config_as_the_model_repositories_have_it():
    text = """{"size": [384, 384], "mode": "RGB", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5],
               "interpolation": "bicubic", "resize_mode": "squash", "fill_color": 0}"""
    found = Preprocessing.from_config(json.loads(text))
    assert found == Preprocessing(384, 384, "squash", "bicubic", 0, (0.5,) * 3, (0.5,) * 3)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"size": "large"}, "'size' must be pixels or"),
        ({"size": [224]}, "'size' must be pixels or"),
        ({"size": 0}, "'size' must be pixels or"),
        ({"mode": "L"}, "'mode' must be 'RGB', got 'L'"),
        ({"resize_mode": "crop"}, "one of shortest, longest, squash, got 'crop'"),
        ({"interpolation": "nearest"}, "'interpolation' must be one of bicubic"),
        ({"fill_color": 256}, "'fill_color' must be a whole number from 0 to 255"),
        ({"mean": [0.5, 0.5]}, "'mean' must be three numbers"),
        ({"std": [0.5, 0.0, 0.5]}, "'std' must be three numbers"),
        ({"std": "wide"}, "'std' must be three numbers"),
    ],
)
def test_wrong_configs_are_refused(config, said):
    with pytest.raises(SettingsError, match=said):
        Preprocessing.from_config(config)


def test_the_longest_side_never_makes_the_other_vanish():
    found = prepare(
        np.full((1, 2000, 3), 9, np.uint8),
        height=8,
        width=8,
        resize="longest",
        interpolation="bicubic",
        fill=0,
    )
    assert found[:, :, 0].tolist() == [[0] * 8] * 3 + [[9] * 8] + [[0] * 8] * 4


def test_workers_stay_light():
    script = """
import sys
import pinakes.encoders.clip.preprocess
heavy = {"onnxruntime", "tokenizers", "huggingface_hub", "polars", "sqlalchemy", "scipy"} & set(sys.modules)
sys.exit(f"imported: {heavy}" if heavy else 0)
"""
    subprocess.run([sys.executable, "-c", script], check=True)
