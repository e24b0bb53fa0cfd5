"""Preparers by name, with and without arguments, in this process and in workers."""

import io

import numpy as np
import pytest
from PIL import Image

from pinakes.media.pool import DecodePool
from pinakes.media.preparers import load_preparer

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
