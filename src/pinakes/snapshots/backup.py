"""Backups: one uncompressed tar with everything that cannot be built again, and a list of hashes."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import stat
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import IO

from pinakes.errors import FormatVersionError, IntegrityError, SourceError, UsageError
from pinakes.kernels.clock import utc_now
from pinakes.kernels.hashing import digest
from pinakes.media.originals import Originals
from pinakes.snapshots.durable import exclusive, flush, flush_tree, move, remove, storage_errors
from pinakes.snapshots.layout import TEMPORARY, CollectionPaths, check_collection
from pinakes.snapshots.leases import hold_leases
from pinakes.snapshots.live import newest_live_file
from pinakes.snapshots.manifest import FileRecord
from pinakes.snapshots.refs import list_refs, read_release
from pinakes.snapshots.release import check_release

LIST = "backup.json"
"""The last member of a backup: format, time, and the hash of every other member."""

FORMAT = 1
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What was backed up or restored.

    Attributes:
        snapshots: names.
        files: number of files.
        bytes: their size.
    """

    snapshots: tuple[str, ...]
    files: int
    bytes: int


def backup(paths: CollectionPaths, file: Path) -> BackupReport:
    """Write a backup: settings, refs, their snapshots, models, live attributes, blocks, catalogue, receipts.

    With them go the pictures that were sent or fetched, of which there may be no other copy. Readers and a
    writer may go on meanwhile. Left out are pictures of a source, which are the owner's,
    thumbnails, indexes and features, which are built again, and feedback, which no answer depends on.

    Args:
        paths: of the collection.
        file: the tar to write; it appears when it is complete, in the place of one that was there.

    Raises:
        SettingsError: there is no collection.
        UnknownNameError: a snapshot that a ref names is not there.
        IntegrityError: a ref, the catalogue, or a snapshot that a ref names, is damaged.
        StorageError: the disk refused; no file is left.
    """
    check_collection(paths)
    temporary = file.with_name(f"{TEMPORARY}{os.getpid()}-{file.name}")
    with storage_errors(f"write backup {file}"), ExitStack() as stack:
        staged = stack.enter_context(tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=file.parent))
        stack.callback(remove, temporary)
        stage = CollectionPaths(Path(staged))
        _copy_what_changes(paths, stage)
        releases = [read_release(stage, name) for name in list_refs(stage)]
        snapshots = sorted({pin.name for release in releases for pin in release.snapshots})
        stack.enter_context(hold_leases(paths, *snapshots))
        for release in releases:
            check_release(paths, release)
        folders = [paths.models, *(paths.snapshot(name).folder for name in snapshots)]
        members = _members(stage.root, stage.root) | _members(paths.root, *folders)
        # After the catalogue was copied: a picture is kept before the change that brings it.
        originals = Originals(paths.media).files()
        members |= {path.relative_to(paths.root).as_posix(): path for path in originals}
        records = _pack(temporary, members)
        flush(temporary)
        move(temporary, file)
    return _report(records)


def restore(file: Path, into: Path) -> BackupReport:
    """Make a collection out of a backup; it appears when every hash has been checked, or not at all.

    Args:
        file: what `backup` wrote.
        into: folder to restore into; must be absent or empty.

    Raises:
        SourceError: the file cannot be read.
        UsageError: ``into`` is not empty.
        IntegrityError: the backup is damaged, cut short or edited, or names a file outside the folder.
        FormatVersionError: it was written by a newer Pinakes.
        StorageError: the disk refused; nothing is left.
    """
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise UsageError(f"{into} is not an empty folder; a backup is restored into an empty or a new one")
    try:
        stream = file.open("rb")
    except OSError as error:
        raise SourceError(f"cannot read backup {file}: {error.strerror}") from None
    target = into.absolute()
    temporary = target.with_name(f"{TEMPORARY}{os.getpid()}-{target.name}")
    with stream, storage_errors(f"restore into {into}"), ExitStack() as stack:
        temporary.mkdir(parents=True)
        stack.callback(remove, temporary)
        try:
            records = _unpack(stream, file, temporary)
        except tarfile.TarError as error:
            raise IntegrityError(file, f"is not an uncompressed tar, or was cut short ({error})") from None
        flush_tree(temporary)
        move(temporary, target)
    return _report(records)


def _copy_what_changes(paths: CollectionPaths, stage: CollectionPaths) -> None:
    """Copy what others may replace meanwhile; refs as of one moment."""
    with exclusive(paths.refs):
        owned = [paths.settings, paths.synonyms, paths.blocks, newest_live_file(paths)]
        changing = [*owned, *map(paths.ref, list_refs(paths))]
        for path in changing:
            if path is not None and path.is_file():
                copy = stage.root / path.relative_to(paths.root)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, copy)
    if paths.receipts.is_dir():
        with exclusive(paths.receipts):
            shutil.copytree(paths.receipts, stage.receipts)
    if paths.catalog_db.is_file():
        _copy_database(paths.catalog_db, stage.catalog_db)


def _copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite database as of one moment, also while it is written to."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
    except sqlite3.DatabaseError as error:
        raise IntegrityError(source, f"cannot be copied: {error}") from None


def _members(root: Path, *folders: Path) -> dict[str, Path]:
    """Return all complete files in ``folders``, by path in the collection."""
    names = ((path.relative_to(root), path) for folder in folders for path in sorted(folder.rglob("*")))
    return {
        name.as_posix(): path
        for name, path in names
        if path.is_file() and not any(part.startswith(TEMPORARY) for part in name.parts)
    }


def _pack(target: Path, members: Mapping[str, Path]) -> dict[str, FileRecord]:
    """Write the tar, and return what was written by name."""
    records: dict[str, FileRecord] = {}
    with tarfile.open(target, "x:", format=tarfile.PAX_FORMAT) as archive:
        for name, path in members.items():
            with path.open("rb") as stream:
                status = os.fstat(stream.fileno())
                # Neither owner nor group: who made a backup is nobody's business where it is restored.
                info = tarfile.TarInfo(name)
                info.size, info.mtime = status.st_size, int(status.st_mtime)
                info.mode = stat.S_IMODE(status.st_mode) & 0o644
                hashing = _HashingReader(stream)
                archive.addfile(info, hashing)
            records[name] = FileRecord(hashing.hash.hexdigest(), status.st_size)
        content = {
            "format": FORMAT,
            "created": utc_now(),
            "pinakes": version("pinakes"),
            "files": {name: asdict(record) for name, record in records.items()},
        }
        data = json.dumps({**content, "digest": digest(content)}, indent=1, ensure_ascii=False).encode()
        info = tarfile.TarInfo(LIST)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return records


def _unpack(stream: IO[bytes], file: Path, folder: Path) -> dict[str, FileRecord]:
    """Unpack into ``folder`` and check every hash."""
    records: dict[str, FileRecord] = {}
    stated: dict[str, FileRecord] | None = None
    with tarfile.open(fileobj=stream, mode="r:") as archive:
        for member, content in _regular_files(archive, file):
            if stated is not None or member.name in records:
                raise IntegrityError(file, f"holds {member.name!r} twice, or after its list of hashes")
            if member.name == LIST:
                stated = _stated(content.read(), file)
                continue
            records[member.name] = _write(content, folder / _inside(member.name, file), member.mode)
    if stated is None:
        raise IntegrityError(file, f"was cut short: it has no {LIST}")
    for name in sorted(stated.keys() | records.keys()):
        if stated.get(name) != records.get(name):
            raise IntegrityError(file, f"{name!r} is not what was backed up (missing, added, or changed)")
    return records


def _regular_files(archive: tarfile.TarFile, file: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    for member in archive:
        content = archive.extractfile(member) if member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) else None
        if content is None:
            raise IntegrityError(file, f"{member.name!r} is not a regular file; a backup holds nothing else")
        yield member, content


def _inside(name: str, file: Path) -> PurePosixPath:
    """Return a member's path, which must lie in the collection's folder and be written in one way only."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or str(path) != name or "\0" in name:
        raise IntegrityError(file, f"{name!r} lies outside the collection; this is not a backup of Pinakes")
    return path


def _write(content: IO[bytes], target: Path, mode: int) -> FileRecord:
    target.parent.mkdir(parents=True, exist_ok=True)
    hashing = _HashingReader(content)
    with target.open("xb") as copy:
        shutil.copyfileobj(hashing, copy, _BLOCK)
        size = copy.tell()
    target.chmod(0o644 if mode & stat.S_IWUSR else 0o444)
    return FileRecord(hashing.hash.hexdigest(), size)


def _stated(data: bytes, file: Path) -> dict[str, FileRecord]:
    """Read the list of hashes."""
    try:
        content = json.loads(data)
        stated, found = content.pop("digest"), int(content["format"])
        if found > FORMAT:
            raise FormatVersionError(file, f"has format {found}, this Pinakes reads up to {FORMAT}")
        if stated != digest(content):
            raise IntegrityError(file, f"{LIST} was edited by hand, or damaged")
        return {name: FileRecord(**record) for name, record in content["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityError(file, f"{LIST} is not a list of hashes ({error!r})") from None


def _report(records: Mapping[str, FileRecord]) -> BackupReport:
    snapshots = {PurePosixPath(name).parts[2] for name in records if name.startswith(".pinakes/snapshots/")}
    return BackupReport(tuple(sorted(snapshots)), len(records), sum(r.bytes for r in records.values()))


class _HashingReader:
    """A stream that hashes what is read from it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.hash = stream, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(size)
        self.hash.update(data)
        return data
