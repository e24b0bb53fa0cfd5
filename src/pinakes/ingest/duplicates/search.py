"""Looking through a release for near-duplicates, and storing what was found beside its newest snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.ingest.duplicates.files import FileRenderings
from pinakes.ingest.duplicates.find import Pictures, compare_pictures, pictures_of
from pinakes.ingest.progress import Report, silent
from pinakes.snapshots.duplicates import newest_comparisons, read_pairs, write_pairs
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.reader import Snapshot, open_snapshot
from pinakes.snapshots.release import Release
from pinakes.snapshots.segments import SegmentRows, join_rows, living, number_rows
from pinakes.sources.files import PictureFiles


@dataclass(frozen=True, slots=True)
class DuplicateSearch:
    """Looks through one release.

    Attributes:
        files: where the pictures lie.
    """

    paths: CollectionPaths
    release: Release
    files: PictureFiles
    report: Report = silent

    def run(self) -> int:
        """Compare what was not compared before, store everything, and return how many comparisons there are.

        Nothing is done where the release was looked through already.

        Raises:
            IntegrityError: a file of the release is damaged.
            StorageError: the disk refused.
        """
        stored = read_pairs(self.paths, self.release.snapshots)
        if stored is not None and stored.covered == len(self.release.snapshots):
            return 0
        snapshots = [open_snapshot(self.paths, pin.name) for pin in self.release.snapshots]
        segments = [SegmentRows.of(snapshot) for snapshot in snapshots]
        _, views, _ = join_rows(segments)
        shown = living(segments)[views["item_row"].to_numpy()]
        comparisons = compare_pictures(
            _living_pictures(views, shown, snapshots, segments),
            FileRenderings(self._paths(views)),
            known=newest_comparisons(self.paths),
            report=partial(self.report, "near-duplicates"),
        )
        write_pairs(self.paths, self.release.snapshots, comparisons)
        return comparisons.height

    def _paths(self, views: pl.DataFrame) -> dict[str, Path]:
        shown = views.select("media", "uri").iter_rows()
        return {media: self.files.path(uri, media) for media, uri in shown}


def _living_pictures(
    views: pl.DataFrame,
    shown: NDArray[np.bool_],
    snapshots: Sequence[Snapshot],
    segments: Sequence[SegmentRows],
) -> Pictures:
    """Return the pictures of living items, with their vectors in the first space that has one for each."""
    spaces = [name for name, record in snapshots[0].manifest.encoders.items() if record.unit == "view"]
    if not spaces:
        return pictures_of(views.filter(pl.Series(shown)))
    _, starts = number_rows(segments)
    rows = [
        (snapshot.rows(spaces[0])["view_row"].cast(pl.Int64) + int(start)).fill_null(-1).to_numpy()
        for snapshot, start in zip(snapshots, starts, strict=False)
    ]
    vectors = np.concatenate([snapshot.vectors(spaces[0]) for snapshot in snapshots])
    # Views of items that do not live any more are left out, so the others move up.
    place = np.where(shown, np.cumsum(shown) - 1, -1)
    of_view = np.concatenate(rows)
    return pictures_of(
        views.filter(pl.Series(shown)), vectors, np.where(of_view >= 0, place[of_view], -1).astype(np.int64)
    )
