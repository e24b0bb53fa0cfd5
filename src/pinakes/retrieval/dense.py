"""Dense retrieval: the best items of one space, each by its best row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.base import Proposal, VectorIndex
from pinakes.kernels.scan import above, narrow
from pinakes.kernels.similarity import cosine_scores
from pinakes.kernels.topk import best
from pinakes.retrieval.corpus import Space, SpacePart
from pinakes.retrieval.planner import Choice

Number = TypeVar("Number", bound=np.number)


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
    return search_together(space, query[None], k, mask, order)[0]


def search_together(
    space: Space,
    queries: NDArray[np.float32],
    k: int,
    mask: NDArray[np.bool_] | None,
    order: NDArray[np.int64],
    *,
    exactly: bool = False,
) -> list[DenseHits]:
    """Find the k best items of a space for each of several queries under one mask.

    Args:
        queries: unit vectors, shape (queries, dim).
        k, mask, order: as in `search_space`.
        exactly: ask no approximate index.
    """
    found: list[list[DenseHits]] = [[] for _ in queries]
    for part in space.parts:
        least = [_least(hits, k) for hits in found]
        for hits, more in zip(
            found, search_part(part, queries, k, mask, least, exactly=exactly), strict=True
        ):
            hits.append(more)
    return [_merged(hits, k, order) for hits in found]


def search_part(
    part: SpacePart,
    queries: NDArray[np.float32],
    k: int,
    mask: NDArray[np.bool_] | None,
    least: Sequence[float] | None = None,
    *,
    exactly: bool = False,
) -> list[DenseHits]:
    """Search one segment: the k best items of each query are among those that come back, in no order.

    Args:
        least: for each query a score that k items of other segments have; what is below it may stay away.
    """
    rows = None if mask is None else part.of_rows(mask)
    allowed = None if rows is None else int(np.count_nonzero(rows))
    if allowed == len(part.vectors):
        rows, allowed = None, None  # the filter is of what is in other segments
    choice = Choice(part.index) if exactly else part.planner.choose(k, allowed)
    proposals = choice.index.propose(queries, k, rows)
    hits = []
    for query, proposal, floor in zip(queries, proposals, least or [-np.inf] * len(queries), strict=True):
        enough = _enough_items(part, choice.index, proposal, query=query, k=k, mask=rows)
        worth = Proposal(above(part.vectors, enough.rows, query, floor), enough.scanned)
        hits.append(_score(part, choice, query, worth))
    return hits


def _least(found: Sequence[DenseHits], k: int) -> float:
    """Return the highest score that k items of one segment have; minus infinity where none has so many."""
    enough = [hits.scores for hits in found if len(hits.scores) >= k]
    return max((float(np.partition(scores, -k)[-k]) for scores in enough), default=-np.inf)


def _enough_items(
    part: SpacePart,
    index: VectorIndex,
    proposal: Proposal,
    *,
    query: NDArray[np.float32],
    k: int,
    mask: NDArray[np.bool_] | None,
) -> Proposal:
    """Ask for more rows until k distinct items are among them, or none are left."""
    wanted, scanned = k, proposal.scanned
    while True:
        few = len(proposal.rows) < wanted or wanted >= len(part.vectors)
        if few or part.run is not None or len(np.unique(part.item_rows[proposal.rows])) >= k:
            break
        wanted *= 2
        (proposal,) = index.propose(query[None], wanted, mask)
        scanned += proposal.scanned
    return Proposal(narrow(part.vectors, proposal.rows, query, wanted), scanned)


def _score(part: SpacePart, choice: Choice, query: NDArray[np.float32], proposal: Proposal) -> DenseHits:
    """Score proposed rows exactly, and keep the best of each item."""
    rows, vectors = proposal.rows, part.vectors.view(np.ndarray)  # a memory map is slow to index
    items, scores = part.item_rows[rows], cosine_scores(vectors.take(rows, axis=0), query)
    if part.run is None:
        # Sorted by item, then score, then row; the first of each item is kept.
        ranked = np.lexsort((rows, -scores, items))
        firsts = ranked[np.flatnonzero(np.diff(items[ranked], prepend=-1))]
        rows, items, scores = rows[firsts], items[firsts], scores[firsts]
    return DenseHits(
        rows=items,
        scores=scores,
        view_rows=part.view_rows[rows],
        scanned=proposal.scanned,
        method=choice.index.name,
        recall=choice.recall,
    )


def _merged(found: Sequence[DenseHits], k: int, order: NDArray[np.int64]) -> DenseHits:
    """Merge what the segments found for one query by score."""
    rows, scores = _joined([f.rows for f in found]), _joined([f.scores for f in found])
    top = best(scores, order[rows], k)
    return DenseHits(
        rows=rows[top],
        scores=scores[top],
        view_rows=_joined([f.view_rows for f in found])[top],
        scanned=sum(f.scanned for f in found),
        method="+".join(dict.fromkeys(f.method for f in found)),
        recall=min(f.recall for f in found),
    )


def _joined(parts: Sequence[NDArray[Number]]) -> NDArray[Number]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
