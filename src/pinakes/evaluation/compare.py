"""Two ways of answering, compared: how much they have in common, and which is better where that is known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pinakes.evaluation.judgements import Judgements
from pinakes.evaluation.ndcg import ndcg

Answer: TypeAlias = Callable[[str], Sequence[str]]
"""From a query to ids, best first."""

K = 10
"""Ranks that are compared."""

RESAMPLES = 2_000
"""Bootstrap samples: the ends of a 95 % interval are then stable to a few percent of its width."""

SEED = 2009


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its 95 % bootstrap interval over queries."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the two have in common, and how good they are.

    Attributes:
        overlap: share of the first ten hits that both have.
        before, after: mean nDCG@10 over the judged queries; None without judgements.
        delta: of nDCG@10, after - before, by query.
    """

    overlap: Interval
    before: float | None = None
    after: float | None = None
    delta: Interval | None = None

    @property
    def verdict(self) -> str:
        """What the numbers say, in one sentence."""
        if self.delta is None:
            return "without judgements nothing says which is better"
        if self.delta.low > 0:
            return "the new one is better"
        if self.delta.high < 0:
            return "the new one is worse"
        return "the judgements show no difference"


def compare(
    queries: Sequence[str],
    neighbours: tuple[Answer, Answer],
    judgements: Judgements | None = None,
    texts: tuple[Answer, Answer] | None = None,
) -> Comparison:
    """Compare two ways of answering.

    Args:
        queries: for ``neighbours``.
        neighbours: before and after: what each answers to a query.
        judgements: of queries in words.
        texts: before and after, for these; needed with judgements.
    """
    before, after = neighbours
    overlap = bootstrap(np.array([_overlap(before(query), after(query)) for query in queries]))
    if judgements is None or texts is None:
        return Comparison(overlap)
    scores = np.array(
        [
            [ndcg(answer(text), judgements.grades[query], K) for answer in texts]
            for query, text in judgements.texts.items()
        ]
    )
    means = scores.mean(axis=0)
    return Comparison(
        overlap,
        before=round(float(means[0]), 4),
        after=round(float(means[1]), 4),
        delta=bootstrap(scores[:, 1] - scores[:, 0]),
    )


def bootstrap(values: NDArray[np.float64]) -> Interval:
    """Return the mean with its 95 % percentile interval (Efron, Annals of Statistics 7(1), 1979).

    Args:
        values: one per query, shape (n,); with none the mean is 0 and nothing is known.
    """
    if not len(values):
        return Interval(0.0, 0.0, 0.0, 0)
    random = np.random.default_rng(SEED)
    means = values[random.integers(0, len(values), (RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(round(float(values.mean()), 4), round(float(low), 4), round(float(high), 4), len(values))


def _overlap(before: Sequence[str], after: Sequence[str]) -> float:
    wanted = set(before[:K])
    return len(wanted & set(after[:K])) / len(wanted) if wanted else 1.0
