"""Opening a snapshot: a few cheap checks, then everything is read when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from polars.exceptions import PolarsError

from pinakes.errors import IntegrityError, UnknownNameError
from pinakes.snapshots.layout import CollectionPaths, SnapshotName, SnapshotPaths, list_snapshots
from pinakes.snapshots.manifest import FileRecord, Manifest, read_manifest

Vectors = NDArray[Any]
"""float16 or float32 of shape (n, dim), memory-mapped and read-only."""


@dataclass(frozen=True)
class Snapshot:
    """One snapshot, open for reading.

    Attributes:
        manifest: what it says of itself.
        files: where its files lie.
        base: where the files of its base lie; the same for a base.
    """

    manifest: Manifest
    files: SnapshotPaths
    base: SnapshotPaths

    @property
    def name(self) -> str:
        """Such as ``v0001``."""
        return self.manifest.snapshot

    @cached_property
    def items(self) -> pl.DataFrame:
        """items.parquet; read when first asked for, and kept."""
        return _read_table(self.files.items, self.manifest.counts.items)

    def shown_items(self) -> pl.DataFrame:
        """Read items.parquet without the hashes, which are half of it and which nobody searches; not kept."""
        return _read_table(self.files.items, self.manifest.counts.items, without="content_hash")

    @cached_property
    def views(self) -> pl.DataFrame:
        """views.parquet; read when first asked for, and kept."""
        return _read_table(self.files.views, self.manifest.counts.views)

    @cached_property
    def tombstones(self) -> pl.DataFrame | None:
        """tombstones.parquet of a delta; None for a base."""
        if not SnapshotName.parse(self.name).is_delta:
            return None
        return _read_table(self.files.tombstones, self.manifest.counts.tombstones)

    def shown_hashes(self, ids: Sequence[str] | None = None) -> dict[str, str]:
        """Return what this snapshot shows of items, in one text: content hash and uris, by id.

        Args:
            ids: only of these; None for all. A few are found without reading the tables as a whole.

        Raises:
            IntegrityError: a table is damaged.
        """
        if ids is not None and not ids:
            return {}
        try:
            items = pl.scan_parquet(self.files.items).select(
                "id", "content_hash", pl.row_index("item_row").cast(pl.UInt32)
            )
            if ids is not None:
                items = items.filter(pl.col("id").is_in(list(ids)))
            found = items.collect()
            if not found.height or not self.manifest.counts.views:
                return dict(found.select("id", "content_hash").iter_rows())
            views = pl.scan_parquet(self.files.views).select("item_row", "uri")
            if ids is not None:
                views = views.filter(pl.col("item_row").is_in(found["item_row"].to_list()))
            uris = views.group_by("item_row", maintain_order=True).agg(pl.col("uri").str.join("\n")).collect()
        except (OSError, PolarsError) as error:
            raise IntegrityError(self.files.folder, f"its tables are not as written: {error}") from None
        joined = found.join(uris, on="item_row", how="left", maintain_order="left")
        text = pl.concat_str("content_hash", "uri", separator="\n", ignore_nulls=True)
        return dict(joined.select("id", text).iter_rows())

    @property
    def lexical(self) -> Path:
        """The folder of the inverted index."""
        return self.files.lexical

    def rows(self, space: str) -> pl.DataFrame:
        """Read to which item and view each vector of a space belongs; not kept.

        Raises:
            UnknownNameError: there is no such space.
            IntegrityError: the file is damaged.
        """
        return _read_table(self.files.rows(space), self.manifest.counts.vectors[self._known(space)])

    def vectors(self, space: str) -> Vectors:
        """Map the vectors of a space into memory: nothing is read before it is used.

        Returns:
            Unit rows, float16 or float32 of shape (n, dim), read-only.

        Raises:
            UnknownNameError: there is no such space.
            IntegrityError: the file is damaged.
        """
        return _map_array(self.files.vectors(self._known(space)))

    def encoder(self, space: str) -> Path:
        """Return the folder of what the encoder of a space fitted: the base's, also for a delta.

        Raises:
            UnknownNameError: there is no such space.
        """
        return self.base.encoder(self._known(space))

    def _known(self, space: str) -> str:
        if space not in self.manifest.encoders:
            raise UnknownNameError("space", space, self.manifest.encoders)
        return space


def open_snapshot(paths: CollectionPaths, name: str) -> Snapshot:
    """Open a snapshot.

    Checked are the manifest's digest, that every file is there with its size, and the shape and dtype in the
    header of each array: what a copy that was cut short breaks. `verify_snapshot` checks every byte.

    Raises:
        UnknownNameError: there is no such snapshot.
        IntegrityError: a file is missing, or is not what was written; names the file.
        FormatVersionError: it was written by a newer Pinakes.
    """
    files = paths.snapshot(name)
    if not files.folder.is_dir():
        raise UnknownNameError("snapshot", name, map(str, list_snapshots(paths)))
    manifest = read_manifest(files.manifest)
    if manifest.snapshot != name:
        raise IntegrityError(files.manifest, f"is that of {manifest.snapshot}: the folder was renamed")
    for relative, record in manifest.files.items():
        check_size(files.folder / relative, record)
    for space, encoder in manifest.encoders.items():
        _check_array(files.vectors(space), (manifest.counts.vectors[space], encoder.dim), encoder.dtype)
    return Snapshot(manifest, files, paths.snapshot(str(SnapshotName(SnapshotName.parse(name).base))))


def check_size(path: Path, record: FileRecord) -> None:
    """Check that a file is there and has the size that the manifest states.

    Raises:
        IntegrityError: it is missing, or has another size.
    """
    try:
        size = path.stat().st_size
    except OSError:
        raise IntegrityError(path, "the file is missing") from None
    if size != record.bytes:
        change = "cut short" if size < record.bytes else "grown"
        raise IntegrityError(path, f"has {size} bytes, the manifest says {record.bytes}: it was {change}")


def _check_array(path: Path, shape: tuple[int, int], dtype: str) -> None:
    array = _map_array(path)
    if array.shape != shape or array.dtype.name != dtype or not array.flags.c_contiguous:
        raise IntegrityError(
            path, f"holds {array.dtype} of shape {array.shape}, the manifest says {dtype} of {shape}"
        )


def _map_array(path: Path) -> Vectors:
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)  # type: ignore[no-any-return]
    except (OSError, ValueError, EOFError) as error:
        raise IntegrityError(path, f"is not an array as it was written: {error}") from None


def _read_table(path: Path, rows: int, *, without: str = "") -> pl.DataFrame:
    try:
        table = pl.scan_parquet(path).drop(without, strict=False).collect()
    except (OSError, PolarsError) as error:
        raise IntegrityError(path, f"is not a table as it was written: {error}") from None
    if table.height != rows:
        raise IntegrityError(path, f"has {table.height} rows, the manifest says {rows}")
    return table
