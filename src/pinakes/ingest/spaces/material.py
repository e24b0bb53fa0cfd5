"""What spaces are built from, and what comes out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.encoders.base import FittedEncoder
from pinakes.indexes.bm25 import BM25Index
from pinakes.ingest.spaces.store import FeatureStore
from pinakes.ingest.tables import Tables
from pinakes.snapshots.contents import SpaceContents
from pinakes.snapshots.reader import Snapshot
from pinakes.sources.files import PictureFiles


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
        store: of features.
        base: whose fitted encoders are used again; None to fit them.
        files: where the pictures lie.
    """

    tables: Tables
    captions: Sequence[str]
    words: BM25Index
    language: str
    store: FeatureStore
    base: Snapshot | None
    files: PictureFiles


def item_rows(rows: pl.DataFrame) -> NDArray[np.int64]:
    """Return the item of each vector, ascending, from its table of rows."""
    return rows["item_row"].cast(pl.Int64).to_numpy()


def rows_of_items(items: Sequence[int]) -> pl.DataFrame:
    """Return the table of rows of a space in which a vector stands for an item."""
    return pl.DataFrame(
        {"item_row": items, "view_row": [None] * len(items)},
        schema={"item_row": pl.UInt32, "view_row": pl.UInt32},
    )
