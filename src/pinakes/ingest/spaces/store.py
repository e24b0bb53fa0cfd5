"""Features out of the cache, and room for what is made of them."""

import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.cache.base import FeatureCache
from pinakes.errors import IntegrityError
from pinakes.ingest.progress import Report
from pinakes.kernels.similarity import Stored

CHUNK = 2_000
"""Features that are read from the cache and turned into vectors at a time."""

IN_MEMORY = 8 * 2**20
"""Bytes up to which a table of numbers is put together in memory; larger ones in a file."""


@dataclass(frozen=True, slots=True)
class FeatureStore:
    """What a freeze reads features from, in memory that does not grow with the collection.

    Attributes:
        cache: of features.
        report: told how far it is.
        path: of the feature cache, for messages; large tables are put together in files beside it.
    """

    cache: FeatureCache
    report: Report
    path: Path

    def read(self, digests: Sequence[str], fingerprint: str, stage: str) -> Iterator[NDArray[Any]]:
        """Yield the features of each digest, in order.

        Raises:
            IntegrityError: the feature cache lacks one.
        """
        for start in range(0, len(digests), CHUNK):
            chunk = digests[start : start + CHUNK]
            found = self.cache.get_many(chunk, fingerprint)
            self.report(stage, start + len(chunk), len(digests))
            for digest in chunk:
                if digest not in found:
                    raise IntegrityError(
                        self.path, f"lacks the features of {digest}; run `pinakes index` to make them again"
                    )
                yield found[digest]

    def room(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        """Return room for numbers: in memory, or if they are many in a file that has no name any more.

        The pages of such a file are the kernel's to write out and to drop, so that a freeze needs no more
        memory for more pictures.
        """
        if math.prod(shape) * dtype.itemsize <= IN_MEMORY:
            return np.empty(shape, dtype=dtype)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self.path.parent) as file:
            return np.memmap(file, dtype=dtype, mode="w+", shape=shape)

    def vectors(self, rows: int, dim: int, dtype: str) -> Stored:
        """Return `room` for vectors, shape (rows, dim)."""
        return cast("Stored", self.room((rows, dim), np.dtype(dtype)))
