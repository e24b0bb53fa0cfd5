"""How well captions find their own pictures, against chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TOP = 10
PERMUTATIONS = 1_000
_Z = 1.959964  # the 97.5 % quantile of the normal distribution


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured on items that the bridge had not seen; None where nothing could be.

    Attributes:
        captions: items with a caption and a picture.
        queries: captions asked; each looks for its own item in a pool of held-out items only.
        pool: items in a pool.
        median_rank: of the right item, from 1; ties count half.
        recall: share of queries with the right item among the first 10.
        recall_low: lower end of its 95 % interval (Wilson, JASA 22, 1927).
        recall_high: upper end.
        chance: the same share with captions and items paired at random, mean of 1,000 permutations.
        chance_high: its 97.5 % quantile.
        penalty: of the ridge.
    """

    captions: int
    queries: int = 0
    pool: int = 0
    median_rank: float | None = None
    recall: float | None = None
    recall_low: float | None = None
    recall_high: float | None = None
    chance: float | None = None
    chance_high: float | None = None
    penalty: float | None = None

    @property
    def above_chance(self) -> bool:
        """Return whether the interval of the recall lies above chance's."""
        return (
            self.recall_low is not None
            and self.chance_high is not None
            and self.recall_low > self.chance_high
        )


def rank_matrix(queries: NDArray[np.float32], items: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the rank, from 1, of every item for every query, equal scores sharing their mean rank.

    Args:
        queries: float32 of shape (m, dim).
        items: float32 of shape (m, dim).

    Returns:
        float64 of shape (m, m).
    """
    scores = np.round(queries.astype(np.float64) @ items.T.astype(np.float64), 9)
    ranks = np.empty_like(scores)
    for row, line in enumerate(scores):
        ordered = np.sort(line)
        above = len(line) - np.searchsorted(ordered, line, side="right")
        not_below = len(line) - np.searchsorted(ordered, line, side="left")
        ranks[row] = (above + 1 + not_below) / 2.0
    return ranks


def summarise(folds: Sequence[NDArray[np.float64]], captions: int, penalty: float) -> Measured:
    """Summarise the ranks of one or several pools; the right item of query i is item i.

    Args:
        folds: rank matrices, one per pool.
        captions: items with a caption and a picture.
        penalty: of the ridge.
    """
    own = np.concatenate([np.diagonal(ranks) for ranks in folds])
    low, high = _wilson(int((own <= TOP).sum()), len(own))
    by_chance = _permuted([ranks <= TOP for ranks in folds])
    return Measured(
        captions=captions,
        queries=len(own),
        pool=round(float(np.mean([len(ranks) for ranks in folds]))),
        median_rank=float(np.median(own)),
        recall=float((own <= TOP).mean()),
        recall_low=low,
        recall_high=high,
        chance=float(by_chance.mean()),
        chance_high=float(np.quantile(by_chance, 0.975)),
        penalty=penalty,
    )


def _wilson(hits: int, count: int) -> tuple[float, float]:
    share = hits / count
    centre = share + _Z**2 / (2 * count)
    spread = _Z * np.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    scale = 1 + _Z**2 / count
    return float(max((centre - spread) / scale, 0.0)), float(min((centre + spread) / scale, 1.0))


def _permuted(hits: Sequence[NDArray[np.bool_]]) -> NDArray[np.float64]:
    """Return the recall of each of `PERMUTATIONS` random pairings, each within its pool."""
    random = np.random.default_rng(0)
    total = sum(len(fold) for fold in hits)
    return np.array(
        [
            sum(int(fold[np.arange(len(fold)), random.permutation(len(fold))].sum()) for fold in hits) / total
            for _ in range(PERMUTATIONS)
        ]
    )
