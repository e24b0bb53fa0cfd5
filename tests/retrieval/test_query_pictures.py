import io
import os

import numpy as np
import pytest
from PIL import Image

from pinakes.errors import MediaError, QueryError
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
        (7, "a path, the bytes of a file, a PIL image or an array; got int"),
        ([b"a"], r"\(picture, weight\) or \(picture, weight, role\)"),
        ([(b"a", "x")], "the weight of a picture must be a finite number, got 'x'"),
        ([(b"a", float("nan"))], "the weight of a picture must be a finite number, got nan"),
    ],
)
def test_what_is_no_picture_is_refused(given, said):
    with pytest.raises(QueryError, match=said):
        query_pictures(given)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(MediaError, match=r"none\.jpg: No such file"):
        query_pictures(tmp_path / "none.jpg")
    with pytest.raises(MediaError, match=": embedded null byte"):
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
