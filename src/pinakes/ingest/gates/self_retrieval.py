"""The gate against vectors of the wrong picture: a picture that is encoded again must find its own item."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.ingest.duplicates.candidates import hash_signs
from pinakes.ingest.gates.verdict import not_applicable, verdict
from pinakes.snapshots.manifest import GateResult
from pinakes.snapshots.norms import blocks

Reencode = Callable[[], tuple[NDArray[np.int64], NDArray[np.float32]]]
"""Encodes re-encoded, resized copies of sampled pictures: (rows of views.parquet, shape (k,); their unit
vectors, float32 of shape (k, dim)). A picture that is gone is left out."""

SAME_PHOTO_BITS = 8
"""Bits in which the hashes of one photo may differ when it was saved or resized again; those of unrelated
photos differ in 30, seldom below 12 (`pinakes.media.phash.hamming`)."""

TIE = 1e-6
"""Cosines closer than this are equal: scores are rounded to six decimals everywhere."""


def self_retrieval(
    space: str,
    vectors: NDArray[np.generic],
    rows: pl.DataFrame,
    views: pl.DataFrame,
    *,
    reencode: Reencode,
    limit: float,
) -> GateResult:
    """Check that pictures find themselves.

    Found is a picture whose best match is a view of its own item, or a view with the same photo: the same
    bytes, or a perceptual hash in which nearly all bits agree. A folder may well hold a photo in two sizes.

    Args:
        space: name of the space.
        vectors: as stored, float16 or float32 of shape (n, dim).
        rows: vectors/<space>.rows.parquet.
        views: views.parquet.
        reencode: encodes sampled pictures again.
        limit: share of them that must be found, 0 to 1.
    """
    gate = f"self_retrieval.{space}"
    if not len(vectors) or rows["view_row"].null_count() == rows.height:
        return not_applicable(gate, "no vector stands for a picture")
    if len(vectors) != rows.height:
        return not_applicable(gate, "vectors and their table of rows differ in length, see the gate 'counts'")
    asked, queries = reencode()
    if not len(asked):
        return not_applicable(gate, "none of the sampled pictures can be read again")
    families = _Families.of(views)
    # A vector without a view, or of one that does not exist, gets the last row, which matches nothing.
    shown = rows["view_row"].fill_null(views.height).clip(0, views.height).to_numpy()
    found = int(np.count_nonzero(_found(vectors, families.take(shown), queries, families.take(asked))))
    share = found / len(asked)
    detail = f"{found} of {len(asked)} pictures found themselves ({share:.1%}, must be {limit:.1%})"
    return verdict(gate, share >= limit, detail, n=len(asked), value=share, limit=limit)


@dataclass(frozen=True, slots=True)
class _Families:
    """What relates views.

    Attributes:
        numbers: item and picture of each view, int64 of shape (n, 2); -1 relates to nothing.
        signs: its perceptual hash as signs, float32 of shape (n, 64); zeros where there is none.
    """

    numbers: NDArray[np.int64]
    signs: NDArray[np.float32]

    @classmethod
    def of(cls, views: pl.DataFrame) -> Self:
        """Return what relates views, with a last row that is related to nothing."""
        numbers = views.select(pl.col("item_row"), pl.col("media").rank("dense")).cast(pl.Int64).to_numpy()
        return cls(np.vstack([numbers, np.full((1, 2), -1)]), hash_signs([*views["phash"].to_list(), None]))

    def take(self, rows: NDArray[np.int64] | slice) -> Self:
        """Return some of the rows."""
        return type(self)(self.numbers[rows], self.signs[rows])

    def related(self, others: Self) -> NDArray[np.bool_]:
        """Return which rows of this and of others belong together, shape (n, others)."""
        same = (self.numbers[:, None, :] == others.numbers) & (others.numbers >= 0)
        agreeing = 64 - 2 * SAME_PHOTO_BITS
        return np.asarray(same.any(axis=2) | (self.signs @ others.signs.T >= agreeing))


def _found(
    vectors: NDArray[np.generic], of_vectors: _Families, queries: NDArray[np.float32], wanted: _Families
) -> NDArray[np.bool_]:
    """Return for each query whether no vector is closer than the closest of its family, shape (k,)."""
    best = np.full(len(queries), -np.inf, dtype=np.float32)
    best_relative = best.copy()
    for start, block in blocks(vectors):
        scores = block @ queries.T
        related = of_vectors.take(slice(start, start + len(block))).related(wanted)
        best = np.maximum(best, scores.max(axis=0))
        best_relative = np.maximum(best_relative, np.where(related, scores, -np.inf).max(axis=0))
    # An all-zero query ties with everything, and a NaN compares false: neither is found.
    return (best_relative >= best - TIE) & queries.any(axis=1)
