"""Does a picture find itself again? Sampled pictures, resized and encoded once more, are searched for."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.encoders.base import ImageEncoder
from pinakes.errors import MediaError
from pinakes.media.pool import DecodePool
from pinakes.media.read import read_picture_file
from pinakes.sources.files import PictureFiles

SAMPLE = 50
"""Pictures that are tried: 50 successes in a row leave a true rate under 0.94 a chance below 5 %."""

COPY_SIDE = 256
"""Longer side in pixels of the copy."""


@dataclass(frozen=True, slots=True)
class SelfRetrieval:
    """Makes copies of sampled pictures and encodes them.

    Attributes:
        files: where the pictures lie.
    """

    files: PictureFiles

    def encode_copies(
        self, views: pl.DataFrame, encoder: ImageEncoder
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Encode resized and re-compressed copies of at most 50 pictures.

        Args:
            views: views.parquet.
            encoder: of the space.

        Returns:
            (rows of ``views``, float32 unit vectors of shape (rows, dim)); pictures that cannot be read any
            more are left out.
        """
        rows = np.unique(np.linspace(0, views.height - 1, min(SAMPLE, views.height)).astype(np.int64))
        copies = self._copies(views["uri", "media"][rows].rows())
        kept = [row for row, copy in zip(rows.tolist(), copies, strict=True) if copy is not None]
        prepared: list[NDArray[Any]] = []
        name, sides = encoder.name, {encoder.name: encoder.decode_size}
        with DecodePool({name: encoder.preparer}, sides, phash=False, workers=1) as pool:
            prepared = [pool.decode_one(copy).prepared[name] for copy in copies if copy is not None]
        vectors = encoder.encode_images(prepared) if prepared else np.empty((0, encoder.dim), np.float32)
        return np.array(kept, dtype=np.int64), vectors

    def _copies(self, pictures: Sequence[tuple[str, str]]) -> list[bytes | None]:
        """Return each picture, given by uri and sha256, as a small WebP, or None where it is gone."""
        copies: list[bytes | None] = []
        with DecodePool(phash=False, thumbnail=COPY_SIDE, workers=1) as pool:
            for uri, digest in pictures:
                copy = None
                with suppress(MediaError):
                    copy = pool.decode_one(read_picture_file(self.files.path(uri, digest))).thumbnail
                copies.append(copy)
        return copies
