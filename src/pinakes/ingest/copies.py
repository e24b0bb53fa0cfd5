"""Small copies of pictures, resized and compressed again: an encoder must know each by its original."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from pinakes.errors import MediaError
from pinakes.media.pool import DecodePool
from pinakes.media.read import read_picture_file

SIDE = 256
"""Longer side of a copy, pixels."""


def small_copies(paths: Iterable[Path]) -> list[bytes | None]:
    """Return each picture as a small WebP, or None where it cannot be read or decoded."""
    copies: list[bytes | None] = []
    with DecodePool(phash=False, thumbnail=SIDE, workers=1) as pool:
        for path in paths:
            copy = None
            with suppress(MediaError):
                copy = pool.decode_one(read_picture_file(path)).thumbnail
            copies.append(copy)
    return copies
