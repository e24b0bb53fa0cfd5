"""An exact scan of stored vectors, block by block, for one query or many: one matrix product a block."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pinakes.kernels.ahead import read_block_ahead, read_rows_ahead
from pinakes.kernels.similarity import Stored, products, products_at, scan_error, widen

BLOCK = 8192
"""Rows in a block: 16 MiB of float32 at 512 dimensions, half of a usual shared cache."""


def best_rows(
    vectors: Stored, queries: NDArray[np.float32], k: int, among: NDArray[np.int64] | None = None
) -> list[NDArray[np.int64]]:
    """Find every row that rounding allows among the k best, by comparing with each.

    Args:
        vectors: unit rows, shape (n, dim); read in blocks, so they may be larger than memory.
        queries: unit vectors, shape (queries, dim).
        k: how many rows are wanted.
        among: int64, the rows to look at, ascending; None for all.

    Returns:
        For each query int64 rows, ascending: a superset of the true k best.
    """
    slack = 2.0 * scan_error(vectors.shape[1])
    if k < 1:
        return [np.empty(0, dtype=np.int64) for _ in queries]
    kept = [_Kept(k, slack) for _ in queries]
    for start in range(0, len(vectors) if among is None else len(among), BLOCK):
        if among is None:
            rows = np.arange(start, min(start + BLOCK, len(vectors)))
            read_block_ahead(vectors, start, start + 4 * BLOCK)
            wide = widen(vectors[start : start + BLOCK])
            scores = products(wide, queries[0])[None] if len(queries) == 1 else queries @ wide.T
        else:
            rows = among[start : start + BLOCK]
            read_rows_ahead(vectors, rows)
            if len(queries) == 1:
                scores = products_at(vectors, rows, queries[0])[None]
            else:
                scores = queries @ widen(vectors[rows]).T
        for one, found in zip(kept, scores, strict=True):
            one.add(rows, found)
    return [one.rows() for one in kept]


def best_rows_each(
    vectors: Stored,
    queries: NDArray[np.float32],
    asked: Sequence[tuple[int, NDArray[np.bool_] | None]],
    k: int,
) -> list[NDArray[np.int64]]:
    """Answer queries under masks of their own, in one pass over the vectors.

    Args:
        vectors, queries, k: as in `best_rows`.
        asked: numbers of queries, each with a mask of shape (n,) or None for all rows.

    Returns:
        For each of ``asked`` int64 rows, ascending: a superset of the true k best.
    """
    kept = [_Kept(k, 2.0 * scan_error(vectors.shape[1])) for _ in asked]
    for start in range(0, len(vectors), BLOCK):
        read_block_ahead(vectors, start, start + 4 * BLOCK)
        scores = queries @ widen(vectors[start : start + BLOCK]).T
        for one, (number, mask) in zip(kept, asked, strict=True):
            found = scores[number]
            among = np.arange(len(found)) if mask is None else np.flatnonzero(mask[start : start + BLOCK])
            one.add(start + among, found[among])
    return [one.rows() for one in kept]


class _Kept:
    """The rows of one query that may still be among the k best."""

    def __init__(self, k: int, slack: float) -> None:
        self._k, self._slack = k, slack
        self._floor = -np.inf
        self._rows = np.empty(0, dtype=np.int64)
        self._scores = np.empty(0, dtype=np.float32)

    def add(self, rows: NDArray[np.int64], scores: NDArray[np.float32]) -> None:
        """Look at the scores of more rows."""
        good = np.flatnonzero(scores >= self._floor)
        self._rows = np.concatenate([self._rows, rows[good]])
        self._scores = np.concatenate([self._scores, scores[good]])
        if len(good) and len(self._scores) > self._k:
            place = len(self._scores) - self._k
            self._floor = float(np.partition(self._scores, place)[place]) - self._slack
            good = np.flatnonzero(self._scores >= self._floor)
            self._rows, self._scores = self._rows[good], self._scores[good]

    def rows(self) -> NDArray[np.int64]:
        """Return what is left."""
        return self._rows


def narrow(vectors: Stored, rows: NDArray[np.int64], query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Keep those of some rows that rounding allows among their k best: what is worth an exact score.

    Args:
        vectors: unit rows, shape (n, dim).
        rows: int64, ascending.
        query: unit vector, shape (dim,).

    Returns:
        int64, ascending.
    """
    if len(rows) <= 2 * k:
        return rows  # too few for a scan to save an exact score
    return best_rows(vectors, query[None], k, rows)[0]


def above(
    vectors: Stored, rows: NDArray[np.int64], query: NDArray[np.float32], least: float
) -> NDArray[np.int64]:
    """Keep those of some rows whose exact score may reach another.

    Args:
        vectors: unit rows, shape (n, dim).
        rows: int64, ascending.
        query: unit vector, shape (dim,).
        least: a score; minus infinity keeps all.

    Returns:
        int64, ascending.
    """
    if least == -np.inf or not len(rows):
        return rows
    return rows[products_at(vectors, rows, query) >= least - scan_error(vectors.shape[1])]
