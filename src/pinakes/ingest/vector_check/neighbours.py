"""Nearest neighbours in a sample: near duplicates, hubs, and what half precision costs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

K = 10
BLOCK = 20_000
"""Rows that are compared at a time."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The ten nearest of each query among the rows, itself left out.

    Attributes:
        rows: int64 of shape (q, 10), best first.
        cosines: float32 of shape (q, 10).
    """

    rows: NDArray[np.int64]
    cosines: NDArray[np.float32]


def nearest(rows: NDArray[np.float32], queries: NDArray[np.int64]) -> Neighbours:
    """Find neighbours exactly.

    Args:
        rows: unit rows, shape (n, dim), more than ten.
        queries: which of them to look up.
    """
    best = np.empty((len(queries), 0), dtype=np.float32)
    ids = np.empty((len(queries), 0), dtype=np.int64)
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        cosines = rows[queries] @ block.T
        here = np.flatnonzero((queries >= start) & (queries < start + len(block)))
        cosines[here, queries[here] - start] = -np.inf
        numbers = np.broadcast_to(np.arange(start, start + len(block)), cosines.shape)
        best, ids = np.concatenate([best, cosines], axis=1), np.concatenate([ids, numbers], axis=1)
        kept = np.argpartition(-best, K - 1, axis=1)[:, :K]
        best, ids = np.take_along_axis(best, kept, 1), np.take_along_axis(ids, kept, 1)
    order = np.argsort(-best, axis=1, kind="stable")
    return Neighbours(np.take_along_axis(ids, order, 1), np.take_along_axis(best, order, 1))


def shared(found: NDArray[np.int64], wanted: NDArray[np.int64]) -> float:
    """Return the mean share of the wanted neighbours that were found: recall@10.

    Args:
        found, wanted: shape (q, 10).
    """
    both = sum(len(np.intersect1d(a, b)) for a, b in zip(found, wanted, strict=True))
    return both / wanted.size


@dataclass(frozen=True, slots=True)
class Hubs:
    """How unevenly rows are found (Radovanović et al., JMLR 11, 2010).

    Attributes:
        skewness: of the number of times that a row is among the ten nearest of another.
        never: share of rows that are among nobody's ten.
        most: the largest such number, where the mean is 10.
    """

    skewness: float
    never: float
    most: int


def count_hubs(found: NDArray[np.int64], rows: int) -> Hubs:
    """Count how often each row is found.

    Args:
        found: the ten nearest of every row, shape (rows, 10).
    """
    counts = np.bincount(found.ravel(), minlength=rows).astype(np.float64)
    deviation = counts.std()
    skewness = float(((counts - counts.mean()) ** 3).mean() / deviation**3) if deviation else 0.0
    return Hubs(skewness, float((counts == 0).mean()), int(counts.max()))
