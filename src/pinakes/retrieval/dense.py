"""Dense retrieval: the best items of one space, each by its best row."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pinakes.kernels.similarity import cosine_scores
from pinakes.kernels.topk import best
from pinakes.retrieval.corpus import Space, SpacePart


@dataclass(frozen=True, slots=True)
class DenseHits:
    """Items of one space, best first.

    Attributes:
        rows: int64, items in the numbering of the corpus.
        scores: float64 cosines, rounded, of each item's best row.
        view_rows: int64, the view of that row, or -1.
        scanned: how many vectors were looked at.
        method: the plans that ran, joined with ``+``.
        recall: the lowest recall among them.
        roles: by role that was asked for, float64: the score of each item's best view of that role, NaN
            where it has none; see `pinakes.retrieval.roles`.
    """

    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    view_rows: NDArray[np.int64]
    scanned: int
    method: str
    recall: float
    roles: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)


def search_space(
    space: Space,
    query: NDArray[np.float32],
    k: int,
    mask: NDArray[np.bool_] | None,
    order: NDArray[np.int64],
) -> DenseHits:
    """Find the k best items of a space.

    Args:
        query: unit vector, shape (dim,).
        k: how many distinct items.
        mask: which items may be found, shape (items,); None for all.
        order: rank of each item's id, decides ties.
    """
    found = [_search_part(part, query, k, mask) for part in space.parts]
    rows = np.concatenate([f.rows for f in found])
    scores = np.concatenate([f.scores for f in found])
    views = np.concatenate([f.view_rows for f in found])
    top = best(scores, order[rows], k)
    return DenseHits(
        rows=rows[top],
        scores=scores[top],
        view_rows=views[top],
        scanned=sum(f.scanned for f in found),
        method="+".join(dict.fromkeys(f.method for f in found)),
        recall=min(f.recall for f in found),
    )


def _search_part(
    part: SpacePart, query: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None
) -> DenseHits:
    """Search one segment: ask for more rows until k distinct items are among them, or none are left."""
    row_mask = None if mask is None else mask[part.item_rows]
    wanted, scanned = k, 0
    while True:
        (proposal,) = part.index.propose(query[None], wanted, row_mask)
        scanned += proposal.scanned
        items = part.item_rows[proposal.rows]
        if len(np.unique(items)) >= k or len(proposal.rows) < wanted or wanted >= len(part.vectors):
            break
        wanted *= 2
    scores = cosine_scores(part.vectors[proposal.rows], query)
    # Best row of each item: sorted by item, then score, then row; the first of each run is kept.
    ranked = np.lexsort((proposal.rows, -scores, items))
    firsts = ranked[np.flatnonzero(np.diff(items[ranked], prepend=-1))]
    return DenseHits(
        rows=items[firsts],
        scores=scores[firsts],
        view_rows=part.view_rows[proposal.rows[firsts]],
        scanned=scanned,
        method=part.index.name,
        recall=1.0,
    )
