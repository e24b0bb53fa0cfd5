"""The pictures of a query, however they are given: the bytes of a file each, with weight and role."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import MediaError, QueryError
from pinakes.media.read import read_picture_file
from pinakes.media.reasons import Reason
from pinakes.retrieval.query import finite_weight

if TYPE_CHECKING:
    from PIL import Image

Picture: TypeAlias = Union[str, Path, bytes, "Image.Image", NDArray[np.uint8]]
"""A picture in a query: a path, the bytes of a file, a PIL image, or RGB of shape (h, w, 3)."""

Weighted: TypeAlias = Sequence[tuple[Any, float] | tuple[Any, float, str | None]]
"""Several pictures: (picture, weight) or (picture, weight, role) each."""

Pictures: TypeAlias = Picture | Weighted | Mapping[str, Picture | Weighted]
"""The pictures of a query: one, several, or those of each role."""


@dataclass(frozen=True, slots=True)
class QueryPicture:
    """One picture of a query: the bytes of a file.

    Attributes:
        weight: negative pushes away.
        role: of the views that it is compared with; None for all.
        file: where the bytes were read, for messages; None where they were given.
    """

    data: bytes
    weight: float = 1.0
    role: str | None = None
    file: str | None = None


def query_pictures(image: Pictures | None) -> list[QueryPicture]:
    """Return the bytes, the weight and the role of each picture of a query.

    Raises:
        MediaError: a file cannot be read.
        QueryError: an array is not a picture, a list holds something else than pairs and triples, or a weight
            is no finite number.
    """
    if image is None:
        return []
    if isinstance(image, Mapping):
        return [replace(p, role=role) for role, given in image.items() for p in query_pictures(given)]
    if isinstance(image, list | tuple):
        return [_query_picture(given) for given in image]
    return [QueryPicture(_picture_bytes(image), file=_file(image))]  # type: ignore[arg-type]


def _query_picture(given: Sequence[Any]) -> QueryPicture:
    if not isinstance(given, list | tuple) or len(given) not in (2, 3):
        raise QueryError("several pictures are given as (picture, weight) or (picture, weight, role) each")
    picture, weight, role = (*given, None)[:3]
    return QueryPicture(_picture_bytes(picture), finite_weight("a picture", weight), role, _file(picture))


def _file(picture: object) -> str | None:
    return str(picture) if isinstance(picture, str | Path) else None


def _picture_bytes(picture: Picture) -> bytes:
    """Return a file's bytes; a decoded picture goes through PNG, so that all take one path."""
    if isinstance(picture, bytes):
        return picture
    if isinstance(picture, str | Path):
        return read_picture_file(Path(picture))
    from PIL import Image  # noqa: PLC0415 - 15 ms, for what few searches need

    if isinstance(picture, np.ndarray):
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:
            raise QueryError(
                f"a picture array must be RGB uint8 of shape (h, w, 3), got {picture.dtype} {picture.shape}"
            )
        picture = Image.fromarray(picture)
    if not isinstance(picture, Image.Image):
        got = type(picture).__name__
        raise QueryError(f"a picture is a path, the bytes of a file, a PIL image or an array; got {got}")
    return _as_file(picture)


def _as_file(picture: "Image.Image") -> bytes:
    """Return what a PIL image shows as the bytes of a PNG file: upright, in sRGB, as its own file would be.

    PNG has no CMYK, and what is opened and not yet turned says how it is to be turned beside its pixels.
    """
    from PIL import ImageOps  # noqa: PLC0415 - as above

    from pinakes.media.colour import to_srgb  # noqa: PLC0415 - imports PIL

    buffer = io.BytesIO()
    try:
        shown = to_srgb(ImageOps.exif_transpose(picture))
        shown.info.clear()  # its profile was applied, and where it was taken is nobody's business
        shown.save(buffer, format="PNG", compress_level=1)  # 12 megapixels: 1 s instead of 4.5
    except (OSError, ValueError, SyntaxError) as error:  # what is opened is read only now
        raise MediaError(Reason.UNDECODABLE, f"a PIL image cannot be read: {error}") from error
    return buffer.getvalue()
