"""The pictures of a query, however they are given: the bytes of a file each, with weight and role."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pinakes.errors import QueryError
from pinakes.media.read import read_picture_file
from pinakes.retrieval.query import finite_weight

Picture: TypeAlias = str | Path | bytes | Image.Image | NDArray[np.uint8]
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
    if isinstance(picture, np.ndarray):
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
            raise QueryError(
                f"a picture array must be RGB uint8 of shape (h, w, 3), got {picture.dtype} {picture.shape}"
            )
        picture = Image.fromarray(picture)
    if not isinstance(picture, Image.Image):
        got = type(picture).__name__
        raise QueryError(f"a picture is a path, the bytes of a file, a PIL image or an array; got {got}")
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return buffer.getvalue()
