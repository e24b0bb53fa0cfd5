"""The exact answer, by our own kernel from the stored vectors: every recall is measured against it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinakes.bench.data.cases import Case, Range
from pinakes.bench.data.dataset import CHUNK, Dataset
from pinakes.ingest.progress import Report
from pinakes.kernels.similarity import cosine_scores, scan_error
from pinakes.kernels.topk import best


@dataclass(frozen=True, slots=True)
class Truth:
    """The true answer of one query under one filter.

    Attributes:
        rows: int64, at most k, best first, ties by row.
        floor: exact score of the last of them; infinite where there is none.
    """

    rows: NDArray[np.int64]
    floor: float


class _Best:
    """The rows that may still be among the k best of one query, while the blocks go by."""

    def __init__(self, k: int, slack: float) -> None:
        self._k, self._slack = k, slack
        self._rows: list[NDArray[np.int64]] = []
        self._scores: list[NDArray[np.float32]] = []
        self._held = 0
        self._floor = -np.inf

    def offer(self, rows: NDArray[np.int64], scores: NDArray[np.float32]) -> None:
        kept = np.flatnonzero(scores >= self._floor)
        if len(kept):
            self._rows.append(rows[kept])
            self._scores.append(scores[kept])
            self._held += len(kept)
            if self._held > 4 * self._k:
                self._compress()

    def rows(self) -> NDArray[np.int64]:
        self._compress()
        return self._rows[0] if self._rows else np.empty(0, dtype=np.int64)

    def _compress(self) -> None:
        if not self._rows:
            return
        rows, scores = np.concatenate(self._rows), np.concatenate(self._scores)
        if len(scores) > self._k:
            self._floor = (
                float(np.partition(scores, len(scores) - self._k)[len(scores) - self._k]) - self._slack
            )
            kept = scores >= self._floor
            rows, scores = rows[kept], scores[kept]
        self._rows, self._scores, self._held = [rows], [scores], len(rows)


def exact_answers(
    dataset: Dataset,
    kind: str,
    cases: Sequence[Case],
    k: int,
    progress: Report,
) -> dict[Case, list[Truth]]:
    """Answer every query of a kind under every filter, exactly, in one pass over the vectors.

    Args:
        k: rows of an answer.
        progress: told how many rows were looked at.

    Returns:
        For each case one `Truth` a query.
    """
    queries, rows, n = dataset.queries[kind], dataset.rows, len(dataset.rows)
    filters = {case: _grouped(dataset.filters(kind, case)) for case in cases}
    running = {case: [_Best(k, 2.0 * scan_error(rows.shape[1])) for _ in queries] for case in cases}
    for start in range(0, n, CHUNK):
        block = np.asarray(rows[start : start + CHUNK], dtype=np.float32)
        scores = queries @ block.T
        columns = {name: values[start : start + CHUNK] for name, values in dataset.columns.items()}
        for case in cases:
            for where, asking in filters[case].items():
                kept = np.arange(len(block)) if where is None else np.flatnonzero(where.mask(columns))
                if not len(kept):
                    continue
                for at in asking:
                    running[case][at].offer(kept + start, scores[at, kept])
        progress("exact answers", min(start + CHUNK, n), n)
    return {
        case: [_settle(rows, query, one.rows(), k) for query, one in zip(queries, found, strict=True)]
        for case, found in running.items()
    }


def _grouped(filters: Sequence[Range | None]) -> dict[Range | None, list[int]]:
    """Return the places of each filter."""
    places: dict[Range | None, list[int]] = {}
    for at, where in enumerate(filters):
        places.setdefault(where, []).append(at)
    return places


def _settle(
    stored: NDArray[np.float16] | NDArray[np.float32],
    query: NDArray[np.float32],
    rows: NDArray[np.int64],
    k: int,
) -> Truth:
    rows = np.sort(rows)
    scores = cosine_scores(stored[rows], query)
    top = best(scores, rows, k)
    return Truth(rows[top], float(scores[top[-1]]) if len(top) else np.inf)
