"""Finding near-duplicates: propose pairs cheaply, then look at each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.ingest.duplicates.agreement import Likeness, compare
from pinakes.ingest.duplicates.candidates import hash_signs, pairs_by_hash, pairs_by_vector
from pinakes.ingest.duplicates.thresholds import DEFAULT_THRESHOLDS, Thresholds
from pinakes.snapshots.duplicates import COMPARISONS, Kind

Renderings: TypeAlias = Callable[[Sequence[str]], Mapping[str, NDArray[np.uint8]]]
"""Renders pictures that are named by their sha256: uint8 of shape (96, 96) each, see
`pinakes.ingest.duplicates.rendering`. A picture that cannot be read any more is left out."""

_TOGETHER = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """The different pictures of a collection.

    Attributes:
        media: sha256 of each, in hex, sorted and without repeats.
        phash: perceptual hash of each, or None.
        vectors: unit vectors, float32 of shape (n, dim), zeros where there is none; None without a space of
            pictures.
    """

    media: tuple[str, ...]
    phash: tuple[str | None, ...]
    vectors: NDArray[np.float32] | None = None


def pictures_of(
    views: pl.DataFrame,
    vectors: NDArray[np.generic] | None = None,
    view_rows: NDArray[np.int64] | None = None,
) -> Pictures:
    """Gather the different pictures of a table of views, whatever the order of its rows.

    Args:
        views: ``media`` and ``phash`` as in views.parquet.
        vectors: unit rows, shape (k, dim).
        view_rows: the row of ``views`` that each vector is of, shape (k,); -1 for one that is of no view.
    """
    first = views.with_row_index("row").group_by("media").agg(pl.col("row", "phash").first()).sort("media")
    media = first["media"].to_list()
    if vectors is None or view_rows is None:
        return Pictures(tuple(media), tuple(first["phash"].to_list()))
    place = np.full(views.height, -1, dtype=np.int64)
    used = view_rows >= 0
    place[view_rows[used]] = np.flatnonzero(used)
    known = (
        views.select(pl.col("media"), pl.Series("vector", place))
        .group_by("media")
        .agg(pl.col("vector").max())
    )
    rows = first.join(known, on="media", how="left", maintain_order="left")["vector"].to_numpy()
    gathered = np.zeros((len(media), vectors.shape[1]), dtype=np.float32)
    gathered[rows >= 0] = vectors[rows[rows >= 0]]
    return Pictures(tuple(media), tuple(first["phash"].to_list()), gathered)


def compare_pictures(
    pictures: Pictures,
    renderings: Renderings,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    known: pl.DataFrame | None = None,
    report: Callable[[int, int], None] = lambda done, of: None,
) -> pl.DataFrame:
    """Compare every two different files that may show one photo.

    Identical files are one picture here; `pinakes.retrieval.duplicates` puts their items together. The answer
    does not depend on the order in which items or views were written.

    Args:
        pictures: all pictures of the collection.
        renderings: renders the pictures that have a candidate.
        thresholds: where one kind ends and the next one begins.
        known: earlier comparisons; they are not made again.
        report: told how many comparisons are made, and how many there are.

    Returns:
        A row for each comparison, see `pinakes.snapshots.duplicates.COMPARISONS`; there is none of pictures
        that cannot be read.
    """
    candidates = _candidates(pictures)
    if known is not None:
        kept = known.join(candidates, on=["first", "second", "mirrored"], how="semi")
        candidates = candidates.join(kept, on=["first", "second", "mirrored"], how="anti")
    else:
        kept = COMPARISONS.to_frame()
    rendered = renderings(pl.concat([candidates["first"], candidates["second"]]).unique().sort().to_list())
    made, done = [kept.select(COMPARISONS.names())], 0
    for mirror in (False, True):
        some = candidates.filter(pl.col("mirrored") == mirror)
        for part in some.iter_slices(_TOGETHER):
            report(done, candidates.height)
            made.append(_compare(part, rendered, thresholds, mirror=mirror))
            done += part.height
    report(done, candidates.height)
    return pl.concat(made).sort("first", "second", "mirrored")


def _candidates(pictures: Pictures) -> pl.DataFrame:
    """Return the pairs that are worth a comparison: ``first``, ``second``, ``mirrored``."""
    signs = hash_signs(pictures.phash)
    upright = [pairs_by_hash(signs, mirror=False)]
    if pictures.vectors is not None:
        upright.append(pairs_by_vector(pictures.vectors))
    found = [
        (np.unique(np.concatenate(upright), axis=0), False),
        (pairs_by_hash(signs, mirror=True), True),
    ]
    media = pl.Series(pictures.media, dtype=pl.String)
    sides = (
        pl.DataFrame({"first": media.gather(rows[:, 0]), "second": media.gather(rows[:, 1])}).with_columns(
            mirrored=pl.lit(mirror)
        )
        for rows, mirror in found
    )
    return pl.concat(sides)


def _compare(
    candidates: pl.DataFrame,
    rendered: Mapping[str, NDArray[np.uint8]],
    thresholds: Thresholds,
    *,
    mirror: bool,
) -> pl.DataFrame:
    """Look at candidates whose pictures were rendered."""
    seen = candidates.filter(*(pl.col(side).is_in(list(rendered)) for side in ("first", "second")))
    if not seen.height:
        return COMPARISONS.to_frame()
    first, second = (np.stack([rendered[media] for media in seen[side]]) for side in ("first", "second"))
    likeness = compare(first, second[:, :, ::-1] if mirror else second)
    return seen.with_columns(
        score=likeness.agreement,
        light=likeness.light,
        change=likeness.change,
        kind=pl.Series(classify(likeness, thresholds, mirror=mirror), dtype=pl.String),
    )


def classify(
    likeness: Likeness, thresholds: Thresholds = DEFAULT_THRESHOLDS, *, mirror: bool = False
) -> list[Kind | None]:
    """Say how pairs of different files are related, or None where they are not.

    Args:
        likeness: of n pairs.
        thresholds: where one kind ends and the next one begins.
        mirror: the second ones were mirrored before they were compared.
    """
    related = likeness.agreement >= thresholds.related
    unchanged = likeness.change <= thresholds.unchanged
    same_light = likeness.light <= thresholds.same_light
    if mirror:
        return [Kind.EDITED if copy else None for copy in related & same_light]
    kinds = np.select([~related, unchanged, same_light], [0, 1, 2], 3)
    return [(None, Kind.REENCODED, Kind.EDITED, Kind.OTHER_PHOTO)[kind] for kind in kinds]
