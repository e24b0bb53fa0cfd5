"""Verifying: every byte against its hash, and everything the manifest says against the files."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pinakes.errors import IntegrityError, PinakesError
from pinakes.kernels.hashing import sha256_file
from pinakes.snapshots.contents import SnapshotContents, SpaceContents, problems
from pinakes.snapshots.layout import CollectionPaths, SnapshotPaths
from pinakes.snapshots.manifest import FileRecord, Manifest, read_manifest
from pinakes.snapshots.norms import NORM_TOLERANCE, row_norms
from pinakes.snapshots.reader import Snapshot, check_size, open_snapshot
from pinakes.snapshots.release import Release, check_release
from pinakes.snapshots.writer import describe

DERIVED = ("counts", "id_range", "coverage", "content_hash")
"""What a manifest says that can be computed again from the files."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found.

    Attributes:
        checked: the snapshots that were looked at.
        files: number of files that were hashed.
        bytes: their size.
        problems: one line for each thing that is wrong, naming the file; empty where all is well.
    """

    checked: tuple[str, ...]
    files: int
    bytes: int
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify_snapshot(paths: CollectionPaths, name: str) -> Report:
    """Check every byte of a snapshot and everything that its manifest says.

    Args:
        paths: of the collection.
        name: of the snapshot.

    Returns:
        A report; what is wrong is in it and is not raised.

    Raises:
        UsageError: the name cannot be that of a snapshot.
    """
    files = paths.snapshot(name)
    try:
        manifest = read_manifest(files.manifest)
    except IntegrityError as error:
        return Report((name,), 0, 0, (str(error),))
    damage = (*_byte_problems(files.folder, manifest), *_extra_files(files, manifest))
    # Tables are only read once their bytes are known to be those that were written.
    found = damage or tuple(_content_problems(paths, name))
    size = sum(record.bytes for record in manifest.files.values())
    return Report((name,), len(manifest.files), size, found)


def verify_release(paths: CollectionPaths, release: Release) -> Report:
    """Check every snapshot of a release, that it is the one named, and that it follows the one before.

    Returns:
        A report; what is wrong is in it and is not raised.
    """
    reports = [verify_snapshot(paths, pin.name) for pin in release.snapshots]
    found = [line for report in reports for line in report.problems]
    try:
        check_release(paths, release)
    except PinakesError as error:
        found.append(str(error))
    return Report(
        tuple(pin.name for pin in release.snapshots),
        sum(report.files for report in reports),
        sum(report.bytes for report in reports),
        tuple(dict.fromkeys(found)),
    )


def _byte_problems(folder: Path, manifest: Manifest) -> Iterator[str]:
    for relative, record in manifest.files.items():
        try:
            _check_bytes(folder / relative, record)
        except IntegrityError as error:
            yield str(error)


def _check_bytes(path: Path, record: FileRecord) -> None:
    check_size(path, record)
    try:
        found = sha256_file(path)
    except OSError as error:
        raise IntegrityError(path, f"cannot be read: {error.strerror}") from None
    if found != record.sha256:
        raise IntegrityError(path, "its bytes are not those that were written (SHA-256 differs)")


def _extra_files(files: SnapshotPaths, manifest: Manifest) -> Iterator[str]:
    known = {files.manifest, *(files.folder / relative for relative in manifest.files)}
    for path in sorted(files.folder.rglob("*")):
        if path not in known and (path.is_symlink() or not path.is_dir()):
            yield f"{path}: the manifest does not know this file"


def _content_problems(paths: CollectionPaths, name: str) -> Iterator[str]:
    try:
        snapshot = open_snapshot(paths, name)
        contents = _contents(snapshot)
        found = tuple(problems(contents))
        yield from (f"{snapshot.files.folder}: {line}" for line in found)
        if not found:
            yield from _manifest_problems(paths, snapshot, contents)
    except IntegrityError as error:
        yield str(error)


def _contents(snapshot: Snapshot) -> SnapshotContents:
    manifest = snapshot.manifest
    return SnapshotContents(
        name=snapshot.name,
        parent=manifest.parent,
        items=snapshot.items,
        views=snapshot.views,
        spaces={
            space: SpaceContents(snapshot.vectors(space), snapshot.rows(space), encoder)
            for space, encoder in manifest.encoders.items()
        },
        schema=manifest.schema,
        tombstones=snapshot.tombstones,
        gates=manifest.gates,
    )


def _manifest_problems(
    paths: CollectionPaths, snapshot: Snapshot, contents: SnapshotContents
) -> Iterator[str]:
    stated, path = snapshot.manifest, snapshot.files.manifest
    parent = read_manifest(paths.snapshot(stated.parent).manifest) if stated.parent else None
    found = describe(contents, parent, stated.files)
    for key in DERIVED:
        if getattr(found, key) != getattr(stated, key):
            yield f"{path}: says {key} {getattr(stated, key)!r}, the files say {getattr(found, key)!r}"
    for space, part in contents.spaces.items():
        beyond = int(np.count_nonzero(~(np.abs(row_norms(part.vectors) - 1.0) <= NORM_TOLERANCE)))
        if beyond:
            yield f"{snapshot.files.vectors(space)}: {beyond} vectors have no unit length, or are not finite"
