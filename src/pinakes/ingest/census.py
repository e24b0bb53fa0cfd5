"""How many pictures a source names, and a few of them, spread evenly; no picture is opened."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pinakes.sources.base import Record, Rejection

SAMPLE = 20
"""Pictures that are tried before a long run, at least, where there are so many."""


@dataclass(frozen=True, slots=True)
class Census:
    """What a source names.

    Attributes:
        pictures: number of pictures; one that several items name counts for each.
        sample: files among them, spread evenly: all, or at least 20 of them.
    """

    pictures: int
    sample: tuple[Path, ...]


def take_census(entries: Iterable[Record | Rejection]) -> Census:
    """Read a source once.

    Args:
        entries: of the source; what is held of them does not grow with their number.

    Raises:
        SourceError: the source cannot be read.
    """
    pictures = files = 0
    sample: list[Path] = []
    step = 1
    for entry in entries:
        if isinstance(entry, Rejection):
            continue
        pictures += len(entry.pictures)
        for picture in entry.pictures:
            if picture.path is None:
                continue
            if files % step == 0:
                sample.append(picture.path)
            files += 1
            if len(sample) == 2 * SAMPLE:
                sample, step = sample[::2], 2 * step
    return Census(pictures, tuple(sample))
