import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pinakes.errors import MediaError
from pinakes.media.decode import decode
from pinakes.media.limits import DEFAULT_LIMITS
from pinakes.media.phash import PHASH_SIDE, hamming, phash
from pinakes.media.pool import DecodePool
from pinakes.media.scale import Enough
from pinakes.media.sizes import Sizes


def noise(size=(640, 480), kind="JPEG", **options):
    pixels = np.random.default_rng(7).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def soft_shapes():
    coarse = np.random.default_rng(8).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(coarse).resize((1024, 768), Image.Resampling.BICUBIC).save(file, "JPEG", quality=85)
    return file.getvalue()


PHOTO = noise()


@settings(max_examples=25)
@given(st.lists(st.sampled_from([None, 30, 59, 60, 61, 100, 120, 121, 240, 241, 480, 481, 9000]), min_size=1))
def test_a_size_does_not_depend_on_what_was_asked_for_before(sides):
    sizes = Sizes(PHOTO, DEFAULT_LIMITS)
    for side in sides:
        np.testing.assert_array_equal(sizes.at(side).rgb, decode(PHOTO, shorter_side=side).rgb)


@pytest.mark.parametrize(
    ("side", "factor"),
    [(None, 1), (480, 1), (241, 1), (240, 2), (121, 2), (120, 4), (61, 4), (60, 8), (1, 8)],
)
def test_the_factor_of_a_jpeg(side, factor):
    picture = decode(PHOTO, shorter_side=side)
    assert picture.reduction(side) == factor
    assert picture.rgb.shape == (480 // factor, 640 // factor, 3)


def test_other_formats_and_turned_pictures():
    assert decode(noise(kind="PNG")).reduction(10) == 1
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = noise(exif=exif)
    assert decode(turned, shorter_side=120).rgb.shape == (160, 120, 3)
    assert decode(turned).reduction(120) == 4


def test_a_picture_is_decoded_once_for_equal_sizes():
    sizes = Sizes(PHOTO, DEFAULT_LIMITS)
    assert sizes.at(128) is sizes.at(200)
    assert sizes.at(128) is sizes.at(240)
    assert sizes.at(128) is not sizes.at(241)


def test_a_refusal():
    with pytest.raises(MediaError, match="begins with"):
        Sizes(b"no picture", DEFAULT_LIMITS).at_least(1)


def test_a_larger_decoding_does_where_pixels_only_have_to_be_enough():
    sizes = Sizes(PHOTO, DEFAULT_LIMITS)
    smallest = sizes.at_least(60)
    assert smallest.rgb.shape == (60, 80, 3)
    assert sizes.at_least(61).rgb.shape == (120, 160, 3), "what is there is too small"
    assert sizes.at_least(30) is smallest
    full = sizes.at(None)
    assert sizes.at_least(None) is full
    assert sizes.at_least(240) is full, "decoded already"
    assert sizes.at_least(100) is sizes.at(100), "the smallest that is enough"


def test_an_encoder_sees_the_same_pixels_whoever_is_beside_it():
    """With the other size for all, adding a large encoder would change the vectors of a small one."""
    pixels = "media_preparers:pixels"
    with (
        DecodePool({"small": pixels}, {"small": 60}, workers=1) as alone,
        DecodePool({"small": pixels, "large": pixels}, {"small": 60}, workers=1) as beside,
    ):
        one, two = alone.decode_one(PHOTO), beside.decode_one(PHOTO)
    np.testing.assert_array_equal(one.prepared["small"], two.prepared["small"])
    assert two.prepared["large"].shape == (480, 640, 3)


@pytest.mark.parametrize(("eighth", "decoded"), [(60, (60, 80, 3)), (61, (240, 320, 3))])
def test_a_worker_is_told_what_is_enough_at_an_eighth(eighth, decoded):
    with DecodePool({"it": "media_preparers:pixels"}, {"it": Enough(240, eighth)}, workers=1) as pool:
        assert pool.decode_one(PHOTO).prepared["it"].shape == decoded


def test_a_hash_of_a_larger_decoding_is_nearly_the_same():
    """What is there anyway is hashed: each decoding of a phone's photo takes 40 ms."""
    blobs = soft_shapes()
    with (
        DecodePool({"all": "media_preparers:pixels"}, workers=1) as large,
        DecodePool(workers=1) as alone,
    ):
        one, two = large.decode_one(blobs), alone.decode_one(blobs)
    assert one.phash == phash(decode(blobs).rgb)
    assert two.phash == phash(decode(blobs, shorter_side=PHASH_SIDE).rgb)
    assert hamming(one.phash, two.phash) <= 2
