"""The gate against vectors of the wrong picture: a picture that is encoded again must find its own item."""

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.ingest.gates.verdict import not_applicable, verdict
from pinakes.snapshots.manifest import GateResult
from pinakes.snapshots.norms import blocks

Reencode = Callable[[], tuple[NDArray[np.int64], NDArray[np.float32]]]
"""Encodes re-encoded, resized copies of sampled pictures: (rows of views.parquet, shape (k,); their unit
vectors, float32 of shape (k, dim)). A picture that is gone is left out."""

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

    Found is a picture whose best match is a view of its own item, or a view with an identical picture: the
    same bytes or the same perceptual hash.

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
    families = _families(views)
    # A vector without a view, or of one that does not exist, gets the last row, which matches nothing.
    of_vectors = families[rows["view_row"].fill_null(views.height).clip(0, views.height).to_numpy()]
    found = int(np.count_nonzero(_found(vectors, of_vectors, queries, families[asked])))
    share = found / len(asked)
    detail = f"{found} of {len(asked)} pictures found themselves ({share:.1%}, must be {limit:.1%})"
    return verdict(gate, share >= limit, detail, n=len(asked), value=share, limit=limit)


def _families(views: pl.DataFrame) -> NDArray[np.int64]:
    """Return item, picture and perceptual hash of each view as numbers, shape (views + 1, 3).

    A missing hash is -1, as is the whole last row: no view is related by it.
    """
    numbers = views.select(
        pl.col("item_row").cast(pl.Int64), pl.col("media", "phash").rank("dense").cast(pl.Int64)
    )
    return np.vstack([numbers.fill_null(-1).to_numpy(), np.full((1, 3), -1)])


def _found(
    vectors: NDArray[np.generic],
    of_vectors: NDArray[np.int64],
    queries: NDArray[np.float32],
    wanted: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Return for each query whether no vector is closer than the closest of its family, shape (k,)."""
    best = np.full(len(queries), -np.inf, dtype=np.float32)
    best_relative = best.copy()
    for start, block in blocks(vectors):
        scores = block @ queries.T
        members = of_vectors[start : start + len(block), None, :]
        related = ((members == wanted) & (wanted >= 0)).any(axis=2)
        best = np.maximum(best, scores.max(axis=0))
        best_relative = np.maximum(best_relative, np.where(related, scores, -np.inf).max(axis=0))
    # An all-zero query ties with everything, and a NaN compares false: neither is found.
    return (best_relative >= best - TIE) & queries.any(axis=1)
