"""The owner's side of a collection: everything that writes, and reports on what was written."""

import math
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.catalog.database import Database
from pinakes.catalog.lease import PATIENCE, writer_lease
from pinakes.encoders.cache.base import FeatureCache
from pinakes.errors import GateError, UnknownNameError, not_published
from pinakes.indexes.stored import IndexRecord
from pinakes.ingest import drain
from pinakes.ingest.add import add_records, demand_items, upsert_records
from pinakes.ingest.changes import MAX_SHARE
from pinakes.ingest.compaction import compact
from pinakes.ingest.delete import delete_items, taken_back
from pinakes.ingest.duplicates.search import DuplicateSearch
from pinakes.ingest.freeze import FreezeReport
from pinakes.ingest.indexing.build import tune_snapshot
from pinakes.ingest.indexing.queries import GIVEN, Queries
from pinakes.ingest.indexing.tune import GATE, Tuning
from pinakes.ingest.outcome import Deleted, Diagnosis, IndexReport, Status
from pinakes.ingest.pipeline import Ingest
from pinakes.ingest.progress import Report, silent
from pinakes.ingest.pruning import prune_pictures
from pinakes.ingest.remote import fetching, open_remote
from pinakes.ingest.reports import diagnose, index_notes, read_status
from pinakes.ingest.rules import EntryRules
from pinakes.ingest.trial import SAMPLE_GATE, Trial
from pinakes.ingest.workshop import (
    make_freezer,
    picture_encoders,
    picture_files,
    point_ref,
    publish_frozen,
    served_release,
    writing,
)
from pinakes.kernels.clock import utc_now
from pinakes.kernels.similarity import unit_rows
from pinakes.kernels.threads import one_matrix_thread
from pinakes.media.originals import Originals
from pinakes.settings import Settings, load_settings, parse_settings, save_settings
from pinakes.snapshots import backup as backups
from pinakes.snapshots import blocks, leases, refs, verify
from pinakes.snapshots.layout import LIVE, CollectionPaths, SnapshotName, check_collection, list_snapshots
from pinakes.snapshots.manifest import read_manifest
from pinakes.snapshots.release import Release, with_parents
from pinakes.sources.frame import as_table
from pinakes.sources.open import open_source
from pinakes.synonyms import split_settings


@dataclass(frozen=True, slots=True)
class Collection:
    """A folder that holds ``pinakes.toml``, for its owner; `pinakes.open` is for those who search.

    Every verb that writes holds the writer lock. Where another process holds it, the verb waits a few seconds
    and then raises `LockedError`.

    Attributes:
        folder: the collection's folder.
    """

    folder: str | Path
    progress: Report = field(default=silent, compare=False)

    @property
    def paths(self) -> CollectionPaths:
        """Where everything lies."""
        return CollectionPaths(Path(self.folder).expanduser().absolute())

    @property
    def settings(self) -> Settings:
        """``pinakes.toml``, read anew.

        Raises:
            SettingsError: the folder is not a collection, or the file is wrong.
        """
        return load_settings(self.paths.root)

    def sync(self, *, prune: bool = False, waive: tuple[str, ...] = (), refetch: bool = False) -> IndexReport:
        """Bring catalogue, snapshot and release up to the source.

        Args:
            prune: delete items that the source no longer has.
            waive: gates that may fail; recorded by name.
            refetch: where pictures are fetched, also those that were fetched or refused before.

        Raises:
            SourceError: the source cannot be read, or everything in it was refused.
            GateError: a gate failed; the release that was served still is.
            StorageError: the disk refused.
        """
        begun = time.monotonic()
        settings = self.settings
        with writing(self.paths, settings, "index") as (database, cache):
            before = served_release(self.paths)
            source = open_source(settings, self.paths.root)
            ingest = self._ingest(settings, database, cache, refetch=refetch)
            trial = Trial(self.paths.root, settings, cache, self.progress)
            expected, tried = trial.run(source, waived=SAMPLE_GATE in waive)
            added = add_records(replace(ingest, expected=expected), source, prune=prune, verb="index")
            demand_items(database, added)
            waive = tuple(name for name in waive if name != SAMPLE_GATE)
            frozen = self._freeze(settings, database, cache, waive=waive)
            release = publish_frozen(self.paths, settings, database, frozen, "index", report=self.progress)
        return IndexReport(
            folder=self.paths.root,
            release=release.id,
            add=added,
            freeze=frozen,
            notes=(*tried, *index_notes(self.paths, settings, added, before, release)),
            seconds=time.monotonic() - begun,
        )

    def add(self, source: object, *, fetch: bool = False) -> IndexReport:
        """Add or replace items from another table with the same columns, and publish a release with them.

        Args:
            source: path of the table, or a data frame; see `pinakes.index`.
            fetch: fetch its pictures this time, whether or not ``pinakes.toml`` says so.

        Raises:
            SourceError: the table cannot be read.
            GateError: a gate failed; all that the table brought is taken back.
        """
        begun = time.monotonic()
        settings = fetching(self.settings) if fetch else self.settings
        with (
            writing(self.paths, self.settings, "add") as (database, cache),
            as_table(source, self.paths.root) as table,
        ):
            at = settings.source.model_copy(update={"path": str(table)})
            records = open_source(settings.model_copy(update={"source": at}), self.paths.root).records()
            ingest = self._ingest(settings, database, cache)
            with taken_back(database):
                added = upsert_records(ingest, map(self.entry_rules(settings).check, records))
                frozen = self._freeze(settings, database, cache)
            release = publish_frozen(self.paths, settings, database, frozen, "add", report=self.progress)
        return IndexReport(self.paths.root, release.id, added, frozen, (), time.monotonic() - begun)

    def delete(self, ids: Sequence[str], reason: str = "deleted") -> Deleted:
        """Delete items and publish a release without them; ids that are not there are passed over."""
        settings = self.settings
        with writing(self.paths, settings, "delete") as (database, cache):
            with taken_back(database):
                deleted = delete_items(database, ids, reason)
                frozen = self._freeze(settings, database, cache)
            release = publish_frozen(self.paths, settings, database, frozen, "delete", report=self.progress)
        return Deleted(tuple(deleted), release.id)

    def drain(self, catalog: Database | None = None) -> drain.Made:
        """Make the changes that wait in the inbox, and publish a release with them.

        They become a delta however large: whoever waits for a change does not wait for a new base as well.

        Args:
            catalog: the catalogue, where the caller keeps it open: a third of a small drain went into
                opening it and compiling its statements again.

        Raises:
            GateError: a gate failed; the changes are refused and taken back, and the release that was served
                still is.
        """
        settings = self.settings
        with writing(self.paths, settings, "drain", catalog, patience=0.0) as (database, cache):
            changes = drain.claim(database, f"{os.getpid()} at {utc_now()}")
            if not changes:
                return drain.Made()
            made = drain.make_changes(
                self._ingest(settings, database, cache), self.entry_rules(settings), changes
            )
            try:
                with taken_back(database):
                    frozen = self._freeze(settings, database, cache, max_share=math.inf)
                publish_frozen(self.paths, settings, database, frozen, "write", report=self.progress)
            except GateError as error:
                drain.settle(database, replace(made, refused={change.id: str(error) for change in changes}))
                raise
            drain.settle(database, made)
        return made

    @property
    def delta_rows(self) -> tuple[int, int]:
        """How many items and tombstones the deltas of the release hold, and how many items the base."""
        release = served_release(self.paths)
        counts = [
            read_manifest(self.paths.snapshot(pin.name).manifest).counts
            for pin in (release.snapshots if release else ())
        ]
        return sum(c.items + c.tombstones for c in counts[1:]), sum(c.items for c in counts[:1])

    def freeze(self, *, waive: tuple[str, ...] = ()) -> FreezeReport:
        """Write what changed as a snapshot, without publishing it.

        Args:
            waive: gates that may fail; recorded by name.

        Raises:
            GateError: a gate failed.
        """
        settings = self.settings
        with writing(self.paths, settings, "freeze") as (database, cache):
            return self._freeze(settings, database, cache, waive=waive)

    def compact(self, *, waive: tuple[str, ...] = ()) -> FreezeReport:
        """Write base and deltas together as one new base, with the encoders of the old one, and publish it.

        Others may write meanwhile: the writer lock is held at the beginning and at the end alone, and what
        was changed in between is published with the base, as a delta.

        Raises:
            GateError: a gate failed; the release that was served still is.
        """
        return compact(self.paths, waive, self.progress)

    def tune(
        self,
        *,
        families: Sequence[str] | None = None,
        space: str | None = None,
        gate: float = GATE,
        queries: NDArray[np.floating] | None = None,
    ) -> Mapping[str, IndexRecord]:
        """Build every index over the vectors of the served base, measure them, and keep the best.

        Deltas are small and searched exactly. Engines that are open take over what was
        kept within a second.

        Args:
            families: what to try, such as ``int8`` and ``pq:2``; ``exact`` always is. When None all that
                suit the number of rows, those of plugins too.
            space: one space; all when None.
            gate: recall@10 and @100 that an approximate index must reach, 0 to 1.
            queries: real query vectors, shape (n, dim); made from the collection's own when None.

        Returns:
            What was measured and kept, by space.

        Raises:
            UsageError: nothing is published yet, or the queries do not fit.
            UnknownNameError: no such space or family.
        """
        with self._lease("tune"), one_matrix_thread():
            release = served_release(self.paths)
            if release is None:
                raise not_published(self.folder)
            given = None if queries is None else Queries({"given": unit_rows(queries)}, GIVEN)
            tuning = Tuning(families, gate, queries=given)
            return tune_snapshot(self.paths, release.snapshots[0].name, tuning, space, self.progress)

    def publish(self, snapshot: str, ref: str = LIVE) -> Release:
        """Point a ref at a snapshot with the base and the deltas that it follows.

        Raises:
            UsageError: not the name of a snapshot.
            UnknownNameError: there is none of this name.
            IntegrityError: a snapshot is damaged.
        """
        name = SnapshotName.parse(snapshot)
        if name not in (known := list_snapshots(self.paths)):
            raise UnknownNameError("snapshot", snapshot, map(str, known))
        with self._lease("publish"):
            chain = with_parents(self.paths, snapshot)
            return point_ref(self.paths, self.settings, chain, ref, f"publish {snapshot}")

    def rollback(self, to: str | None = None, ref: str = LIVE) -> Release:
        """Point a ref at an earlier release; ``pinakes.toml`` names its encoders again where they differ.

        Args:
            to: id of the release; the one before the present when None.
            ref: name of the ref.

        Raises:
            UsageError: there is no earlier release.
            UnknownNameError: no such ref, or no such release in its history.
        """
        self._refuse_unpublished()
        with self._lease("rollback"):
            settings = self.settings
            release = refs.rollback(self.paths, ref, to=to)
            spaces = parse_settings(split_settings(release.settings)[0]).spaces
            if ref == LIVE and spaces != settings.spaces:
                # What is served decides: the next `index` must not repeat a migration that was undone.
                save_settings(self.paths.root, settings.model_copy(update={"spaces": spaces}))
            return release

    def verify(self, ref: str = LIVE) -> verify.Report:
        """Hash and check every file of a release again.

        Raises:
            UsageError: nothing is published yet.
            UnknownNameError: there is no such ref.
        """
        self._refuse_unpublished()
        return verify.verify_release(self.paths, refs.read_release(self.paths, ref))

    def block(self, ids: Sequence[str], reason: str) -> frozenset[str]:
        """Take items down from every release at once, and return all ids that are blocked now."""
        check_collection(self.paths)  # and no more: a takedown works while the settings are being edited
        return blocks.block(self.paths, ids, reason).ids

    def unblock(self, ids: Sequence[str], reason: str = "") -> frozenset[str]:
        """Let blocked items be shown again, and return all ids that are still blocked."""
        check_collection(self.paths)
        return blocks.unblock(self.paths, ids, reason).ids

    def prune(self, keep: int = leases.KEEP) -> leases.PruneReport:
        """Remove snapshots that no kept release names and nobody reads, and pictures that nothing shows.

        The pictures of a source stay; originals that were fetched or sent, and thumbnails, are removed.
        """
        with writing(self.paths, self.settings, "prune") as (database, _):
            pruned = leases.prune(self.paths, keep)
            pictures = prune_pictures(self.paths, database)
        return replace(pruned, pictures=pictures.files, bytes=pruned.bytes + pictures.bytes)

    def backup(self, file: str | Path) -> backups.BackupReport:
        """Write settings, catalogue, served releases, models, receipts and kept pictures to one tar file."""
        with self._lease("backup"):
            return backups.backup(self.paths, Path(file))

    def status(self) -> Status:
        """Say what the collection holds and what is served."""
        return read_status(self.paths, self.settings, served_release(self.paths))

    def doctor(self) -> Diagnosis:
        """Look for silent trouble: damaged files, spellings of one value, what is in quarantine."""
        return diagnose(self.paths, self.settings, served_release(self.paths))

    def entry_rules(self, settings: Settings) -> EntryRules:
        """Return what items must be that come one by one."""
        release = served_release(self.paths)
        base = self.paths.snapshot(release.snapshots[0].name).manifest if release else None
        return EntryRules.of(settings, read_manifest(base) if base else None)

    def find_duplicates(self) -> int:
        """Compare the pictures that may be near-duplicates, and store what comes of it beside the release.

        `Engine.duplicates` and ``search(collapse="near")`` know it from then on. What was compared before is
        not compared again.

        Returns:
            How many comparisons are stored; 0 where there was nothing new to look at.

        Raises:
            UnknownNameError: nothing is published yet.
            IntegrityError: the release is damaged.
            StorageError: the disk refused.
        """
        release = refs.read_release(self.paths, LIVE)
        files = picture_files(self.paths, self.settings)
        return DuplicateSearch(self.paths, release, files, self.progress).run()

    def _refuse_unpublished(self) -> None:
        check_collection(self.paths)
        if not refs.list_refs(self.paths):
            raise not_published(self.folder)

    def _ingest(
        self, settings: Settings, database: Database, cache: FeatureCache, *, refetch: bool = False
    ) -> Ingest:
        remote = open_remote(settings.source.fetch, Originals(self.paths.media), os.environ, again=refetch)
        return Ingest(database, settings, picture_encoders(settings), cache, remote, self.progress)

    def _freeze(
        self,
        settings: Settings,
        database: Database,
        cache: FeatureCache,
        *,
        waive: tuple[str, ...] = (),
        max_share: float = MAX_SHARE,
    ) -> FreezeReport:
        freezer = make_freezer(
            self.paths,
            settings,
            (database, cache),
            self.progress,
            release=served_release(self.paths),
            max_share=max_share,
        )
        return freezer.freeze(waive=(*settings.gates.waive, *waive))

    @contextmanager
    def _lease(self, verb: str) -> Iterator[None]:
        check_collection(self.paths)
        with writer_lease(self.paths.writer_lock, verb, PATIENCE):
            yield
