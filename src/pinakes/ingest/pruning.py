"""Pruning pictures: originals and thumbnails that nothing refers to any more."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from pinakes.catalog.database import Database
from pinakes.catalog.files import known_digests
from pinakes.catalog.inbox import open_payloads
from pinakes.catalog.media import stream_pictures
from pinakes.ingest.inbox import UPLOADED
from pinakes.snapshots.durable import storage_errors
from pinakes.snapshots.layout import CollectionPaths, list_snapshots
from pinakes.snapshots.reader import open_snapshot

GRACE = 3_600.0
"""Seconds for which a picture stays, whatever refers to it: it is kept before the change that brings it."""


@dataclass(frozen=True, slots=True)
class PrunedPictures:
    """What was removed: number of files, and their bytes."""

    files: int
    bytes: int


def prune_pictures(paths: CollectionPaths, database: Database, now: float | None = None) -> PrunedPictures:
    """Remove the originals and thumbnails of pictures that no snapshot and no item of the catalogue shows.

    The caller holds the writer lock, and has pruned the snapshots.

    Args:
        paths: of the collection.
        database: the catalogue.
        now: seconds since 1970; the present when None.

    Raises:
        IntegrityError: a snapshot is damaged; nothing is removed.
        StorageError: the disk refused.
    """
    wanted = set(_released(paths))
    with database.read() as connection:
        wanted.update(_catalogued(connection))
    before = (time.time() if now is None else now) - GRACE
    files = size = 0
    with storage_errors("prune pictures"):
        for path in sorted(paths.media.glob("??/*")):
            found = path.stat()
            if path.name.lstrip(".").partition(".")[0].partition("-")[0] in wanted or found.st_mtime > before:
                continue
            path.unlink()
            files, size = files + 1, size + found.st_size
    return PrunedPictures(files, size)


def _released(paths: CollectionPaths) -> Iterator[str]:
    for name in list_snapshots(paths):
        yield from open_snapshot(paths, str(name)).views["media"].unique()


def _catalogued(connection: sa.Connection) -> Iterator[str]:
    """Yield the pictures of items, those that were fetched, and those that wait in the inbox."""
    yield from (digest for digest, _ in stream_pictures(connection))
    yield from known_digests(connection)
    for payload in open_payloads(connection):
        for picture in payload.get("pictures", ()):
            yield picture["uri"].removeprefix(UPLOADED)
