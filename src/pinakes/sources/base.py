"""What a source is: something that can be read, again and again, as records."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pinakes.types import Rights, Value

REASONS: Mapping[str, str] = {
    "unreadable_row": "a row that cannot be read, or with more or fewer cells than there are columns",
    "missing_id": "a row without an id",
    "bad_id": "an id that is too long or holds control characters",
    "repeated_id": "a row or file with the id of an earlier one, which is kept",
    "unreadable_folder": "a folder below the source that may not be read",
    "outside_source": "a picture that lies outside of the source's and the collection's folder",
    "wrong_type": "a value that does not have the type of its attribute; the item is kept without it",
    "bad_expiry": "a last date to be shown that is not a date; the item is not taken",
    "bad_vector": "a vector of the wrong length, with NaN, or all zero; the item is kept without it",
}
"""Every reason for which a source leaves something out."""


@dataclass(frozen=True, slots=True)
class PictureRef:
    """A picture that a record names.

    Attributes:
        role: what it shows of the item, such as ``front``.
        uri: as the source writes it; relative paths are relative to the source's folder.
        path: where the file is, or None when it is not a local file.
    """

    role: str
    uri: str
    path: Path | None


@dataclass(frozen=True, slots=True)
class Rejection:
    """What did not come in: a whole row or file, or only one value or picture of an item that did.

    Attributes:
        where: the place in the source, such as ``items.csv:17`` or a file name.
        reason: a stable code, one of ``REASONS``.
        detail: what was found and what would be right.
        id: the id of the item concerned, where it is known.
        uri: the picture concerned, where it is one.
        field: the attribute, right or space concerned, where it is one.
    """

    where: str
    reason: str
    detail: str
    id: str | None = None
    uri: str | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One item as the source gives it: typed, with its pictures named but not read.

    Attributes:
        where: the place in the source, such as ``items.csv:17`` or a file name.
        vectors: by space, float32 of shape (dim,), as brought, not yet normalised.
        only_pictures: the item is nothing but its pictures, and its title the name of a file: without a
            usable picture there is no item.
        left_out: values and pictures of this item that could not be used. The item stands without them, so
            they do not count as rejected: what is offered = records + rejections.
    """

    where: str
    id: str
    title: str = ""
    text: str = ""
    attributes: Mapping[str, Value] = field(default_factory=dict)
    rights: Rights = Rights()
    pictures: tuple[PictureRef, ...] = ()
    vectors: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    only_pictures: bool = False
    left_out: tuple[Rejection, ...] = ()


class Source(Protocol):
    """Something that can be read as records."""

    def records(self) -> Iterator[Record | Rejection]:
        """Read the source from the start, in a stable order, in bounded memory.

        Raises:
            SourceError: the source is gone or cannot be read at all.
        """
        ...
