import io

import numpy as np
import pytest
from PIL import Image

from pinakes.media.decode import Picture, decode
from pinakes.media.thumbnail import thumbnail


def picture(rgb):
    image = Image.fromarray(np.ascontiguousarray(rgb, dtype=np.uint8))
    return Picture(image, image.width, image.height, "PNG")


@pytest.mark.parametrize(
    ("shape", "longer_side", "size"),
    [
        ((1000, 500), 320, (160, 320)),
        ((500, 1000), 320, (320, 160)),
        ((200, 100), 320, (100, 200)),  # never enlarged
        ((1000, 3), 100, (1, 100)),
    ],
)
def test_it_fits_the_square(shape, longer_side, size):
    with Image.open(io.BytesIO(thumbnail(picture(np.zeros((*shape, 3))), longer_side))) as small:
        assert (small.format, small.size) == ("WEBP", size)


def test_it_holds_no_metadata():
    exif = Image.Exif()
    exif[0x010F] = "camera"
    file = io.BytesIO()
    Image.new("RGB", (400, 300), "red").save(file, "JPEG", exif=exif, comment=b"where it was taken")
    with Image.open(io.BytesIO(thumbnail(decode(file.getvalue())))) as small:
        assert not small.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(small.info)


def test_fine_patterns_become_grey_not_moire():
    checkers = (np.indices((960, 960)).sum(axis=0) % 2 * 255)[:, :, None].repeat(3, axis=2)
    small = decode(thumbnail(picture(checkers))).rgb
    assert small.shape == (320, 320, 3)
    assert np.abs(small.astype(int) - 127).max() <= 8


def test_it_is_the_same_every_time():
    noise = picture(np.random.default_rng(0).integers(0, 256, (400, 400, 3)))
    assert thumbnail(noise) == thumbnail(noise)
