"""Opening a release: its snapshots become one corpus with everything that searches it."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pinakes.encoders.base import TextEncoder
from pinakes.encoders.bridge import BRIDGE, open_bridge
from pinakes.encoders.families import open_family
from pinakes.indexes.bm25 import BM25Index, Segment, open_postings
from pinakes.indexes.exact import ExactIndex
from pinakes.retrieval.corpus import Corpus, Space, SpacePart
from pinakes.retrieval.encode import SpaceEncoders
from pinakes.retrieval.mask import Policy
from pinakes.retrieval.searcher import Searcher
from pinakes.settings import ItemScore, Settings, parse_settings
from pinakes.snapshots.blocks import read_blocks
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.leases import hold_leases
from pinakes.snapshots.live import read_live
from pinakes.snapshots.reader import Snapshot, open_snapshot
from pinakes.snapshots.release import Release
from pinakes.snapshots.segments import SegmentRows, join_rows, living, number_rows
from pinakes.sources.open import source_folder


@dataclass(frozen=True)
class OpenRelease:
    """A release, open for searching.

    Attributes:
        encoders: by space.
        live: number of the live attributes that are laid over the items; None for none.
        leases: held until `close`.
    """

    paths: CollectionPaths
    release: Release
    settings: Settings
    corpus: Corpus
    encoders: dict[str, SpaceEncoders]
    searcher: Searcher
    live: int | None
    leases: ExitStack

    def close(self) -> None:
        """Give the leases back; queries that still run keep the files that they have mapped."""
        self.leases.close()

    def picture_path(self, uri: str) -> Path:
        """Return where a picture of the source lies."""
        return source_folder(self.settings, self.paths.root) / uri


def open_release(paths: CollectionPaths, release: Release) -> OpenRelease:
    """Open a release.

    Raises:
        UnknownNameError: a snapshot of it is gone.
        IntegrityError: a file of it is damaged.
    """
    settings = parse_settings(release.settings, where=f"the settings of release {release.id}")
    with ExitStack() as leases:
        names = [pin.name for pin in release.snapshots]
        leases.enter_context(hold_leases(paths, *names))
        snapshots = [open_snapshot(paths, name) for name in names]
        number, live = read_live(paths) or (None, None)
        segments = [SegmentRows.of(snapshot) for snapshot in snapshots]
        items, views, order = join_rows(segments, live)
        alive = living(segments)
        starts, view_starts = number_rows(segments)
        lexical = [
            Segment(open_postings(snapshot.lexical), int(start), alive[start : start + s.items.height])
            for snapshot, s, start in zip(snapshots, segments, starts[:-1], strict=True)
        ]
        spoken = any(len(segment.postings.terms) for segment in lexical)
        words = BM25Index(lexical, settings.search.fields.model_dump()).open() if spoken else None
        spaces = {
            name: _open_space(
                name, _score_of(settings, name), snapshots, starts.tolist(), view_starts.tolist()
            )
            for name in snapshots[0].manifest.encoders
        }
        corpus = Corpus(items, views, alive, order, words, spaces)
        searcher = Searcher(
            corpus=corpus,
            release=release.id,
            schema=settings.attribute_types,
            policy=Policy(settings.policy.licenses, read_blocks(paths).ids),
            synthetic=settings.synthetic,
        )
        encoders = {name: _open_encoders(snapshots[0], name) for name in spaces}
        return OpenRelease(
            paths, release, settings, corpus, encoders, searcher, number, leases=leases.pop_all()
        )


def _open_space(
    name: str,
    score: ItemScore,
    snapshots: Sequence[Snapshot],
    starts: Sequence[int],
    view_starts: Sequence[int],
) -> Space:
    parts = []
    for snapshot, start, view_start in zip(snapshots, starts, view_starts, strict=False):
        vectors, rows = snapshot.vectors(name), snapshot.rows(name)
        items = rows["item_row"].cast(int).to_numpy() + start
        views = (rows["view_row"].cast(int) + view_start).fill_null(-1).to_numpy()
        parts.append(SpacePart(ExactIndex(vectors), vectors, items.astype(np.int64), views.astype(np.int64)))
    record = snapshots[0].manifest.encoders[name]
    measured = record.measured
    return Space(
        name=name,
        dim=record.dim,
        parts=tuple(parts),
        score=score,
        text_weight=float(measured.get("text_weight", 0.0)),
        close=float(measured.get("close", 0.0)),
        very_close=float(measured.get("very_close", 1.0)),
    )


def _score_of(settings: Settings, space: str) -> ItemScore:
    """Return what a space's settings say; an older snapshot may have a space that they no longer name."""
    return settings.spaces[space].score if space in settings.spaces else "best"


def _open_encoders(base: Snapshot, space: str) -> SpaceEncoders:
    """Return what can be encoded into a space: nothing, for one whose vectors were brought."""
    record = base.manifest.encoders[space]
    if record.unit == "item":
        return SpaceEncoders()
    folder = base.encoder(space)
    fitted = open_family(record.name).open(folder)
    if isinstance(fitted, TextEncoder):
        return SpaceEncoders(image=fitted, text=fitted)
    bridge = open_bridge(folder / BRIDGE) if (folder / BRIDGE).is_dir() else None
    return SpaceEncoders(image=fitted, text=bridge)
