"""Preparers by name, with and without arguments, in this process and in workers."""

import io

import numpy as np
import pytest
from PIL import Image

from pinakes.media.pool import DecodePool
from pinakes.media.preparers import load_preparer, takes_image

RED = np.full((3, 4, 3), (255, 0, 0), dtype=np.uint8)


def png(rgb):
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "PNG")
    return file.getvalue()


def test_a_preparer_without_arguments():
    assert load_preparer("media_preparers:corner")(RED).tolist() == [[255]]


def test_a_preparer_with_arguments():
    assert load_preparer('media_preparers:block {"height": 2, "width": 1}')(RED).shape == (2, 1, 3)


def test_arguments_reach_the_workers():
    preparers = {"small": 'media_preparers:block {"height": 1, "width": 2}', "all": "media_preparers:pixels"}
    with DecodePool(preparers, workers=1) as pool:
        prepared = pool.decode_one(png(RED)).prepared
    assert {name: array.shape for name, array in prepared.items()} == {"small": (1, 2, 3), "all": (3, 4, 3)}


def test_a_preparer_for_images_is_given_one_in_a_worker_and_makes_the_same_of_it():
    rgb = np.random.default_rng(3).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    name = 'media_preparers:columns {"count": 20}'
    preparer = load_preparer(name)
    assert takes_image(preparer)
    with DecodePool({"image": name, "pixels": "media_preparers:pixels"}, workers=1) as pool:
        prepared = pool.decode_one(png(rgb)).prepared
    *of_image, was_image = prepared["image"]
    *of_pixels, was_not = preparer(rgb)
    assert (of_image, was_image, was_not) == (of_pixels, 1, 0)
    np.testing.assert_array_equal(prepared["pixels"], rgb)


def test_other_preparers_are_given_pixels():
    names = ("media_preparers:corner", 'media_preparers:block {"height": 2, "width": 1}')
    assert not any(takes_image(load_preparer(name)) for name in names)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("no_such_module:f", ModuleNotFoundError),
        ("media_preparers:no_such_function", AttributeError),
        ("media_preparers:block {height: 1}", ValueError),
    ],
)
def test_what_cannot_be_loaded_says_so(name, error):
    with pytest.raises(error):
        load_preparer(name)
