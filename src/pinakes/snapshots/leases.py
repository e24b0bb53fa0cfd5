"""Leases: readers hold a lock on a snapshot, and what nobody needs or reads is pruned.

The lock is flock(2): the kernel releases it however the holder ends.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pinakes.errors import UnknownNameError, UsageError
from pinakes.snapshots.durable import in_work, move, remove, remove_leftovers, storage_errors
from pinakes.snapshots.layout import TEMPORARY, CollectionPaths, list_leases, list_snapshots
from pinakes.snapshots.refs import list_refs, read_ref

KEEP = 3
"""How many releases of a ref prune keeps: the present one and those it can be rolled back to."""


@dataclass(frozen=True, slots=True)
class PruneReport:
    """What pruning did.

    Attributes:
        removed: snapshots that are gone.
        held: snapshots that nobody names but somebody reads; they stay until the next time.
        kept: snapshots that a kept release names.
        bytes: size of what was removed.
        pictures: originals and thumbnails that went with them, as nothing shows them any more.
    """

    removed: tuple[str, ...]
    held: tuple[str, ...]
    kept: tuple[str, ...]
    bytes: int
    pictures: int = 0


@contextmanager
def hold_leases(paths: CollectionPaths, *snapshots: str) -> Iterator[None]:
    """Keep snapshots from being pruned while the body runs. Any number of readers may hold one.

    A reader that may not write into the collection, and finds no lease file, goes without: what it has opened
    or mapped stays readable after a prune, as POSIX keeps the bytes of an unlinked file.

    Raises:
        UnknownNameError: there is no such snapshot; it may have been pruned.
        StorageError: the lease cannot be taken.
    """
    with ExitStack() as held:
        for name in snapshots:
            with storage_errors(f"take the lease of {name}"):
                descriptor = _open_lease(paths.lease(name))
                if descriptor is not None:
                    held.callback(os.close, descriptor)
                    fcntl.flock(descriptor, fcntl.LOCK_SH)
            if not paths.snapshot(name).folder.is_dir():
                raise UnknownNameError("snapshot", name, map(str, list_snapshots(paths)))
        yield


@contextmanager
def reserved(paths: CollectionPaths, name: str) -> Iterator[None]:
    """Keep a name, and room to write, for a snapshot that is written while others write, too.

    Until the body ends nobody else gives a snapshot that name, clears its temporary folder away, or prunes
    it. Entered by the one who may write.

    Raises:
        StorageError: the disk refused.
    """
    with ExitStack() as held:
        with storage_errors(f"reserve {name}"):
            descriptor = _make_lease(paths, name)
            held.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            held.enter_context(in_work(paths.unfinished(name).folder))
        yield


def prune(paths: CollectionPaths, keep: int = KEEP) -> PruneReport:
    """Remove snapshots that no kept release of any ref names. The caller holds the writer lock.

    Files are unlinked, never cut short, so that whoever has one mapped reads on. The indexes of a snapshot go
    with it. The lease file of the newest of each base stays, which is enough to give no name again.

    Args:
        paths: of the collection.
        keep: how many releases of each ref's history to keep, newest first, from 1.

    Raises:
        UsageError: ``keep`` is below 1; or there is no ref, and everything would go.
        IntegrityError: a ref is damaged; nothing is removed.
        StorageError: the disk refused.
    """
    wanted = _wanted(paths, keep)
    removed: list[str] = []
    held: list[str] = []
    with storage_errors("prune"):
        remove_leftovers(paths.snapshots)
        size = 0
        for name in map(str, list_snapshots(paths)):
            if name in wanted:
                continue
            freed = _remove_unread(paths, name)
            (held if freed is None else removed).append(name)
            size += freed or 0
        _remove_stray_indexes(paths)
        _remove_old_leases(paths)
    return PruneReport(tuple(removed), tuple(held), tuple(sorted(wanted)), size)


def _wanted(paths: CollectionPaths, keep: int) -> set[str]:
    if keep < 1:
        raise UsageError(f"prune must keep at least one release of each ref, got {keep}")
    refs = list_refs(paths)
    if not refs:
        raise UsageError("there is no ref, so prune would remove every snapshot; publish a release first")
    wanted: set[str] = set()
    for ref in refs:
        releases = {move.release.id: move.release for move in read_ref(paths, ref).history}
        wanted.update(pin.name for release in list(releases.values())[:keep] for pin in release.snapshots)
    return wanted


def _open_lease(path: Path) -> int | None:
    """Open a lease file, making it if need be; None where that is not permitted."""
    try:
        return os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        pass
    try:
        path.parent.mkdir(exist_ok=True)
        return os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return None
        raise


def _make_lease(paths: CollectionPaths, name: str) -> int:
    """Open the lease file of a snapshot, which is made if there is none."""
    lease = paths.lease(name)
    lease.parent.mkdir(parents=True, exist_ok=True)
    return os.open(lease, os.O_RDONLY | os.O_CREAT, 0o644)


def _remove_unread(paths: CollectionPaths, name: str) -> int | None:
    """Remove a snapshot and return its size; None where somebody reads it."""
    descriptor = _make_lease(paths, name)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        folder, doomed = paths.snapshot(name).folder, paths.snapshots / f"{TEMPORARY}pruned-{name}"
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        # Renamed first: a half-removed snapshot must never bear its name.
        move(folder, doomed)
        remove(doomed)
    except BlockingIOError:
        return None
    finally:
        os.close(descriptor)
    return size


def _remove_old_leases(paths: CollectionPaths) -> None:
    """Remove the leases of snapshots that are gone: at two a second the list would grow for ever."""
    existing, leases = set(list_snapshots(paths)), list_leases(paths)
    newest = {name.base: name for name in leases}  # which are sorted
    for name in leases:
        if name not in existing and name != newest[name.base]:
            paths.lease(str(name)).unlink()


def _remove_stray_indexes(paths: CollectionPaths) -> None:
    existing = set(map(str, list_snapshots(paths)))
    for folder in paths.indexes.glob("[!.]*"):
        if folder.name not in existing:
            remove(folder)
