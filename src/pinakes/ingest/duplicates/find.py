"""Finding near-duplicates: propose pairs cheaply, then look at each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.ingest.duplicates.agreement import agreement, difference
from pinakes.ingest.duplicates.candidates import hash_signs, pairs_by_hash, pairs_by_vector
from pinakes.ingest.duplicates.kinds import DEFAULT_THRESHOLDS, Kind, Pair, Thresholds

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


def find_duplicates(
    pictures: Pictures, renderings: Renderings, thresholds: Thresholds = DEFAULT_THRESHOLDS
) -> tuple[Pair, ...]:
    """Find the pairs of different files that show one photo, or one thing photographed twice in a row.

    Identical files are one picture here; `pinakes.ingest.duplicates.families` puts them together. The answer
    does not depend on the order in which items or views were written.

    Args:
        pictures: all pictures of the collection.
        renderings: renders the pictures that have a candidate.
        thresholds: where one kind ends and the next one begins.

    Returns:
        Sorted by the digests of the pair.
    """
    signs = hash_signs(pictures.phash)
    upright = [pairs_by_hash(signs, mirror=False)]
    if pictures.vectors is not None:
        upright.append(pairs_by_vector(pictures.vectors))
    plain = _compare(
        pictures, renderings, np.unique(np.concatenate(upright), axis=0), thresholds, mirror=False
    )
    turned = _compare(pictures, renderings, pairs_by_hash(signs, mirror=True), thresholds, mirror=True)
    best: dict[tuple[str, str], Pair] = {}
    for pair in (*plain, *turned):
        known = best.get((pair.first, pair.second))
        if known is None or (pair.kind.closeness, pair.score) > (known.kind.closeness, known.score):
            best[pair.first, pair.second] = pair
    return tuple(best[key] for key in sorted(best))


def _compare(
    pictures: Pictures,
    renderings: Renderings,
    candidates: NDArray[np.int64],
    thresholds: Thresholds,
    *,
    mirror: bool,
) -> list[Pair]:
    """Look at candidates, shape (m, 2), and keep those that are related."""
    rendered = renderings([pictures.media[row] for row in np.unique(candidates).tolist()])
    names = [(pictures.media[a], pictures.media[b]) for a, b in candidates.tolist()]
    names = [(a, b) for a, b in names if a in rendered and b in rendered]
    pairs: list[Pair] = []
    for start in range(0, len(names), _TOGETHER):
        some = names[start : start + _TOGETHER]
        first = np.stack([rendered[a] for a, _ in some])
        second = np.stack([rendered[b] for _, b in some])
        if mirror:
            second = second[:, :, ::-1]
        scores, changes = agreement(first, second), difference(first, second)
        for (a, b), score, change in zip(some, scores.tolist(), changes.tolist(), strict=True):
            kind = classify(score, change, thresholds, mirror=mirror)
            if kind is not None:
                pairs.append(Pair(a, b, kind, score, mirror))
    return pairs


def classify(
    score: float, change: float, thresholds: Thresholds = DEFAULT_THRESHOLDS, *, mirror: bool = False
) -> Kind | None:
    """Say how two different files are related, or None where they are not.

    Args:
        score: their `agreement`.
        change: their `difference`, in grey levels.
        thresholds: where one kind ends and the next one begins.
        mirror: the second one was mirrored before both were measured.
    """
    if score < thresholds.same_scene:
        return None
    if change <= thresholds.unchanged and not mirror:
        return Kind.REENCODED
    if score >= thresholds.same_photo:
        return Kind.EDITED
    return None if mirror else Kind.OTHER_PHOTO
