"""Pictures on their way in and out: prepared for encoders, and made small to be looked at."""

import os
import threading
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.base import ImageEncoder
from pinakes.media.pool import DecodePool
from pinakes.media.read import read_picture_file

THUMBNAIL = 320
"""Longer side of a thumbnail, pixels."""

PICTURE = 1024
"""Longer side of a picture that is looked at on its own, pixels."""


class PictureMaker:
    """Decodes in processes of its own, which are started on first use; threads may share it."""

    def __init__(self, folder: Path) -> None:
        """Store where what is made small is kept, by sha256."""
        self._folder = folder
        self._lock = threading.Lock()
        self._pools: dict[Hashable, DecodePool] = {}

    def close(self) -> None:
        """End the processes; they are started again when they are needed again."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()
            self._pools.clear()

    def prepare(self, data: bytes, encoders: Mapping[str, ImageEncoder]) -> Mapping[str, NDArray[np.generic]]:
        """Return a picture as the encoder of each space takes it; it is decoded once for all of them.

        Raises:
            MediaError: the picture was refused.
        """
        preparers = {space: encoder.preparer for space, encoder in encoders.items()}
        sides = {space: encoder.decode_size for space, encoder in encoders.items()}
        purpose = (*preparers.items(), *sides.items())
        pool = self._pool(purpose, partial(DecodePool, preparers, sides, phash=False, workers=1))
        return pool.decode_one(data).prepared

    def reduce(self, media: str, size: int, file: Path) -> bytes:
        """Return a picture as WebP without metadata; made on first use, then kept where that is possible.

        Args:
            media: sha256 of the picture's bytes.
            size: its longer side is at most so many pixels.
            file: where the picture is; not looked at where the small one is kept already.

        Raises:
            MediaError: the picture is gone or cannot be decoded any more.
        """
        name = media if size == THUMBNAIL else f"{media}-{size}"
        kept = self._folder / media[:2] / f"{name}.webp"
        if kept.exists():
            return kept.read_bytes()
        pool = self._pool(size, partial(DecodePool, phash=False, thumbnail=size, workers=1))
        made = pool.decode_one(read_picture_file(file)).thumbnail or b""
        _keep(kept, made)
        return made

    def _pool(self, purpose: Hashable, make: Callable[[], DecodePool]) -> DecodePool:
        """Return the process that decodes for a purpose, which is started where there is none yet."""
        with self._lock:
            if purpose not in self._pools:
                pool = make()
                pool.open()
                self._pools[purpose] = pool
            return self._pools[purpose]


def _keep(file: Path, data: bytes) -> None:
    """Keep a picture that was made, if the disk takes it: whoever looks at it has it either way."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        temporary.replace(file)
    except OSError:  # full, or of somebody else
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
