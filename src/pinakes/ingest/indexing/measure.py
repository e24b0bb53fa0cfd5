"""Measuring an index on its own vectors: recall against the exact answer, and time."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.base import VectorIndex
from pinakes.indexes.exact import ExactIndex
from pinakes.kernels.scan import narrow
from pinakes.kernels.similarity import Stored, cosine_scores, widen
from pinakes.kernels.topk import best

SHALLOW, DEEP = 10, 100
"""Depths at which recall is measured."""

SHARES = (0.5, 0.1, 0.01)
"""Shares of the rows that masks let through: by chance, the nearest to the query, and the farthest."""

MASKED = 8
"""Queries of each kind that are asked with every mask."""

Z = 1.96
"""Of a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One query with a mask and its exact answer.

    Attributes:
        mask: bool of shape (n,), or None.
        exact: int64, the best rows in order: 100 without a mask, 10 with one.
    """

    query: NDArray[np.float32]
    mask: NDArray[np.bool_] | None
    exact: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Questions:
    """Everything that an index is asked: by kind without masks, and with masks."""

    open: Mapping[str, tuple[Asked, ...]]
    masked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Recall:
    """What an index found of the exact answers.

    Attributes:
        shallow: recall@10, the lowest over the kinds of queries.
        low, high: its 95 % interval.
        deep: recall@100, the lowest over the kinds.
        ms: median milliseconds for ten rows.
    """

    shallow: float
    low: float
    high: float
    deep: float
    ms: float


def pose(vectors: Stored, kinds: Mapping[str, NDArray[np.float32]]) -> Questions:
    """Answer queries exactly, with and without masks.

    Args:
        vectors: unit rows, shape (n, dim).
        kinds: queries, float32 of shape (n, dim), by kind.
    """
    exact = ExactIndex(vectors)
    opened = {}
    for kind, queries in kinds.items():
        proposals = exact.propose(queries, DEEP)
        opened[kind] = tuple(
            Asked(query, None, _order(vectors, proposal.rows, query, DEEP))
            for query, proposal in zip(queries, proposals, strict=True)
        )
    masked = []
    random = np.random.default_rng(13)
    for queries in kinds.values():
        for query in queries[:MASKED]:
            for mask in _masks(vectors, query, random):
                (proposal,) = exact.propose(query[None], SHALLOW, mask)
                masked.append(Asked(query, mask, _order(vectors, proposal.rows, query, SHALLOW)))
    return Questions(opened, tuple(masked))


def measure(index: VectorIndex, vectors: Stored, questions: Questions) -> Recall:
    """Ask an index without masks."""
    shallow, deep, times = [], [], []
    for asked in questions.open.values():
        answers = [_answer(index, vectors, one, SHALLOW) for one in asked]
        shallow.append(float(np.mean([found for found, _ in answers])))
        times += [ms for _, ms in answers]
        deep.append(float(np.mean([_answer(index, vectors, one, DEEP)[0] for one in asked])))
    worst = min(shallow)
    low, high = wilson(worst, min(len(asked) for asked in questions.open.values()))
    return Recall(worst, low, high, min(deep), float(np.median(times)))


def measure_filtered(index: VectorIndex, vectors: Stored, questions: Questions) -> tuple[float, float]:
    """Ask an index with masks.

    Returns:
        (the lowest recall@10 of any one answer, median milliseconds).
    """
    answers = [_answer(index, vectors, one, SHALLOW) for one in questions.masked]
    return min(found for found, _ in answers), float(np.median([ms for _, ms in answers]))


def wilson(share: float, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share that was seen in n trials (Wilson, JASA 22, 1927)."""
    middle = share + Z * Z / (2 * n)
    reach = Z * float(np.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)))
    scale = 1 + Z * Z / n
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def _masks(
    vectors: Stored, query: NDArray[np.float32], random: np.random.Generator
) -> Sequence[NDArray[np.bool_]]:
    n = len(vectors)
    cosines = np.concatenate([widen(vectors[at : at + 65_536]) @ query for at in range(0, n, 65_536)])
    made = []
    for share in SHARES:
        low, high = np.quantile(cosines, [share, 1 - share])
        made += [random.random(n) < share, cosines >= high, cosines <= low]
    return made


def _order(vectors: Stored, rows: NDArray[np.int64], query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    scores = cosine_scores(vectors[rows], query)
    return rows[best(scores, rows, k)]


def _answer(index: VectorIndex, vectors: Stored, asked: Asked, k: int) -> tuple[float, float]:
    """Return the share of the exact answer that was found, and milliseconds."""
    begun = time.perf_counter()
    (proposal,) = index.propose(asked.query[None], k, asked.mask)
    found = _order(vectors, narrow(vectors, proposal.rows, asked.query, k), asked.query, k)
    ms = (time.perf_counter() - begun) * 1e3
    exact = asked.exact[:k]
    return (len(np.intersect1d(found, exact)) / len(exact) if len(exact) else 1.0), ms
