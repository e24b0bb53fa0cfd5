import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pinakes.media.decode import decode
from pinakes.media.scale import Enough, reduction


@pytest.mark.parametrize(
    ("stored", "factor"),
    # 2 x 100 = 200, 4 x 100 = 400, 8 x 100 = 800
    [(1, 1), (199, 1), (200, 2), (399, 2), (400, 4), (799, 4), (800, 8), (10_000, 8)],
)
def test_one_number_is_enough_at_every_scale(stored, factor):
    assert reduction(stored, 100) == factor
    assert reduction(stored, Enough(100, 100)) == factor


@pytest.mark.parametrize(
    ("stored", "factor"),
    # 8 x 60 = 480
    [(199, 1), (200, 2), (399, 2), (400, 4), (479, 4), (480, 8), (10_000, 8)],
)
def test_fewer_pixels_may_be_enough_at_an_eighth(stored, factor):
    assert reduction(stored, Enough(100, eighth=60)) == factor


@pytest.mark.parametrize(
    ("stored", "factor"),
    # three times 224 is 672: 2 x 672 = 1,344; one and a half times is 336: 8 x 336 = 2,688 = 4 x 672
    [(512, 1), (1343, 1), (1344, 2), (2687, 2), (2688, 8), (3000, 8)],
)
def test_a_phone_s_photo_for_a_tower_of_224(stored, factor):
    assert reduction(stored, Enough(672, eighth=336)) == factor


def test_more_pixels_may_be_needed_at_an_eighth():
    assert reduction(800, Enough(100, eighth=101)) == 4
    assert reduction(808, Enough(100, eighth=101)) == 8


def test_everything_is_kept_where_no_size_is_enough():
    assert reduction(10_000, None) == 1


@pytest.mark.parametrize("side", [7, Enough(7, 5)])
def test_both_ways_to_say_it_travel_as_json(side):
    assert Enough.of(json.loads(json.dumps(side))) == Enough.of(side)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 260),
    st.integers(1, 260),
    st.builds(Enough, st.integers(1, 150), st.integers(1, 150)) | st.integers(1, 150),
)
def test_libjpeg_is_asked_for_just_this_scale(width, height, enough):
    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, "JPEG")
    picture = decode(file.getvalue(), shorter_side=enough)
    factor = reduction(min(width, height), enough)
    assert picture.image.size == (-(-width // factor), -(-height // factor))  # libjpeg rounds up
    assert (picture.width, picture.height) == (width, height)
    assert picture.reduction(enough) == factor
