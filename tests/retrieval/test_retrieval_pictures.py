import io
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from pinakes.encoders.clip.preprocess import Preprocessing
from pinakes.errors import MediaError
from pinakes.media.decode import decode
from pinakes.media.preparers import load_preparer
from pinakes.retrieval.pictures import PictureMaker


def encoder(side, decode_size, fingerprint="same"):
    preparer = Preprocessing(height=side, width=side).preparer
    return SimpleNamespace(preparer=preparer, decode_size=decode_size, fingerprint=fingerprint)


def photo():
    random = np.random.default_rng(3)
    file = io.BytesIO()
    Image.fromarray(random.integers(0, 256, (240, 320, 3), np.uint8)).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def maker(tmp_path):
    made = PictureMaker(tmp_path)
    yield made
    made.close()


def test_each_space_gets_what_it_would_get_alone(maker):
    encoders = {"small": encoder(16, 30), "large": encoder(32, 120)}
    prepared = maker.prepare(photo(), encoders)
    assert prepared.keys() == {"small", "large"}
    for space, one in encoders.items():
        pixels = decode(photo(), shorter_side=one.decode_size).image
        np.testing.assert_array_equal(prepared[space], load_preparer(one.preparer)(pixels))
        np.testing.assert_array_equal(prepared[space], maker.prepare(photo(), {space: one})[space])


def test_an_encoder_that_was_fitted_again_starts_no_process(maker):
    for fingerprint in ("before", "after"):
        maker.prepare(photo(), {"it": encoder(16, 30, fingerprint)})
    assert len(maker._pools) == 1


def test_a_picture_that_is_none(maker):
    with pytest.raises(MediaError, match="begins with"):
        maker.prepare(b"no picture", {"it": encoder(16, 30)})
