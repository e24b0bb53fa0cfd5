import io
import os

import numpy as np
import pytest
from PIL import ExifTags, Image

from pinakes.errors import MediaError, QueryError
from pinakes.media.decode import decode
from pinakes.retrieval.query_pictures import QueryPicture, query_pictures


def test_all_forms_of_a_picture_become_the_bytes_of_a_file(tmp_path):
    file = tmp_path / "a.jpg"
    file.write_bytes(b"bytes")
    assert query_pictures(None) == []
    assert query_pictures(b"bytes") == [QueryPicture(b"bytes")]
    assert query_pictures(file) == query_pictures(str(file)) == [QueryPicture(b"bytes", file=str(file))]
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    for given in (pixels, Image.fromarray(pixels)):
        (found,) = query_pictures(given)
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(found.data))), pixels)


def test_several_pictures_have_weights_and_roles():
    assert query_pictures([(b"a", 1), (b"b", -0.5, "obverse")]) == [
        QueryPicture(b"a", 1.0),
        QueryPicture(b"b", -0.5, "obverse"),
    ]
    assert query_pictures({"obverse": b"a", "reverse": [(b"b", 2), (b"c", 1)]}) == [
        QueryPicture(b"a", 1.0, "obverse"),
        QueryPicture(b"b", 2.0, "reverse"),
        QueryPicture(b"c", 1.0, "reverse"),
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (np.zeros((2, 2), np.uint8), r"RGB uint8 of shape \(h, w, 3\), got uint8 \(2, 2\)"),
        (np.zeros((0, 0, 3), np.uint8), r"RGB uint8 of shape \(h, w, 3\), got uint8 \(0, 0, 3\)"),
        (7, "a path, the bytes of a file, a PIL image or an array; got int"),
        ([b"a"], r"\(picture, weight\) or \(picture, weight, role\)"),
        ([(b"a", "x")], "the weight of a picture must be a finite number, got 'x'"),
        ([(b"a", float("nan"))], "the weight of a picture must be a finite number, got nan"),
    ],
)
def test_what_is_no_picture_is_refused(given, said):
    with pytest.raises(QueryError, match=said):
        query_pictures(given)


def test_an_image_of_pil_is_what_its_file_is(tmp_path):
    """Also one that a phone turned, and one of a scanner."""
    pixels = np.repeat(np.repeat(np.arange(6, dtype=np.uint8) * 40, 16).reshape(2, 48), 16, axis=0)
    photo = Image.fromarray(pixels).convert("RGB")
    turned = photo.getexif()
    turned[ExifTags.Base.Orientation] = 6
    photo.save(tmp_path / "turned.jpg", exif=turned, quality=100, subsampling=0)
    photo.convert("CMYK").save(tmp_path / "scanned.jpg", quality=100)
    photo.convert("RGBA").save(tmp_path / "drawn.png")
    Image.fromarray(pixels.astype(np.uint16) * 257).save(tmp_path / "deep.png")
    for file in tmp_path.iterdir():
        with Image.open(file) as opened:
            (found,) = query_pictures(opened)
        assert np.array_equal(decode(found.data).rgb, decode(file.read_bytes()).rgb), file.name


def test_an_image_of_pil_that_was_cut_is_refused(tmp_path):
    file = tmp_path / "cut.jpg"
    Image.fromarray(np.arange(3 * 64 * 64, dtype=np.uint32).astype(np.uint8).reshape(64, 64, 3)).save(file)
    file.write_bytes(file.read_bytes()[:-200])
    with (
        Image.open(file) as opened,
        pytest.raises(MediaError, match=r"a PIL image cannot be read: .*truncated"),
    ):
        query_pictures(opened)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(MediaError, match=r"none\.jpg: No such file"):
        query_pictures(tmp_path / "none.jpg")
    with pytest.raises(MediaError, match=r": embedded null (byte|character)"):
        query_pictures("a\0.jpg")


def test_a_pipe_to_which_nobody_writes_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(MediaError, match=r"pipe\.jpg is not a regular file"):
        query_pictures(tmp_path / "pipe.jpg")


def test_of_a_file_that_is_too_large_nothing_is_read(tmp_path):
    file = tmp_path / "large.jpg"
    with file.open("wb") as sparse:
        sparse.truncate(2**40)
    with pytest.raises(MediaError, match=r"large\.jpg: 1,099,511,627,776 bytes, .* are allowed"):
        query_pictures(file)
