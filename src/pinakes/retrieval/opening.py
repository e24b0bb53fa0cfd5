"""Opening a release: its snapshots become one corpus with everything that searches it."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from pinakes.encoders.base import TextEncoder, TextFamily
from pinakes.encoders.bridge import BRIDGE, open_bridge
from pinakes.encoders.families import open_family
from pinakes.errors import MissingExtraError, SettingsError, UnknownNameError
from pinakes.indexes.bm25 import BM25Index, Postings, Segment, open_postings
from pinakes.indexes.stored import MANIFEST, open_indexes
from pinakes.media.originals import Originals
from pinakes.retrieval.corpus import Corpus, Space, SpacePart, consecutive, join_small
from pinakes.retrieval.duplicates import FamilyFinder
from pinakes.retrieval.encode import SpaceEncoders
from pinakes.retrieval.mask import Policy
from pinakes.retrieval.planner import Planner
from pinakes.retrieval.searcher import Searcher
from pinakes.retrieval.served import ServedSettings, read_served
from pinakes.snapshots.blocks import read_blocks
from pinakes.snapshots.duplicates import read_pairs
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.leases import hold_leases
from pinakes.snapshots.live import read_live
from pinakes.snapshots.manifest import EncoderRecord
from pinakes.snapshots.reader import Snapshot, open_snapshot
from pinakes.snapshots.release import Release, SnapshotPin
from pinakes.snapshots.segments import LivingRows, SegmentRows, join_rows, living, number_rows
from pinakes.sources.files import PictureFiles, source_folder
from pinakes.synonyms import split_settings
from pinakes.types import BROUGHT, ItemScore, View

SAME = 0.999
"""Cosine from which an encoder sees the same in two pictures, whatever the percentiles of a collection say:
stored in 16 bits, a vector is no nearer to itself for certain."""


@dataclass(frozen=True)
class OpenSegment:
    """One snapshot of a release, open; the next release uses it again if it begins in the same way.

    Attributes:
        pin: names the snapshot and all its bytes.
        starts: the first item and the first view in the numbering of the release.
        rows: its tables.
        spaces: its part of each space.
        tuned: what `_tuned` said when its indexes were opened.
        notes: what whoever runs this should know.
    """

    pin: SnapshotPin
    starts: tuple[int, int]
    snapshot: Snapshot
    rows: SegmentRows
    postings: Postings
    spaces: Mapping[str, SpacePart]
    tuned: tuple[int, ...]
    notes: tuple[str, ...] = ()

    def retuned(self, paths: CollectionPaths) -> bool:
        """Whether there are newer indexes; the open ones answer while there are none, as between two."""
        return any(
            now not in (0, was) for now, was in zip(_tuned(paths, self.snapshot), self.tuned, strict=True)
        )


@dataclass(frozen=True)
class OpenRelease:
    """A release, open for searching.

    Attributes:
        segments: its snapshots, the base first.
        encoders: by space.
        live: number of the live attributes that are laid over the items; None for none.
        leases: held until `close`.
    """

    paths: CollectionPaths
    release: Release
    settings: ServedSettings
    segments: tuple[OpenSegment, ...]
    corpus: Corpus
    encoders: dict[str, SpaceEncoders]
    searcher: Searcher
    live: int | None
    leases: ExitStack

    @property
    def missing(self) -> Mapping[str, str]:
        """What `SpaceEncoders.missing` says, by space."""
        return {name: found.missing for name, found in self.encoders.items() if found.missing}

    @property
    def retuned(self) -> bool:
        """Whether there are newer indexes than those that are open."""
        return any(segment.retuned(self.paths) for segment in self.segments)

    def warm(self, before: "OpenRelease | None" = None) -> None:
        """Read and make now what the first query would wait for.

        Args:
            before: a release that is warm; the segments that are open in both are not read again.
        """
        corpus = self.corpus
        _ = corpus.first_view, corpus.family, corpus.records, self.searcher.masks.allowed()
        warm = () if before is None else before.segments
        for segment in self.segments:
            if any(segment is other for other in warm):
                continue
            for part in segment.spaces.values():
                part.index.propose(np.zeros((1, part.vectors.shape[1]), dtype=np.float32), 1)

    def close(self) -> None:
        """Give the leases back; queries that still run keep the files that they have mapped."""
        self.leases.close()

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever runs this should know, such as an index that is not used."""
        return tuple(note for segment in self.segments for note in segment.notes)

    def picture_path(self, view: View) -> Path:
        """Return where the picture of a view lies."""
        folder = source_folder(self.settings.source, self.paths.root)
        return PictureFiles(folder, Originals(self.paths.media)).path(view.uri, view.media)


def open_release(paths: CollectionPaths, release: Release, before: OpenRelease | None = None) -> OpenRelease:
    """Open a release.

    Args:
        paths: of the collection.
        release: to open.
        before: the release that is open now; of the snapshots that both begin with nothing is read again, so
            that following a delta takes little time however large the base is.

    Raises:
        UnknownNameError: a snapshot of it is gone.
        IntegrityError: a file of it is damaged.
    """
    plain, synonyms = split_settings(release.settings)
    settings = read_served(plain, where=f"the settings of release {release.id}")
    with ExitStack() as leases:
        leases.enter_context(hold_leases(paths, *(pin.name for pin in release.snapshots)))
        number, live = read_live(paths) or (None, None)
        segments = _open_segments(paths, release, before)
        tables = [segment.rows for segment in segments]
        items, views, order = join_rows(tables, live)
        alive = living(tables)
        lexical = [
            Segment(s.postings, s.starts[0], alive[s.starts[0] :][: s.rows.items.height]) for s in segments
        ]
        spoken = any(len(segment.postings.terms) for segment in lexical)
        words = BM25Index(lexical, settings.weights, synonyms=synonyms).open() if spoken else None
        base = segments[0]
        spaces = {
            name: _join_space(
                name,
                settings.scores.get(name, "best"),  # an older snapshot may have a space they do not name
                record,
                [segment.spaces[name] for segment in segments],
            )
            for name, record in base.snapshot.manifest.encoders.items()
        }
        corpus = Corpus(items, views, alive, order, LivingRows(tables, alive), words, spaces)
        _, view_starts = number_rows(tables)
        searcher = Searcher(
            corpus=corpus,
            release=release.id,
            schema=settings.attributes,
            policy=Policy(settings.licenses, read_blocks(paths).ids),
            families=FamilyFinder(corpus, partial(read_pairs, paths, release.snapshots), view_starts),
            synthetic=settings.synthetic,
        )
        if before is not None and before.segments[0].pin == base.pin:
            encoders = before.encoders
        else:
            encoders = {name: _open_encoders(base.snapshot, name) for name in spaces}
        return OpenRelease(
            paths, release, settings, segments, corpus, encoders, searcher, number, leases.pop_all()
        )


def _open_segments(
    paths: CollectionPaths, release: Release, before: OpenRelease | None
) -> tuple[OpenSegment, ...]:
    """Open the snapshots of a release, or take them from the one before."""
    segments_before = () if before is None else before.segments
    known = {(s.pin, s.starts): s for s in segments_before if not s.retuned(paths)}
    segments: list[OpenSegment] = []
    items = views = 0
    for pin in release.snapshots:
        segment = known.get((pin, (items, views))) or _open_segment(paths, pin, (items, views))
        segments.append(segment)
        items += segment.rows.items.height
        views += segment.rows.views.height
    return tuple(segments)


def _open_segment(paths: CollectionPaths, pin: SnapshotPin, starts: tuple[int, int]) -> OpenSegment:
    snapshot = open_snapshot(paths, pin.name)
    tuned = _tuned(paths, snapshot)
    opened = {name: _open_space(paths, snapshot, name, *starts) for name in snapshot.manifest.encoders}
    return OpenSegment(
        pin=pin,
        starts=starts,
        snapshot=snapshot,
        rows=SegmentRows.of(snapshot),
        postings=open_postings(snapshot.lexical),
        spaces={name: part for name, (part, _) in opened.items()},
        tuned=tuned,
        notes=tuple(note for _, note in opened.values() if note is not None),
    )


def _tuned(paths: CollectionPaths, snapshot: Snapshot) -> tuple[int, ...]:
    """Return when the indexes of each space were written, in ns; 0 where there are none."""
    stamps = []
    for name in snapshot.manifest.encoders:
        try:
            stamps.append((paths.index(snapshot.name, name) / MANIFEST).stat().st_mtime_ns)
        except OSError:
            stamps.append(0)
    return tuple(stamps)


def _open_space(
    paths: CollectionPaths, snapshot: Snapshot, name: str, start: int, view_start: int
) -> tuple[SpacePart, str | None]:
    """Open the vectors of a space with their indexes; with a note where an index cannot be used."""
    vectors, rows = snapshot.vectors(name), snapshot.rows(name)
    sha256 = snapshot.manifest.files[f"vectors/{name}.npy"].sha256
    indexes = open_indexes(paths.index(snapshot.name, name), vectors, sha256)
    items = (rows["item_row"].cast(int).to_numpy() + start).astype(np.int64)
    views = (rows["view_row"].cast(int) + view_start).fill_null(-1).to_numpy()
    part = SpacePart(
        indexes.exhaustive,
        vectors,
        items,
        views.astype(np.int64),
        quicker=Planner.of(indexes),
        run=consecutive(items),
    )
    return part, None if indexes.note is None else f"{snapshot.name}, space {name}: {indexes.note}"


def _join_space(name: str, score: ItemScore, record: EncoderRecord, parts: Sequence[SpacePart]) -> Space:
    measured = record.measured
    return Space(
        name=name,
        dim=record.dim,
        parts=join_small(parts),
        score=score,
        text_weight=float(measured.get("text_weight", 0.0)),
        close=float(measured.get("close", 0.0)),
        very_close=min(SAME, float(measured.get("very_close", SAME))),
    )


def _open_encoders(base: Snapshot, space: str) -> SpaceEncoders:
    """Return what can be encoded into a space.

    That is nothing for brought vectors that are bound to no encoder, and for an encoder whose model or
    packages are not on this machine: whatever else the release has goes on answering.
    """
    record = base.manifest.encoders[space]
    if record.name == BROUGHT or record.measured.get("bound") is False:
        return SpaceEncoders()
    try:
        return _load_encoders(record.name, base.encoder(space))
    except (SettingsError, MissingExtraError, UnknownNameError) as error:
        return SpaceEncoders(missing=f"the space {space!r} is without its encoder {record.name}: {error}")


def _load_encoders(name: str, folder: Path) -> SpaceEncoders:
    family = open_family(name)
    if isinstance(family, TextFamily):
        return SpaceEncoders(text=family.open(folder))
    fitted = family.open(folder)
    if isinstance(fitted, TextEncoder):
        return SpaceEncoders(image=fitted, text=fitted)
    bridge = open_bridge(folder / BRIDGE) if (folder / BRIDGE).is_dir() else None
    return SpaceEncoders(image=fitted, text=bridge)
