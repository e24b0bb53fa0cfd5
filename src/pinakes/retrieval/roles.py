"""Dense retrieval where a score takes more than an item's best row: role to role, or the mean of all views.

Fagin's threshold algorithm (Fagin, Lotem and Naor, "Optimal aggregation algorithms for middleware", JCSS 66,
2003): each role proposes its best rows; an item that none of them saw cannot score more than the worst rows
that were proposed. Whoever may still be among the best is scored in full from the stored vectors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinakes.kernels.similarity import DECIMALS, cosine_scores
from pinakes.kernels.topk import best
from pinakes.retrieval.corpus import Roles, Space, SpacePart
from pinakes.retrieval.dense import DenseHits

DEEPER = 4
"""How much farther down the lists the next round looks."""

ABSENT = 0.0
"""What an item gets for a role that it has no view of: as much as for an unrelated picture."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One vector of a query, and the rows of a part that it is compared with.

    Attributes:
        vector: unit vector, shape (dim,).
        rows: bool of shape (n,); None for all.
        mean: an item counts by the mean of its rows, not by the best one.
    """

    vector: NDArray[np.float32]
    rows: NDArray[np.bool_] | None = None
    mean: bool = False


@dataclass(frozen=True, slots=True)
class _Scored:
    """Items of one part with their exact scores.

    Attributes:
        items: int64 of shape (n,).
        scores: float64 of shape (n,), rounded.
        by_probe: float64 of shape (n, probes), rounded; NaN where the item has no such row.
        view_rows: int64 of shape (n,), the view of the row with the highest cosine.
    """

    items: NDArray[np.int64]
    scores: NDArray[np.float64]
    by_probe: NDArray[np.float64]
    view_rows: NDArray[np.int64]


def search_roles(
    space: Space,
    asked: Mapping[str, NDArray[np.float32]],
    k: int,
    mask: NDArray[np.bool_] | None,
    order: NDArray[np.int64],
    *,
    roles: Roles,
) -> DenseHits:
    """Find the k best items, each role of the query compared with the views of that role.

    An item's score is the mean over the roles asked for of its best view in each; a role that it lacks counts
    0, and an item with none of them is not found.

    Args:
        asked: by role, a unit vector of shape (dim,).
        k: how many items.
        mask: which items may be found, shape (items,); None for all.
        order: rank of each item's id, decides ties.
        roles: of the views of the corpus.
    """
    vectors = list(asked.values())
    found = [
        _search_part(
            part,
            [Probe(v, roles.rows(role, part.view_rows)) for role, v in zip(asked, vectors, strict=True)],
            k,
            mask,
        )
        for part in space.parts
    ]
    return _merged(space, found, k, order, tuple(asked))


def search_means(
    space: Space,
    query: NDArray[np.float32],
    k: int,
    mask: NDArray[np.bool_] | None,
    order: NDArray[np.int64],
) -> DenseHits:
    """Find the k best items by the mean cosine of all their rows; arguments as in `search_roles`."""
    found = [_search_part(part, [Probe(query, mean=True)], k, mask) for part in space.parts]
    return _merged(space, found, k, order)


def _merged(
    space: Space,
    found: Sequence[tuple[_Scored, int]],
    k: int,
    order: NDArray[np.int64],
    roles: Sequence[str] = (),
) -> DenseHits:
    """Merge the items of the segments by score."""
    plans = "+".join(dict.fromkeys(part.index.name for part in space.parts))
    items = np.concatenate([part.items for part, _ in found])
    scores = np.concatenate([part.scores for part, _ in found])
    by_probe = np.concatenate([part.by_probe for part, _ in found])
    top = best(scores, order[items], k)
    return DenseHits(
        rows=items[top],
        scores=scores[top],
        view_rows=np.concatenate([part.view_rows for part, _ in found])[top],
        scanned=sum(scanned for _, scanned in found),
        method=f"{'roles' if roles else 'mean'} over {plans}",
        recall=1.0,
        roles={role: by_probe[top, column] for column, role in enumerate(roles)},
    )


def _search_part(
    part: SpacePart,
    probes: Sequence[Probe],
    k: int,
    mask: NDArray[np.bool_] | None,
) -> tuple[_Scored, int]:
    """Return items of one segment, the k best among them, and how many rows were scanned."""
    allowed = None if mask is None else part.of_rows(mask)
    masks = [_both(allowed, probe.rows) for probe in probes]
    depth, scanned = k, 0
    while True:
        seen, floors = [], []
        for probe, rows in zip(probes, masks, strict=True):
            (proposal,) = part.index.propose(probe.vector[None], depth, rows)
            scanned += proposal.scanned
            cosines = cosine_scores(part.vectors[proposal.rows], probe.vector)
            seen.append((part.item_rows[proposal.rows], cosines))
            floors.append(_floor(cosines, depth))
        scored = _best_items(part, probes, seen, floors, k)
        unseen = _means(np.maximum([floors], ABSENT))[0]
        enough = len(scored.items) >= k and _kth(scored.scores, k) > unseen
        if enough or max(floors) == -np.inf:
            return scored, scanned
        depth *= DEEPER


def _best_items(
    part: SpacePart,
    probes: Sequence[Probe],
    seen: Sequence[tuple[NDArray[np.int64], NDArray[np.float64]]],
    floors: Sequence[float],
    k: int,
) -> _Scored:
    """Score seen items in full, the most promising first, until no other can reach the k best."""
    items, places = np.unique(np.concatenate([rows for rows, _ in seen]), return_inverse=True)
    bounds, start = np.full((len(items), len(probes)), -np.inf), 0
    for column, (rows, cosines) in enumerate(seen):
        np.maximum.at(bounds[:, column], places[start : start + len(rows)], cosines)
        start += len(rows)
    bounds = np.where(bounds == -np.inf, np.maximum(floors, ABSENT), bounds)
    highest = _means(bounds)
    ranked = np.argsort(-highest, kind="stable")
    first = _score(part, probes, items[ranked[:k]])
    if len(first.items) < k:
        return first
    hopeful = ranked[k:][highest[ranked[k:]] >= _kth(first.scores, k)]
    return _joined(first, _score(part, probes, items[hopeful]))


def _score(part: SpacePart, probes: Sequence[Probe], items: NDArray[np.int64]) -> _Scored:
    """Score items by all their rows, with the kernel that decides every score."""
    starts = np.searchsorted(part.item_rows, items)
    counts = np.searchsorted(part.item_rows, items, side="right") - starts
    owner = np.repeat(np.arange(len(items)), counts)
    rows = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(starts, counts)
    vectors = part.vectors[rows]
    by_probe = np.full((len(items), len(probes)), np.nan)
    highest, view_rows = np.full(len(items), -np.inf), np.full(len(items), -1, dtype=np.int64)
    for column, probe in enumerate(probes):
        chosen = np.arange(len(rows)) if probe.rows is None else np.flatnonzero(probe.rows[rows])
        cosines, owners = cosine_scores(vectors[chosen], probe.vector), owner[chosen]
        # The best row of each item, the first of equal ones: sorted by item, then cosine, then row.
        sorted_rows = np.lexsort((chosen, -cosines, owners))
        firsts = sorted_rows[np.flatnonzero(np.diff(owners[sorted_rows], prepend=-1))]
        having = owners[firsts]
        if probe.mean:
            sums = np.bincount(owners, weights=cosines, minlength=len(items))
            by_probe[having, column] = _round(sums / np.maximum(counts, 1))[having]
        else:
            by_probe[having, column] = cosines[firsts]
        better = cosines[firsts] > highest[having]
        highest[having[better]] = cosines[firsts][better]
        view_rows[having[better]] = part.view_rows[rows[chosen[firsts[better]]]]
    counted = np.where(np.isnan(by_probe), ABSENT, by_probe)
    return _Scored(items, _means(counted), by_probe, view_rows)


def _joined(a: _Scored, b: _Scored) -> _Scored:
    return _Scored(
        np.concatenate([a.items, b.items]),
        np.concatenate([a.scores, b.scores]),
        np.concatenate([a.by_probe, b.by_probe]),
        np.concatenate([a.view_rows, b.view_rows]),
    )


def _both(a: NDArray[np.bool_] | None, b: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
    if a is None or b is None:
        return a if b is None else b
    return a & b


def _floor(cosines: NDArray[np.float64], depth: int) -> float:
    """Return what a row that was not proposed can have at most: nothing, where every row was."""
    if len(cosines) < depth:
        return -np.inf
    return float(np.partition(cosines, len(cosines) - depth)[len(cosines) - depth])


def _kth(scores: NDArray[np.float64], k: int) -> float:
    return float(np.partition(scores, len(scores) - k)[len(scores) - k])


def _means(by_probe: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rounded mean of each row; one order of summing, so that bounds stay bounds."""
    return _round(by_probe.mean(axis=1))


def _round(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    rounded: NDArray[np.float64] = np.round(scores, DECIMALS)
    return rounded + 0.0  # no negative zero
