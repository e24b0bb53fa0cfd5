"""The one decoder of Pinakes: bytes of a picture file to 8-bit sRGB pixels, or a refusal with a reason."""

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from pinakes.errors import MediaError
from pinakes.media.colour import to_srgb
from pinakes.media.limits import DEFAULT_LIMITS, Limits
from pinakes.media.reasons import Reason
from pinakes.media.scale import ShorterSide, reduction

FORMATS: Final = (
    *("JPEG", "PNG", "GIF", "BMP", "PPM", "WEBP", "AVIF", "TIFF", "JPEG2000"),
    *("ICO", "PSD", "SGI", "PCX", "DCX", "QOI"),
    "TGA",
)
"""What Pillow may open, beside HEIF. The others are left out because they run other programs (EPS) or hold no
photos; TGA comes last because it has no magic bytes, so that its reader accepts what belongs to others."""

_HEIF_BRANDS = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"mif2")
)
_AVIF_BRANDS = frozenset((b"avif", b"avis"))

_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each EXIF orientation (Exif 2.32, tag 0x0112); 1 is upright."""

_SCALED: Final = ("JPEG", "MPO")
"""Formats that libjpeg reads."""

_STRIP_PIXELS: Final = 2**16

_warnings_lock = threading.Lock()


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture.

    Attributes:
        image: mode RGB, sRGB, upright, without metadata; shared, so nobody changes it.
        width: pixels of the full size after orientation; ``image`` may be smaller.
        height: pixels of the full size after orientation.
        format: Pillow's name of the file format, such as ``JPEG``.
    """

    image: Image.Image
    width: int
    height: int
    format: str

    @cached_property
    def rgb(self) -> NDArray[np.uint8]:
        """The pixels: uint8 of shape (h, w, 3), C-contiguous, not writable.

        They are copied out when first asked for: half a millisecond for 512 x 512, and most only resize.
        """
        return _pixels(self.image)

    def reduction(self, shorter_side: ShorterSide | None) -> int:
        """Return the factor by which `decode` reduces this picture, at whatever size it was decoded now."""
        return reduction(min(self.width, self.height), shorter_side) if self.format in _SCALED else 1


def decode(data: bytes, limits: Limits = DEFAULT_LIMITS, shorter_side: ShorterSide | None = None) -> Picture:
    """Decode a picture: first frame, upright by its EXIF orientation, ICC to sRGB, transparency on white.

    The format is told by the first bytes, never by a name. Time and memory are the pool's to limit.

    Args:
        data: the whole file.
        limits: bytes, pixels and aspect that are allowed; pixels and aspect are checked before decoding.
            Pillow's own guard refuses above 179 million pixels whatever is allowed here.
        shorter_side: pixels that are enough. A JPEG is then decoded at 1/2, 1/4 or 1/8 by libjpeg's scaled
            inverse DCT, up to three times faster, to a shorter side of still at least this, see
            `pinakes.media.scale`. Other formats, and pictures that are smaller, keep their full size.

    Raises:
        MediaError: the picture is refused; ``reason`` is one of ``Reason``.
    """
    if not data:
        raise MediaError(Reason.EMPTY, "the file has no bytes")
    if len(data) > limits.bytes:
        raise MediaError(Reason.TOO_MANY_BYTES, f"{len(data):,} bytes, {limits.bytes:,} are allowed")
    try:
        with _pillow_warnings_raised(data):
            return _decode(data, limits, shorter_side)
    except MediaError:
        raise
    except UnidentifiedImageError as error:
        wanted = "no intact header of a JPEG, PNG, WebP, GIF, TIFF, BMP, AVIF or HEIC"
        raise MediaError(Reason.NOT_A_PICTURE, f"{wanted}: it begins with {_beginning(data)}") from error
    except Image.DecompressionBombError as error:
        found = f"more than {2 * (Image.MAX_IMAGE_PIXELS or 0):,} pixels"
        raise MediaError(Reason.TOO_MANY_PIXELS, f"{found}, {limits.pixels:,} are allowed") from error
    except MemoryError as error:
        raise MediaError(Reason.OUT_OF_MEMORY, "there was not enough memory to decode it") from error
    except Exception as error:  # Pillow's plugins raise nearly every built-in exception on hostile input
        kind = "" if isinstance(error, OSError) and str(error) else f"{type(error).__name__}: "
        raise MediaError(_reason(error), f"{kind}{error}") from error


def _decode(data: bytes, limits: Limits, shorter_side: ShorterSide | None) -> Picture:
    image = _open(data)
    name = image.format or "unknown"
    _check_size(image.size, limits)
    header_size = image.size
    drafted = None
    # Only JPEG: HEIF would answer with an embedded thumbnail, which may show something else.
    if name in _SCALED:
        image.decodermaxblock = len(data)  # not in parts of 64 KiB: 0.8 of 29 ms of a phone's photo
        if (factor := reduction(min(image.size), shorter_side)) > 1:
            drafted = image.draft(None, (image.width // factor, image.height // factor))
    image.load()
    # Some headers are corrected while loading (icons, transformed HEIF).
    width, height = header_size if drafted else image.size
    _check_size((width, height), limits)
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    upright: Image.Image = to_srgb(image)
    if orientation in _UPRIGHT:
        upright = upright.transpose(_UPRIGHT[orientation])
        if orientation >= 5:
            width, height = height, width
    upright.info.clear()  # nothing of the file's metadata goes into what is made of the pixels
    return Picture(upright, width, height, name)


def _pixels(image: Image.Image) -> NDArray[np.uint8]:
    """Copy the pixels out in strips, which takes a third of the time and half of the memory of one piece."""
    width, height = image.size
    pixels = np.empty((height, width, 3), dtype=np.uint8)
    rows = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        pixels[top:bottom] = np.asarray(image.crop((0, top, width, bottom)))
    pixels.setflags(write=False)
    return pixels


def _open(data: bytes) -> ImageFile.ImageFile:
    """Read the header only."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS and not _has_avif_brand(data):
        # libheif costs 30 ms and 15 MB, and most collections hold no HEIF. Its class is used as it is:
        # registering it would change Pillow for the whole process.
        from pillow_heif import HeifImageFile  # noqa: PLC0415

        heif: ImageFile.ImageFile = HeifImageFile(io.BytesIO(data))  # type: ignore[no-untyped-call]
        return heif
    return Image.open(io.BytesIO(data), formats=FORMATS)


def _has_avif_brand(data: bytes) -> bool:
    """Look into the file type box (ISO/IEC 14496-12, 4.3) for AVIF among the compatible brands."""
    end = min(int.from_bytes(data[:4], "big"), 4096)
    return any(data[at : at + 4] in _AVIF_BRANDS for at in range(16, end, 4))


def _check_size(size: tuple[int, int], limits: Limits) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise MediaError(Reason.UNDECODABLE, f"its header says {width} x {height} pixels")
    if width * height > limits.pixels:
        found = f"{width:,} x {height:,} = {width * height:,} pixels"
        raise MediaError(Reason.TOO_MANY_PIXELS, f"{found}, {limits.pixels:,} are allowed")
    if max(size) > limits.aspect * min(size):
        raise MediaError(
            Reason.BAD_ASPECT,
            f"{width:,} x {height:,} pixels; the longer side may be {limits.aspect:,g} times the shorter",
        )


def _beginning(data: bytes) -> str:
    """Return how a file begins: as text where it is text, such as a web page; its bytes in hex otherwise."""
    start = data[:16]
    text = start.decode("latin-1")
    return repr(text) if text.isascii() and text.isprintable() else start.hex(" ")


def _reason(error: Exception) -> Reason:
    if isinstance(error, EOFError) or "truncated" in str(error).lower():
        return Reason.TRUNCATED
    return Reason.UNDECODABLE


@contextmanager
def _pillow_warnings_raised(data: bytes) -> Iterator[None]:
    """Raise what Pillow only warns of, but for metadata that says nothing about the pixels.

    Phones and editors often write a broken EXIF block, or a broken list of extra pictures (MPO), into a good
    file. EXIF is a TIFF inside another file, so its warnings come from Pillow's TIFF reader; in a TIFF proper
    the same reader finds the pixels, and there they count.
    """
    with _warnings_lock, warnings.catch_warnings():  # the filters belong to the whole process
        warnings.filterwarnings("error", module=r"PIL\.")
        warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
        warnings.filterwarnings("ignore", message="Image appears to be a malformed MPO file")
        if data[:2] not in (b"II", b"MM"):
            warnings.filterwarnings("ignore", module=r"PIL\.TiffImagePlugin")
        yield
