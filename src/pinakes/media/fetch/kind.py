"""Is it the kind of picture that the server says it is?"""

from typing import Final

from pinakes.errors import MediaError
from pinakes.media.fetch.reasons import FetchReason

_MAGIC: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x00\x00\x00\x0cjP  ", "image/jp2"),
    (b"\xff\x4f\xff\x51", "image/jp2"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"qoif", "image/qoi"),
)
_BRANDS: Final = {b"avif": "image/avif", b"avis": "image/avif"}
_SAME: Final = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "image/apng": "image/png",
    "image/x-ms-bmp": "image/bmp",
    "image/x-bmp": "image/bmp",
    "image/heic": "image/heif",
    "image/heic-sequence": "image/heif",
    "image/heif-sequence": "image/heif",
    "image/avif-sequence": "image/avif",
    "image/jpx": "image/jp2",
    "image/j2k": "image/jp2",
    "image/vnd.microsoft.icon": "image/x-icon",
    "image/x-photoshop": "image/vnd.adobe.photoshop",
}
_SAYS_NOTHING: Final = frozenset(("", "application/octet-stream", "binary/octet-stream", "image/*"))


def sniff(data: bytes) -> str | None:
    """Return the media type that the first bytes are those of, or None where they are no picture's.

    The signatures are those of the MIME Sniffing Standard (WHATWG), section 6.1, and of what else is decoded.
    """
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "image/heif")
    return next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)


def check_kind(data: bytes, content_type: str) -> str:
    """Check that a body is a picture and of the type that was declared.

    Args:
        data: the body.
        content_type: the header's value; an empty one, and ``application/octet-stream``, say nothing.

    Returns:
        The media type of the bytes.

    Raises:
        MediaError: ``wrong_type``.
    """
    declared = content_type.partition(";")[0].strip().lower()
    found = sniff(data)
    if found is None:
        start = data[:16].hex(" ")
        raise MediaError(
            FetchReason.WRONG_TYPE,
            f"declared as {declared or 'nothing'}, and begins like no picture: {start}",
        )
    if declared not in _SAYS_NOTHING and _SAME.get(declared, declared) != found:
        raise MediaError(FetchReason.WRONG_TYPE, f"declared as {declared}, but its bytes are {found}")
    return found
