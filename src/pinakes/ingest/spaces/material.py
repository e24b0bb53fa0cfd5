"""What spaces are built from, and what comes out."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.encoders.base import FittedEncoder
from pinakes.encoders.cache.base import FeatureCache
from pinakes.errors import IntegrityError
from pinakes.indexes.bm25 import BM25Index
from pinakes.ingest.progress import Report
from pinakes.ingest.tables import Tables
from pinakes.kernels.similarity import Stored
from pinakes.snapshots.contents import SpaceContents
from pinakes.snapshots.reader import Snapshot
from pinakes.sources.files import PictureFiles

CHUNK = 2_000
"""Features that are read from the cache and turned into vectors at a time."""

IN_MEMORY = 256 * 2**20
"""Bytes of vectors up to which a space is put together in memory; larger ones in a file."""


@dataclass(frozen=True, slots=True)
class BuiltSpace:
    """One space, ready to be gated and written.

    Attributes:
        encoder: of its pictures; None where none made its vectors.
        save: writes what was fitted into a folder; None where nothing was.
    """

    contents: SpaceContents
    encoder: FittedEncoder | None = None
    save: Callable[[Path], None] | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """What the spaces of one snapshot are built from.

    Attributes:
        tables: of the snapshot.
        captions: all words of each item.
        words: BM25 over the items of the snapshot.
        language: of the stemmer.
        cache: of features.
        base: whose fitted encoders are used again; None to fit them.
        files: where the pictures lie.
        path: of the feature cache, for messages; large spaces are put together in files beside it.
    """

    tables: Tables
    captions: Sequence[str]
    words: BM25Index
    language: str
    cache: FeatureCache
    base: Snapshot | None
    report: Report
    files: PictureFiles
    path: Path

    def read(self, digests: Sequence[str], fingerprint: str, stage: str) -> Iterator[NDArray[Any]]:
        """Yield the features of each digest, in order, in bounded memory.

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

    def vectors(self, rows: int, dim: int, dtype: str) -> Stored:
        """Return room for vectors, shape (rows, dim): in memory, or if there are many in a file."""
        if rows * dim * np.dtype(dtype).itemsize <= IN_MEMORY:
            return np.empty((rows, dim), dtype=dtype)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self.path.parent) as file:
            return cast("Stored", np.memmap(file, dtype=dtype, mode="w+", shape=(rows, dim)))


def item_rows(rows: pl.DataFrame) -> NDArray[np.int64]:
    """Return the item of each vector, ascending, from its table of rows."""
    return rows["item_row"].cast(pl.Int64).to_numpy()


def rows_of_items(items: Sequence[int]) -> pl.DataFrame:
    """Return the table of rows of a space in which a vector stands for an item."""
    return pl.DataFrame(
        {"item_row": items, "view_row": [None] * len(items)},
        schema={"item_row": pl.UInt32, "view_row": pl.UInt32},
    )
