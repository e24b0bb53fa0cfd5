"""The vectors of a space as files that anybody reads: ``.npy``, and a Parquet table with their ids."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.errors import StorageError, UnknownNameError, UsageError
from pinakes.retrieval.corpus import Corpus, SpacePart

CHUNK = 20_000
"""Vectors that are copied at a time."""

TABLE = "items.parquet"


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written.

    Attributes:
        vectors: the ``.npy`` file: unit rows, in the dtype in which they are stored.
        table: the Parquet file: ``id`` and ``role`` of each row; the role is null where a vector stands for
            an item.
        rows, dim: how many vectors, and how long.
    """

    vectors: Path
    table: Path
    rows: int
    dim: int


def read_space(
    corpus: Corpus, name: str, blocked: Collection[str] = ()
) -> tuple[list[str], NDArray[np.float32]]:
    """Return the vectors of living items in memory, and the id of each row's item.

    Args:
        corpus, name, blocked: as in `export_space`.

    Returns:
        (ids, float32 of shape (n, dim)), in the order of `export_space`.

    Raises:
        UnknownNameError: there is no such space.
    """
    parts, kept = _shown(corpus, name, blocked)
    items = np.concatenate([part.item_rows[found] for part, found in zip(parts, kept, strict=True)])
    rows = [np.asarray(part.vectors[found], np.float32) for part, found in zip(parts, kept, strict=True)]
    return corpus.items["id"].gather(items).to_list(), np.concatenate(rows)


def export_space(corpus: Corpus, name: str, folder: Path, blocked: Collection[str] = ()) -> ExportReport:
    """Write the vectors of living items, row by row with their ids, a block at a time.

    Args:
        corpus: of the release.
        name: of the space.
        folder: made where it is not there; files of these names must not be in it.
        blocked: ids that are left out.

    Raises:
        UnknownNameError: there is no such space.
        UsageError: a file is there already.
        StorageError: the disk refused.
    """
    parts, kept = _shown(corpus, name, blocked)
    dim = corpus.spaces[name].dim
    rows = sum(len(found) for found in kept)
    array, table = folder / f"{name}.npy", folder / TABLE
    for path in (array, table):
        if path.exists():
            raise UsageError(f"{path} is there already; export into another folder, or remove it")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        out = np.lib.format.open_memmap(array, mode="w+", dtype=parts[0].vectors.dtype, shape=(rows, dim))
        done = 0
        for part, found in zip(parts, kept, strict=True):
            for start in range(0, len(found), CHUNK):
                chunk = found[start : start + CHUNK]
                out[done : done + len(chunk)] = part.vectors[chunk]
                done += len(chunk)
        out.flush()
        items = np.concatenate([p.item_rows[found] for p, found in zip(parts, kept, strict=True)])
        views = np.concatenate([p.view_rows[found] for p, found in zip(parts, kept, strict=True)])
        _named(corpus, items, views).write_parquet(table)
    except OSError as error:
        raise StorageError(f"cannot write into {folder}: {error.strerror or error}") from None
    return ExportReport(array, table, rows, dim)


def _shown(
    corpus: Corpus, name: str, blocked: Collection[str]
) -> tuple[Sequence[SpacePart], list[NDArray[np.int64]]]:
    """Return the segments of a space, and which rows of each are of living items that are not blocked."""
    if name not in corpus.spaces:
        raise UnknownNameError("space", name, corpus.spaces)
    shown = corpus.alive & ~corpus.items["id"].is_in(list(blocked)).to_numpy()
    parts = corpus.spaces[name].parts
    return parts, [np.flatnonzero(shown[part.item_rows]) for part in parts]


def _named(corpus: Corpus, items: np.ndarray, views: np.ndarray) -> pl.DataFrame:
    roles = pl.Series("role", [None] * len(views), dtype=pl.String)
    if (views >= 0).any():
        roles = corpus.views["role"].gather(np.maximum(views, 0)).alias("role")
        roles = pl.select(pl.when(pl.Series(views >= 0)).then(roles).alias("role")).to_series()
    return pl.DataFrame({"id": corpus.items["id"].gather(items), "role": roles})
