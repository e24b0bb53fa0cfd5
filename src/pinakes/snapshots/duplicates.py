"""Near-duplicates as they are stored: every comparison of two pictures, beside the newest snapshot."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

import polars as pl
from polars.exceptions import PolarsError

from pinakes.kernels.hashing import digest
from pinakes.snapshots.durable import replace_file
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.release import SnapshotPin


class Kind(StrEnum):
    """How two pictures are related, the closest first.

    Attributes:
        IDENTICAL: the files have the same bytes.
        REENCODED: one photo, saved or resized again.
        EDITED: one photo, cropped, mirrored, turned a little, marked, or made lighter or darker.
        OTHER_PHOTO: the same thing photographed again from the same place.
    """

    IDENTICAL = "identical"
    REENCODED = "reencoded"
    EDITED = "edited"
    OTHER_PHOTO = "other_photo"

    @property
    def closeness(self) -> int:
        """3 for identical down to 0 for another photo."""
        return 3 - list(Kind).index(self)


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Two pictures that are near-duplicates.

    Attributes:
        first: sha256 of the file's bytes, in hex, the lower one.
        second: that of the other picture.
        kind: how they are related.
        score: 0 to 1, higher is nearer; see `pinakes.ingest.duplicates.agreement`.
        mirrored: one is the other in a mirror.
    """

    first: str
    second: str
    kind: Kind
    score: float
    mirrored: bool = False


COMPARISONS: Final = pl.Schema(
    {
        "first": pl.String(),
        "second": pl.String(),
        "mirrored": pl.Boolean(),
        "score": pl.Float64(),
        "light": pl.Float64(),
        "change": pl.Float64(),
        "kind": pl.String(),
    }
)
"""One row per comparison: as `Pair`, and differences in grey levels; ``kind`` is null where unrelated."""

RECIPE: Final = "2"
"""Changes with whatever makes a comparison come out otherwise: what another one compared is not used."""

FILE: Final = "duplicates.parquet"


@dataclass(frozen=True)
class StoredPairs:
    """What is known of the near-duplicates of a release.

    Attributes:
        related: the rows of `COMPARISONS` of related pictures, with their ``kind``.
        covered: how many snapshots of the release, from the base on, were looked at.
    """

    related: pl.DataFrame
    covered: int

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The related pictures, each two once at their closest, sorted."""
        best: dict[tuple[str, str], Pair] = {}
        columns = ("first", "second", "mirrored", "score", "kind")
        for first, second, mirrored, score, kind in self.related.select(columns).iter_rows():
            pair, known = Pair(first, second, Kind(kind), score, mirrored), best.get((first, second))
            if known is None or (pair.kind.closeness, score) > (known.kind.closeness, known.score):
                best[first, second] = pair
        return tuple(best[key] for key in sorted(best))


def write_pairs(paths: CollectionPaths, snapshots: Sequence[SnapshotPin], comparisons: pl.DataFrame) -> None:
    """Store the comparisons of a release beside its newest snapshot.

    Raises:
        StorageError: the disk refused.
    """
    file = io.BytesIO()
    metadata = {"recipe": RECIPE, "built_from": _built_from(snapshots)}
    comparisons.sort("first", "second", "mirrored").write_parquet(file, metadata=metadata)
    replace_file(paths.indexes / snapshots[-1].name / FILE, file.getvalue())


def read_pairs(paths: CollectionPaths, snapshots: Sequence[SnapshotPin]) -> StoredPairs | None:
    """Return what was stored for a release, or for as many of its snapshots as there is something for.

    What is damaged, or was built from other bytes, is as good as absent: it can be made again.
    """
    for covered in range(len(snapshots), 0, -1):
        path = paths.indexes / snapshots[covered - 1].name / FILE
        try:
            metadata = pl.read_parquet_metadata(path)
            current = metadata.get("recipe") == RECIPE
            if current and metadata.get("built_from") == _built_from(snapshots[:covered]):
                return StoredPairs(
                    pl.scan_parquet(path).filter(pl.col("kind").is_not_null()).collect(), covered
                )
        except (OSError, PolarsError):
            continue
    return None


def newest_comparisons(paths: CollectionPaths) -> pl.DataFrame | None:
    """Return the comparisons that were stored last, of whatever release: two pictures compare as they did."""
    files = sorted(paths.indexes.glob(f"*/{FILE}"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in files:
        try:
            if pl.read_parquet_metadata(path).get("recipe") == RECIPE:
                return pl.read_parquet(path)
        except (OSError, PolarsError):
            continue
    return None


def _built_from(snapshots: Sequence[SnapshotPin]) -> str:
    return digest([[pin.name, pin.digest] for pin in snapshots])
