"""Numbers that sum up many queries; every one is computed from the raw rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Latency:
    """How long single queries took, in milliseconds.

    Attributes:
        queries: how many were measured.
    """

    p50: float
    p95: float
    p99: float
    mean: float
    queries: int

    @classmethod
    def of(cls, milliseconds: Sequence[float]) -> "Latency":
        """Sum up measurements; at least one."""
        return cls(
            p50=percentile(milliseconds, 50),
            p95=percentile(milliseconds, 95),
            p99=percentile(milliseconds, 99),
            mean=sum(milliseconds) / len(milliseconds),
            queries=len(milliseconds),
        )


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile: the smallest value that at least ``percent`` % do not exceed.

    It is always a value that was measured; nothing is interpolated.
    """
    ranked = np.sort(np.asarray(values, dtype=np.float64))
    return float(ranked[max(0, int(np.ceil(percent / 100 * len(ranked))) - 1)])


def recall(
    answer: NDArray[np.int64],
    scores: NDArray[np.float64],
    allowed: NDArray[np.bool_],
    floor: float,
    wanted: int,
) -> float:
    """Return the share of the wanted rows that an answer holds.

    A row counts when the filter allows it, its exact score reaches that of the last true row (so that a
    tie punishes nobody), and it was not counted before: a row that is answered twice is a miss.

    Args:
        answer: rows, best first, at most ``wanted`` are looked at.
        scores: exact score of each row of the answer, from the stored vectors.
        allowed: whether the filter allows each row of the answer.
        floor: exact score of the last true row.
        wanted: how many true rows there are, k or fewer; 0 is answered in full by nothing.
    """
    if not wanted:
        return 1.0 if not len(answer) else 0.0
    first = np.zeros(len(answer), dtype=bool)
    first[np.unique(answer, return_index=True)[1]] = True
    good = first & allowed & (scores >= floor)
    return float(np.count_nonzero(good[:wanted])) / wanted


def repeats(answer: NDArray[np.int64]) -> int:
    """Return how many rows of an answer had been answered before."""
    return len(answer) - len(np.unique(answer))
