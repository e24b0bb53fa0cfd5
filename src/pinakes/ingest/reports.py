"""What an owner is told of a collection: what it holds, what is served, and what is wrong with it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import polars as pl

from pinakes.catalog.database import Database, open_to_read
from pinakes.catalog.items import content_hashes, count_items, count_pictures
from pinakes.catalog.quarantine import count_reasons, read_entries
from pinakes.catalog.runs import list_runs
from pinakes.errors import not_published
from pinakes.ingest.encoders import missing_encoders
from pinakes.ingest.outcome import Diagnosis, Status
from pinakes.ingest.remote import addresses_note
from pinakes.ingest.report import AddReport
from pinakes.ingest.spaces import unbound_notes
from pinakes.ingest.variants import Variants, find_variants
from pinakes.ingest.wordless import wordless_note
from pinakes.settings import Settings
from pinakes.snapshots.blocks import read_blocks
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.reader import open_snapshot
from pinakes.snapshots.release import Release
from pinakes.snapshots.segments import SegmentRows, join_rows, living
from pinakes.snapshots.verify import verify_release

RUNS = 5
"""How many of the last runs are told."""


def read_status(paths: CollectionPaths, settings: Settings, release: Release | None) -> Status:
    """Say what a collection holds and what is served.

    Args:
        release: that is served, or None before the first publication.

    Raises:
        StorageError: the catalogue cannot be read.
        IntegrityError: a manifest is damaged.
    """
    missing = missing_encoders(settings)
    if not paths.catalog_db.exists():
        return Status(settings.name, settings.synthetic, 0, 0, 0, None, (), 0, 0, {}, (), missing)
    snapshots = tuple(pin.name for pin in release.snapshots) if release else ()
    with _catalog(paths) as database, database.read() as connection:
        views, media = count_pictures(connection)
        return Status(
            name=settings.name,
            synthetic=settings.synthetic,
            items=count_items(connection),
            views=views,
            media=media,
            release=release.id if release else None,
            snapshots=snapshots,
            deltas=max(0, len(snapshots) - 1),
            blocked=len(read_blocks(paths).ids),
            quarantine=dict(count_reasons(connection)),
            runs=tuple(list_runs(connection, RUNS)),
            missing=missing,
            notes=release_notes(paths, release) if release else (),
        )


def unknown_ids(paths: CollectionPaths, ids: Sequence[str]) -> tuple[str, ...]:
    """Return those of some ids that no item of the catalogue has.

    Raises:
        StorageError: the catalogue cannot be read.
    """
    if not paths.catalog_db.exists():
        return tuple(ids)
    with _catalog(paths) as database, database.read() as connection:
        known = content_hashes(connection, list(ids))
    return tuple(item for item in ids if item not in known)


def diagnose(paths: CollectionPaths, settings: Settings, release: Release | None) -> Diagnosis:
    """Look for silent trouble: damaged files, spellings of one value, what is in quarantine.

    Raises:
        UsageError: nothing was ever read into the collection.
        StorageError: the catalogue cannot be read.
    """
    if release is None and not paths.catalog_db.exists():
        raise not_published(paths.root)
    problems: tuple[str, ...] = ()
    variants: tuple[Variants, ...] = ()
    if release is not None:
        problems = verify_release(paths, release).problems
    if release is not None and not problems:
        segments = [SegmentRows.of(open_snapshot(paths, pin.name)) for pin in release.snapshots]
        items, _, _ = join_rows(segments)
        variants = find_variants(items.filter(pl.Series(living(segments))), settings.attribute_types)
    with _catalog(paths) as database, database.read() as connection:
        return Diagnosis(problems, variants, tuple(read_entries(connection)))


def index_notes(
    paths: CollectionPaths, settings: Settings, added: AddReport, before: Release | None, release: Release
) -> tuple[str, ...]:
    """Return what the owner should know when a collection was brought up to its source.

    Args:
        paths: of the collection.
        settings: by which it was done.
        added: what came of the source.
        before: what was served until then.
        release: what is served now.

    Raises:
        IntegrityError: a manifest is damaged.
    """
    return (
        *wordless_note(settings, paths.root),
        *addresses_note(settings, added),
        *_lost_spaces(settings, before),
        *release_notes(paths, release),
    )


def _lost_spaces(settings: Settings, before: Release | None) -> Iterator[str]:
    """Say which spaces are gone: whoever names one in ``pinakes.toml`` may not know that he names all."""
    for name, space in (before.settings["spaces"] if before else {}).items():
        if name not in settings.spaces:
            yield (
                f"the space {name!r} is gone, for pinakes.toml names others and not this one; "
                f"to have it again: [spaces.{name}] encoder = {space['encoder']!r}"
            )


def release_notes(paths: CollectionPaths, release: Release) -> tuple[str, ...]:
    """Return what the owner should know of the spaces of a release.

    Raises:
        IntegrityError: a manifest is damaged.
    """
    encoders = open_snapshot(paths, release.snapshots[0].name).manifest.encoders
    return unbound_notes({name: record.measured for name, record in encoders.items()})


@contextmanager
def _catalog(paths: CollectionPaths) -> Iterator[Database]:
    database = open_to_read(paths.catalog_db)
    try:
        yield database
    finally:
        database.close()
