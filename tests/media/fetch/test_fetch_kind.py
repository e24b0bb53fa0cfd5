import io

import pytest
from PIL import Image

from pinakes.errors import MediaError
from pinakes.media.fetch.kind import check_kind, sniff


def saved(kind):
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("BMP", "image/bmp"),
        ("TIFF", "image/tiff"),
        ("AVIF", "image/avif"),
        ("JPEG2000", "image/jp2"),
        ("ICO", "image/x-icon"),
        ("QOI", "image/qoi"),
    ],
)
def test_real_files_are_recognised(kind, media_type):
    data = saved(kind)
    assert sniff(data) == media_type
    assert check_kind(data, media_type.upper() + "; charset=binary") == media_type
    assert check_kind(data, "") == check_kind(data, "application/octet-stream") == media_type


def test_other_names_of_one_type():
    assert check_kind(saved("JPEG"), "image/jpg") == "image/jpeg"
    assert check_kind(b"\x00\x00\x00\x18ftypheic", "image/heic") == "image/heif"


@pytest.mark.parametrize(
    ("data", "declared"),
    [
        (b"<html>not found</html>", "image/jpeg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"", "image/png"),
        (b"\xff\xd8\xff\xe0", "text/html"),
        (b"\xff\xd8\xff\xe0", "image/png"),
    ],
)
def test_disagreement_is_refused(data, declared):
    with pytest.raises(MediaError) as refused:
        check_kind(data, declared)
    assert refused.value.reason == "wrong_type"
