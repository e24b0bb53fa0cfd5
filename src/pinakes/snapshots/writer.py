"""Writing a snapshot: into a temporary folder, flushed, hashed, made read-only, and renamed."""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import IntegrityError, UsageError
from pinakes.kernels.clock import utc_now
from pinakes.kernels.hashing import sha256_file
from pinakes.snapshots.content import content_hash
from pinakes.snapshots.contents import SnapshotContents, problems
from pinakes.snapshots.durable import flush, flush_tree, move, remove, remove_leftovers, storage_errors
from pinakes.snapshots.layout import CollectionPaths, SnapshotName, SnapshotPaths
from pinakes.snapshots.manifest import Counts, FileRecord, Manifest, read_manifest
from pinakes.snapshots.tables import coverage

READ_ONLY = 0o444


def write_snapshot(paths: CollectionPaths, contents: SnapshotContents) -> Manifest:
    """Write a snapshot; it is there completely, or not at all.

    The caller holds the writer lock, or has reserved the name; see `pinakes.snapshots.leases.reserved`.

    What a killed writer left is removed first. Vectors are written from where they are, without a copy.

    Args:
        paths: of the collection.
        contents: what to write.

    Returns:
        The manifest, as written.

    Raises:
        UsageError: the name is taken, or does not fit the parent.
        IntegrityError: the contents are not as docs/format.md says; or the parent is damaged.
        StorageError: the disk refused: full, read-only, not permitted. Nothing is left of the snapshot.
    """
    _check_name(paths, contents)
    final = paths.snapshot(contents.name)
    if found := tuple(problems(contents)):
        raise IntegrityError(final.folder, "would not be a snapshot:\n  " + "\n  ".join(found))
    parent = read_manifest(paths.snapshot(contents.parent).manifest) if contents.parent else None
    temporary = paths.unfinished(contents.name)
    with storage_errors(f"write snapshot {contents.name}"):
        paths.snapshots.mkdir(parents=True, exist_ok=True)
        remove_leftovers(paths.snapshots)
        try:
            _write_files(temporary, contents)
            manifest = describe(contents, parent, _seal(temporary.folder))
            temporary.manifest.write_bytes(manifest.to_json())
            temporary.manifest.chmod(READ_ONLY)
            flush(temporary.manifest)
            flush(temporary.folder)
            move(temporary.folder, final.folder)
        finally:
            remove(temporary.folder)
    return manifest


def _check_name(paths: CollectionPaths, contents: SnapshotContents) -> None:
    name = SnapshotName.parse(contents.name)
    if paths.snapshot(contents.name).folder.exists():
        raise UsageError(f"snapshot {name} exists already, and a snapshot is never changed")
    if not name.is_delta:
        if contents.parent is not None or contents.tombstones is not None:
            raise UsageError(f"{name} is a base: it has no parent and no tombstones")
        return
    if contents.parent is None or contents.tombstones is None:
        raise UsageError(f"{name} is a delta: it needs a parent and a table of tombstones, even an empty one")
    parent = SnapshotName.parse(contents.parent)
    if parent.base != name.base or parent >= name:
        raise UsageError(f"{name} cannot follow {parent}: the parent is its base or an earlier delta on it")


def _write_files(target: SnapshotPaths, contents: SnapshotContents) -> None:
    target.folder.mkdir(exist_ok=True)
    contents.items.write_parquet(target.items)
    contents.views.write_parquet(target.views)
    if contents.tombstones is not None:
        contents.tombstones.write_parquet(target.tombstones)
    for space, part in contents.spaces.items():
        target.vectors(space).parent.mkdir(exist_ok=True)
        np.save(target.vectors(space), _little_endian_rows(part.vectors), allow_pickle=False)
        part.rows.write_parquet(target.rows(space))
    for name, fill in contents.extras.items():
        folder = target.folder / name
        folder.mkdir(parents=True)
        fill(folder)


def _little_endian_rows(vectors: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return the array in C order and little endian; the array itself where it is so already."""
    return np.ascontiguousarray(vectors, dtype=vectors.dtype.newbyteorder("<"))


def _seal(folder: Path) -> dict[str, FileRecord]:
    """Make every file read-only, wait until all is on the disk, and return hashes by path in the folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        path.chmod(READ_ONLY)
    flush_tree(folder)
    return {
        path.relative_to(folder).as_posix(): FileRecord(sha256_file(path), path.stat().st_size)
        for path in files
    }


def describe(
    contents: SnapshotContents, parent: Manifest | None, files: Mapping[str, FileRecord]
) -> Manifest:
    """Return the manifest of contents: all that is said of them follows from them.

    Args:
        contents: of the snapshot; its tables fit docs/format.md.
        parent: manifest of the snapshot that a delta follows, None for a base.
        files: SHA-256 and size of each file, by path in the snapshot.
    """
    items, views, tombstones = contents.items, contents.views, contents.tombstones
    encoders = {space: part.encoder for space, part in contents.spaces.items()}
    before = parent.content_hash if parent else None
    return Manifest(
        snapshot=contents.name,
        parent=contents.parent,
        created=utc_now(),
        pinakes=version("pinakes"),
        counts=Counts(
            items=items.height,
            views=views.height,
            media=views["media"].n_unique(),
            tombstones=0 if tombstones is None else tombstones.height,
            vectors={space: len(part.vectors) for space, part in contents.spaces.items()},
        ),
        id_range=(items["id"][0], items["id"][-1]) if items.height else None,
        schema=dict(contents.schema),
        coverage=coverage(items, contents.schema),
        encoders=encoders,
        gates=contents.gates,
        content_hash=content_hash(items, contents.schema, encoders, tombstones, before),
        files=dict(files),
    )
