"""Measuring an index on its own vectors: recall against the exact answer, and time."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.base import VectorIndex
from pinakes.kernels.scan import BLOCK, best_rows_each, narrow
from pinakes.kernels.similarity import Stored, cosine_scores, unit_rows, widen
from pinakes.kernels.topk import best

SHALLOW, DEEP = 10, 100
"""Depths at which recall is measured."""

SHARES = (0.5, 0.1, 0.01)
"""Shares of the rows that masks let through: by chance, the nearest to the query, and the farthest."""

MASKED, MASKED_ROWS = 8, 2**23
"""Queries of each kind that are asked with every mask; fewer, at least two, where they are over more rows."""

BUDGET_S, TIMED = 2.0, 3
"""Seconds and queries after which what is exhaustive, of which only the time is unknown, is asked no more."""

ROUNDS = 4
"""How often each query is asked of each index where they are timed in turns."""

Z = 1.96
"""Of a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One query with a mask and its exact answer.

    Attributes:
        mask: bool of shape (n,), or None.
        exact: int64, the best rows in order: 100 without a mask, 10 with one.
        case: which mask it is, to tell the recall of each kind of mask.
    """

    query: NDArray[np.float32]
    mask: NDArray[np.bool_] | None
    exact: NDArray[np.int64]
    case: str = ""


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


@dataclass(frozen=True, slots=True)
class Filtered:
    """What an index found of the exact answers under masks.

    Attributes:
        lowest: recall@10 of the worst answer.
        recall: recall@10, the lowest over the kinds of masks.
        ms: median milliseconds.
    """

    lowest: float
    recall: float
    ms: float


def pose(vectors: Stored, kinds: Mapping[str, NDArray[np.float32]]) -> Questions:
    """Answer queries exactly, with and without masks.

    Args:
        vectors: unit rows, shape (n, dim).
        kinds: queries, float32 of shape (n, dim), by kind.
    """
    every = np.concatenate(list(kinds.values()))
    opened, first = {}, 0
    answers = _answers(vectors, every, [(number, None) for number in range(len(every))], DEEP)
    for kind, queries in kinds.items():
        upto = first + len(queries)
        opened[kind] = tuple(
            Asked(query, None, exact) for query, exact in zip(queries, answers[first:upto], strict=True)
        )
        first = upto
    most = max(2, min(MASKED, MASKED_ROWS // max(1, len(vectors))))
    chosen = np.concatenate([queries[:most] for queries in kinds.values()])
    cases = _masks(vectors, chosen)
    exact = _answers(vectors, chosen, [(number, mask) for number, _, mask in cases], SHALLOW)
    masked = tuple(
        Asked(chosen[number], mask, rows, case)
        for (number, case, mask), rows in zip(cases, exact, strict=True)
    )
    return Questions(opened, masked)


def measure(index: VectorIndex, vectors: Stored, questions: Questions) -> Recall:
    """Ask an index without masks; of one that is exhaustive only the time is measured."""
    if index.exhaustive:
        low, high = wilson(1.0, min(len(asked) for asked in questions.open.values()))
        every = [one for asked in questions.open.values() for one in asked]
        return Recall(1.0, low, high, 1.0, _timed(index, vectors, every))
    shallow, deep, times = [], [], []
    for asked in questions.open.values():
        answers = [_answer(index, vectors, one, SHALLOW) for one in asked]
        shallow.append(float(np.mean([found for found, _ in answers])))
        times += [ms for _, ms in answers]
        deep.append(float(np.mean([_answer(index, vectors, one, DEEP)[0] for one in asked])))
    worst = min(shallow)
    low, high = wilson(worst, min(len(asked) for asked in questions.open.values()))
    return Recall(worst, low, high, min(deep), float(np.median(times)))


def measure_filtered(index: VectorIndex, vectors: Stored, questions: Questions) -> Filtered:
    """Ask an index with masks; of one that is exhaustive only the time is measured."""
    if index.exhaustive:
        return Filtered(1.0, 1.0, _timed(index, vectors, questions.masked))
    answers = [(one.case, *_answer(index, vectors, one, SHALLOW)) for one in questions.masked]
    by_case: dict[str, list[float]] = {}
    for case, found, _ in answers:
        by_case.setdefault(case, []).append(found)
    return Filtered(
        lowest=min(found for _, found, _ in answers),
        recall=min(float(np.mean(found)) for found in by_case.values()),
        ms=float(np.median([ms for _, _, ms in answers])),
    )


def _timed(index: VectorIndex, vectors: Stored, asked: Sequence[Asked]) -> float:
    """Return the median milliseconds, of fewer questions where they take long."""
    times: list[float] = []
    for one in asked:
        times.append(_answer(index, vectors, one, SHALLOW)[1])
        if len(times) >= TIMED and sum(times) > BUDGET_S * 1e3:
            break
    return float(np.median(times))


def time_in_turns(indexes: Sequence[VectorIndex], vectors: Stored, asked: Sequence[Asked]) -> list[float]:
    """Return the median milliseconds of each of several indexes, which are asked everything in turns.

    A shared machine is slow for seconds on end: then it is for all of them, and not for one alone. Of the
    times of a query the least counts, and every other round goes backwards.
    """
    least = np.full((len(indexes), len(asked)), np.inf)
    turns = list(zip(indexes, least, strict=True))
    for number in range(ROUNDS):
        for index, times in turns if number % 2 else reversed(turns):
            took = [_answer(index, vectors, one, SHALLOW)[1] for one in asked]
            np.minimum(times, took, out=times)
    medians: list[float] = np.median(least, axis=1).tolist()
    return medians


def wilson(share: float, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share that was seen in n trials (Wilson, JASA 22, 1927)."""
    middle = share + Z * Z / (2 * n)
    reach = Z * float(np.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)))
    scale = 1 + Z * Z / n
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def _masks(vectors: Stored, queries: NDArray[np.float32]) -> list[tuple[int, str, NDArray[np.bool_]]]:
    """Make masks for each query: its number, what mask it is, and the mask.

    Near and far are told from a point beside the query, half of it and half of the difference of two rows: a
    filter goes along with what is looked for, it does not cut where the best rows begin.
    """
    n = len(vectors)
    random = np.random.default_rng(13)
    pairs = widen(vectors[random.integers(0, n, 2 * len(queries))])
    aside = pairs[: len(queries)] - pairs[len(queries) :]
    points = unit_rows(queries + unit_rows(aside))
    cosines = np.concatenate(
        [points @ widen(vectors[at : at + BLOCK]).T for at in range(0, n, BLOCK)], axis=1
    )
    made = []
    for number, along in enumerate(cosines):
        for share in SHARES:
            low, high = np.quantile(along, [share, 1 - share])
            made += [
                (number, f"chance {share}", random.random(n) < share),
                (number, f"near {share}", along >= high),
                (number, f"far {share}", along <= low),
            ]
    return made


def _answers(
    vectors: Stored,
    queries: NDArray[np.float32],
    asked: Sequence[tuple[int, NDArray[np.bool_] | None]],
    k: int,
) -> list[NDArray[np.int64]]:
    found = best_rows_each(vectors, queries, asked, k)
    return [_order(vectors, rows, queries[number], k) for (number, _), rows in zip(asked, found, strict=True)]


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
