"""What a source is: something that can be read, again and again, as records."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pinakes.types import Rights, Value


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
class Record:
    """One item as the source gives it: typed, with its pictures named but not read.

    Attributes:
        where: the place in the source, such as ``items.csv:17`` or a file name.
        vectors: by space, float32 of shape (dim,), as brought, not yet normalised.
    """

    where: str
    id: str
    title: str = ""
    text: str = ""
    attributes: Mapping[str, Value] = field(default_factory=dict)
    rights: Rights = Rights()
    pictures: tuple[PictureRef, ...] = ()
    vectors: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row or a file of the source that did not become a record, or a picture that could not be had.

    Attributes:
        where: the place in the source.
        reason: a stable code: ``repeated_id``, ``missing_id``, ``wrong_type``, ``unreadable_row``, ...
        detail: what was found and what would be right.
        id: the id of the item concerned, where it is known.
        uri: the picture concerned, where it is one.
    """

    where: str
    reason: str
    detail: str
    id: str | None = None
    uri: str | None = None


class Source(Protocol):
    """Something that can be read as records."""

    def records(self) -> Iterator[Record | Rejection]:
        """Read the source from the start, in a stable order, in bounded memory.

        Raises:
            SourceError: the source is gone or cannot be read at all.
        """
        ...
