"""Freeze: what the catalogue holds becomes an immutable, gated snapshot."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal

import numpy as np
import polars as pl
import sqlalchemy as sa

from pinakes.catalog.database import Database
from pinakes.catalog.held import release_held
from pinakes.catalog.items import count_items, item_ids, shown_hashes, stream_items
from pinakes.catalog.journal import last_touch, put_mark, read_mark, touched_since
from pinakes.catalog.media import stream_pictures
from pinakes.encoders.base import Family, FittedEncoder
from pinakes.encoders.cache.base import FeatureCache
from pinakes.encoders.families import features_fingerprint
from pinakes.errors import FormatVersionError
from pinakes.indexes.bm25 import (
    Analyzer,
    BM25Index,
    Segment,
    build_postings,
    open_analyzer,
    save_postings,
)
from pinakes.ingest.changes import MAX_SHARE, Changes, choose_kind, find_changes, kept_deltas
from pinakes.ingest.encoders import of_pictures
from pinakes.ingest.gates import Demands, raise_failures, run_gates
from pinakes.ingest.progress import Report, silent
from pinakes.ingest.self_retrieval import SelfRetrieval
from pinakes.ingest.spaces import BuiltSpace, FeatureStore, Material, SpaceBuilder, fit_pictures
from pinakes.ingest.tables import Tables, snapshot_tables
from pinakes.ingest.texts import captions, text_fields
from pinakes.settings import Settings
from pinakes.snapshots.contents import SnapshotContents
from pinakes.snapshots.layout import CollectionPaths, SnapshotName, next_base, next_delta
from pinakes.snapshots.manifest import GateResult, Manifest
from pinakes.snapshots.reader import Snapshot, open_snapshot
from pinakes.snapshots.release import Release
from pinakes.snapshots.segments import released_hashes
from pinakes.snapshots.writer import write_snapshot
from pinakes.types import AttributeType

Kind = Literal["nothing", "delta", "base"]


@dataclass(frozen=True, slots=True)
class FreezeReport:
    """What a freeze wrote.

    Attributes:
        kind: ``base``, ``delta``, or ``nothing`` when nothing changed.
        snapshot: its name, or None.
        snapshots: base and deltas that make a release together, the new one last.
        changed, removed: number of items that are new or differ, and that are gone.
        items, views: in the new snapshot.
        measured: what was measured of each space.
        seconds: wall-clock time.
    """

    kind: Kind
    snapshot: str | None
    snapshots: tuple[str, ...]
    changed: int = 0
    removed: int = 0
    items: int = 0
    views: int = 0
    gates: tuple[GateResult, ...] = ()
    measured: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Freezer:
    """Freezes one collection. The caller holds the writer lock.

    Attributes:
        release: what is served now, or None before the first publication.
        self_retrieval: re-encodes sampled pictures for the gate of that name.
        refit: spaces whose encoders are fitted anew although the base has them.
        max_share: of the base's items that deltas may hold before a new base is written.
    """

    paths: CollectionPaths
    settings: Settings
    database: Database
    cache: FeatureCache
    families: Mapping[str, Family]
    release: Release | None
    self_retrieval: SelfRetrieval
    report: Report = silent
    refit: frozenset[str] = frozenset()
    max_share: float = MAX_SHARE

    def freeze(self, *, waive: tuple[str, ...] = ()) -> FreezeReport:
        """Write a base, a delta, or nothing.

        Args:
            waive: gates that may fail, beside those that the settings waive; recorded in the manifest.

        Raises:
            GateError: a gate failed that was not waived; nothing is written.
            UnknownNameError: a waived gate does not exist.
            StorageError: the disk refused.
        """
        begun = time.monotonic()
        with self.database.read() as connection:
            number = last_touch(connection)
        parents = self._parents()
        changes = self._changes(parents)
        rows = [p.manifest.counts.items + p.manifest.counts.tombstones for p in parents[1:]]
        kind: Kind = choose_kind(
            changes.rows,
            parents[0].manifest.counts.items if parents else None,
            sum(rows),
            same_recipe=bool(parents) and self._same_recipe(parents[0]),
            max_share=self.max_share,
        )
        if self.refit:
            kind = "base"
        if kind == "delta" and (kept := kept_deltas(rows, changes.rows)) < len(rows):
            # A delta on fewer parents takes in what the others held: that is all there is to a merge.
            parents = parents[: 1 + kept]
            changes = self._changes(parents)
            kind = "delta" if changes else "nothing"
        names = tuple(parent.name for parent in parents)
        if kind == "nothing":
            with self.database.write() as connection:
                release_held(connection)
            return FreezeReport(kind, None, names, seconds=time.monotonic() - begun)
        delta = kind == "delta"
        name = next_delta(self.paths, SnapshotName.parse(names[-1])) if delta else next_base(self.paths)
        manifest = self._write(str(name), changes, parents, waive)
        with self.database.write() as connection:
            put_mark(connection, manifest.snapshot, manifest.digest, number)
            release_held(connection)
        return _report(manifest, changes, names, begun)

    def rebase(self, name: str, *, waive: tuple[str, ...] = ()) -> FreezeReport:
        """Write everything as a new base, while others may write: what they change is not held up.

        The base holds at least what the catalogue held when this began. What was changed since is in the
        journal, so that the next freeze on this base writes it as a delta.

        Args:
            name: of the base, which the caller has reserved.
            waive: see `freeze`.

        Raises:
            GateError, UnknownNameError, StorageError: see `freeze`.
        """
        begun = time.monotonic()
        with self.database.read() as connection:
            number = last_touch(connection)
        parents = self._parents()
        changes = self._changes(parents)
        manifest = self._write(name, changes, parents, waive)
        with self.database.write() as connection:
            put_mark(connection, manifest.snapshot, manifest.digest, number)
        return _report(manifest, changes, (), begun)

    def _write(
        self, name: str, changes: Changes, parents: list[Snapshot], waive: tuple[str, ...]
    ) -> Manifest:
        """Write a snapshot, if its gates let it pass."""
        contents = self._contents(name, changes, parents, waive)
        raise_failures(contents.gates)
        self.report("writing", 0, 1)
        manifest = write_snapshot(self.paths, contents)
        self.report("writing", 1, 1)
        return manifest

    @property
    def _schema(self) -> dict[str, AttributeType]:
        """The attributes that are frozen: all but the live ones."""
        live = self.settings.live.fields
        return {name: kind for name, kind in self.settings.attribute_types.items() if name not in live}

    def _parents(self) -> list[Snapshot]:
        pins = self.release.snapshots if self.release else ()
        return [open_snapshot(self.paths, pin.name) for pin in pins]

    def _changes(self, parents: list[Snapshot]) -> Changes:
        """Compare the catalogue with what some snapshots show: with a mark, the items touched since alone."""
        with self.database.read() as connection:
            if not parents:  # all is new: what each item shows is compared with nothing
                return Changes(item_ids(connection), ())
            ids = self._touched(connection, parents[-1].manifest)
            return find_changes(shown_hashes(connection, ids), released_hashes(parents, ids))

    @staticmethod
    def _touched(connection: sa.Connection, newest: Manifest) -> tuple[str, ...] | None:
        number = read_mark(connection, newest.snapshot, newest.digest)
        return None if number is None else touched_since(connection, number)

    def _same_recipe(self, base: Snapshot) -> bool:
        """Whether a delta on this base would be cut, encoded and typed like the base itself."""
        return (
            self._same_encoders(base)
            and dict(base.manifest.schema) == self._schema
            and self._same_analyzer(base)
        )

    def _same_analyzer(self, base: Snapshot) -> bool:
        """Whether the words of the base were cut as those of a delta would be, and lie as they would."""
        try:
            return open_analyzer(base.lexical / "analyzer.json") == self._analyzer
        except FormatVersionError:
            return False

    def _same_encoders(self, base: Snapshot) -> bool:
        return self._same_spaces(base) == self.settings.spaces.keys() == base.manifest.encoders.keys()

    def _same_spaces(self, base: Snapshot) -> frozenset[str]:
        """Return the spaces that are those of the base: weights in a folder may have been replaced."""
        features = {name: features_fingerprint(family) for name, family in self.families.items()}
        found = {
            name: (e.name, e.dtype, e.recipe.get("features")) for name, e in base.manifest.encoders.items()
        }
        wanted = {
            name: (s.encoder, s.dtype, features.get(s.encoder)) for name, s in self.settings.spaces.items()
        }
        return frozenset(name for name in wanted if found.get(name) == wanted[name])

    @property
    def _analyzer(self) -> Analyzer:
        return Analyzer(self.settings.search.language)

    def _contents(
        self, name: str, changes: Changes, parents: list[Snapshot], waive: tuple[str, ...]
    ) -> SnapshotContents:
        """Put together what is to be written, with what the gates found."""
        delta = SnapshotName.parse(name).is_delta
        kept = self._same_spaces(parents[0]) - self.refit if parents else frozenset[str]()
        store = FeatureStore(self.cache, self.report, self.paths.features_db)
        fitted = self._fit(store, kept)
        tables, items = self._tables(changes.changed if delta else None)
        fields = text_fields(tables.items, self._schema)
        postings = build_postings(fields, self._analyzer)
        material = Material(
            tables=tables,
            captions=captions(fields),
            words=BM25Index(
                [Segment(postings, 0, np.ones(tables.items.height, dtype=np.bool_))],
                self.settings.search.fields.model_dump(),
            ),
            language=self.settings.search.language,
            store=store,
            base=parents[0] if parents else None,
            files=self.self_retrieval.files,
        )
        builder = SpaceBuilder(material, self.families, self.settings.brought_spaces, fitted, kept)
        spaces = {name: builder.build(name, space) for name, space in self.settings.spaces.items()}
        ungated = SnapshotContents(
            name=name,
            parent=parents[-1].name if delta else None,
            items=tables.items,
            views=tables.views,
            spaces={name: built.contents for name, built in spaces.items()},
            schema=self._schema,
            tombstones=_tombstones(changes) if delta else None,
            extras={
                "lexical": lambda folder: save_postings(folder, postings),
                **{
                    f"encoders/{name}": built.save
                    for name, built in spaces.items()
                    if built.save is not None and not delta
                },
            },
        )
        expected = {"items": items, "tombstones": len(changes.removed) if delta else 0}
        return replace(ungated, gates=self._gates(ungated, spaces, expected, waive))

    def _fit(self, store: FeatureStore, kept: Collection[str]) -> dict[str, FittedEncoder]:
        """Fit the encoders that the base does not bring.

        Nothing else takes as much memory, so it comes before the tables, which grow with the collection.
        """
        families = of_pictures(self.families, self.settings)
        lacking = {
            name: families[space.encoder]
            for name, space in self.settings.spaces.items()
            if name not in {*kept, *self.settings.brought_spaces} and space.encoder in families
        }
        if not lacking:
            return {}
        with self.database.read() as connection:
            media = [digest for digest, _ in stream_pictures(connection)]
        return {name: fit_pictures(store, family, media) for name, family in lacking.items()}

    def _tables(self, ids: tuple[str, ...] | None) -> tuple[Tables, int]:
        """Return the tables of some items, or all, and how many these are, as of one moment."""
        with self.database.read() as connection:
            expected = count_items(connection) if ids is None else len(ids)
            stored = stream_items(connection, self.settings.attribute_types, ids)
            contents = ((entry.item, entry.content_hash) for entry in stored)
            return snapshot_tables(contents, self._schema), expected

    def _gates(
        self,
        contents: SnapshotContents,
        spaces: Mapping[str, BuiltSpace],
        expected: Mapping[str, int],
        waive: tuple[str, ...],
    ) -> tuple[GateResult, ...]:
        self.report("gates", 0, None)
        reencode = {
            name: partial(self.self_retrieval.encode_copies, contents.views, built.encoder)
            for name, built in spaces.items()
            if built.encoder is not None
        }
        return run_gates(contents, Demands.of(self.settings, waive), expected, reencode)


def _report(manifest: Manifest, changes: Changes, parents: tuple[str, ...], begun: float) -> FreezeReport:
    """Return what became of a freeze that began at a time of the monotonic clock."""
    delta = manifest.parent is not None
    return FreezeReport(
        kind="delta" if delta else "base",
        snapshot=manifest.snapshot,
        snapshots=(*parents, manifest.snapshot) if delta else (manifest.snapshot,),
        changed=len(changes.changed),
        removed=len(changes.removed),
        items=manifest.counts.items,
        views=manifest.counts.views,
        gates=manifest.gates,
        measured={name: encoder.measured for name, encoder in manifest.encoders.items()},
        seconds=time.monotonic() - begun,
    )


def _tombstones(changes: Changes) -> pl.DataFrame:
    removed = list(changes.removed)
    return pl.DataFrame(
        {"id": removed, "reason": ["removed"] * len(removed)}, schema={"id": pl.String, "reason": pl.String}
    )
