"""What indexing would read: counts, and a few items as they would be."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pinakes.settings import Settings
from pinakes.sources.base import PictureRef, Record
from pinakes.sources.open import open_source

SHOWN = 3
"""Items that are shown whole."""


@dataclass(frozen=True, slots=True)
class SampledItem:
    """One item as it would be.

    Attributes:
        record: the item.
        found: for each of its pictures whether the file is there; None for one with an address.
    """

    record: Record
    found: tuple[bool | None, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a source holds.

    Attributes:
        settings: the settings with which it was read.
        items: number of records.
        rejected: number of rows and files that are no records, by reason.
        left_out: number of values and pictures that records lack, by reason.
        found: number of pictures that are files.
        missing: number of pictures whose file is not there.
        remote: number of pictures with an address.
        bytes: size of the pictures that are files.
        samples: the first items.
    """

    settings: Settings
    items: int
    rejected: Mapping[str, int]
    left_out: Mapping[str, int]
    found: int
    missing: int
    remote: int
    bytes: int
    samples: tuple[SampledItem, ...]


def preview(settings: Settings, folder: Path) -> Preview:
    """Read a source once, without opening a picture.

    Args:
        settings: the collection's settings, which need not be written yet.
        folder: the collection's folder.

    Raises:
        SourceError: the source cannot be read.
        UnknownNameError: the settings name a column that the table does not have.
    """
    rejected: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    pictures: Counter[bool | None] = Counter()
    samples: list[SampledItem] = []
    items = size = 0
    for record in open_source(settings, folder).records():
        if not isinstance(record, Record):
            rejected[record.reason] += 1
            continue
        items += 1
        left_out.update(part.reason for part in record.left_out)
        sizes = [_file_size(picture) for picture in record.pictures]
        found = tuple(
            None if picture.path is None else size is not None
            for picture, size in zip(record.pictures, sizes, strict=True)
        )
        pictures.update(found)
        size += sum(filter(None, sizes))
        if len(samples) < SHOWN:
            samples.append(SampledItem(record, found))
    return Preview(
        settings,
        items,
        rejected,
        left_out,
        found=pictures[True],
        missing=pictures[False],
        remote=pictures[None],
        bytes=size,
        samples=tuple(samples),
    )


def _file_size(picture: PictureRef) -> int | None:
    """Return the bytes of a picture's file, or None where there is none."""
    try:
        return picture.path.stat().st_size if picture.path and picture.path.is_file() else None
    except OSError:
        return None
