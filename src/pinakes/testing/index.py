"""What every vector index must keep: the contract of `pinakes.indexes.base`, as a check to run on any."""

import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.base import IndexFamily, Proposal, VectorIndex
from pinakes.kernels.similarity import Stored, cosine_scores, unit_rows
from pinakes.kernels.topk import best
from pinakes.testing.contract import require

Mask = NDArray[np.bool_] | None

DEPTHS = (1, 10, 100)
SHARES = (0.0, 0.001, 0.03, 0.5, 0.99)
"""Shares of the rows that masks let through."""


def check_index(
    family: IndexFamily, *, recall: float = 1.0, rows: int = 6000, dim: int = 64, queries: int = 20
) -> VectorIndex:
    """Check that an index keeps its contract.

    It is built over clusters of vectors with duplicates and zeros among them, over one row and over none;
    asked one by one and together, with masks that let through everything, something, what is far from the
    query and nothing, for more rows than there are; saved, opened and built again. What it proposes is scored
    and ordered as in a search, and compared with a plain sort by exact float64 scores.

    Args:
        family: the index.
        recall: the mean share of the exact answer that it promises to find: 1.0 for an exhaustive one.
        rows: over which it is built, 1000 or more.
        dim: of the vectors, 8 or more.
        queries: that are asked; none of them is a row.

    Returns:
        The index that was built.

    Raises:
        ContractError: names the promise that is not kept.
        ValueError: fewer rows or dimensions than the checks need.
    """
    if rows < 1000 or dim < 8:
        raise ValueError(f"at least 1000 rows of 8 dimensions are needed, got {rows} of {dim}")
    for dtype in (np.float16, np.float32):
        vectors, asked = _clusters(rows, dim, queries, np.dtype(dtype))
        built = family.build(vectors)
        require(not built.exhaustive or recall == 1.0, "an exhaustive index has a recall of 1", recall)
        _check_effort(built)
        _check_answers(built, vectors, asked, recall)
        _check_unusual(built, len(vectors), asked)
        _check_saved(family, built, vectors, asked)
        _same(family.build(vectors), built, asked, "building twice")
    _check_edges(family, dim)
    return built


def _clusters(
    rows: int, dim: int, queries: int, dtype: np.dtype[np.floating]
) -> tuple[Stored, NDArray[np.float32]]:
    """Return rows around centres, some equal and some zero, read-only, and queries of the same making."""
    random = np.random.default_rng(20_261)
    centres = random.standard_normal((rows // 50, dim))
    centres += 0.5 * random.standard_normal(dim)
    near = centres[random.integers(0, len(centres), rows)] + 0.5 * random.standard_normal((rows, dim))
    near[rows // 2 : rows // 2 + 40] = near[rows // 2]
    near[::500] = 0.0
    vectors = unit_rows(near).astype(dtype)
    vectors.setflags(write=False)
    asked = centres[random.integers(0, len(centres), queries)] + 0.5 * random.standard_normal((queries, dim))
    asked[0] = near[rows // 2] + 0.01 * random.standard_normal(dim)
    return vectors, unit_rows(asked)


def _masks(cosines: NDArray[np.float64]) -> list[Mask]:
    """Return masks by chance, and the halves of the rows that are near a query and far from it."""
    random = np.random.default_rng(7)
    by_chance = [random.random(len(cosines)) < share for share in SHARES]
    middle = float(np.median(cosines))
    return [None, *by_chance, cosines >= middle, cosines < middle]


def _check_effort(index: VectorIndex) -> None:
    require(bool(index.name), "an index has a name", index.name)
    require(list(index.efforts) == sorted(set(index.efforts)), "efforts ascend", index.efforts)
    require(not (index.exhaustive and index.efforts), "what is exhaustive has no efforts", index.efforts)
    for effort in index.efforts:
        require(index.at(effort).effort == effort, "an index looks as hard as it is told", effort)


def _check_answers(index: VectorIndex, vectors: Stored, asked: NDArray[np.float32], recall: float) -> None:
    scores = [cosine_scores(vectors, query) for query in asked]
    for mask in _masks(scores[1]):
        allowed = np.arange(len(vectors)) if mask is None else np.flatnonzero(mask)
        for k in DEPTHS:
            among = f"({k} of {len(allowed)} rows)"
            together = index.propose(asked, k, mask)
            require(len(together) == len(asked), "one proposal a query", len(together))
            shares = []
            for query, cosines, proposal in zip(asked, scores, together, strict=True):
                _check_proposal(proposal, len(vectors), mask)
                answer, exact = _best(proposal.rows, cosines, k), _best(allowed, cosines, k)
                (alone,) = index.propose(query[None], k, mask)
                require(
                    answer == _best(alone.rows, cosines, k),
                    f"a query asked alone and together has one answer {among}",
                    (answer, alone.rows),
                )
                require(
                    answer == exact or not index.exhaustive,
                    f"the answer of an exhaustive index is that of a plain sort {among}",
                    (answer, exact),
                )
                shares.append(len(set(answer) & set(exact)) / len(exact) if exact else 1.0)
            share = float(np.mean(shares))
            require(share >= recall, f"recall is at least {recall} {among}", share)


def _check_unusual(index: VectorIndex, n: int, asked: NDArray[np.float32]) -> None:
    for proposal in index.propose(asked[:2], n + 5):
        _check_proposal(proposal, n, None)
        require(
            len(proposal.rows) == n or not index.exhaustive,
            "asked for more rows than there are, an exhaustive index proposes all",
            len(proposal.rows),
        )
    for proposal in index.propose(asked[:2], 0):
        require(len(proposal.rows) == 0, "asked for no rows, an index proposes none", proposal.rows)
    nothing = index.propose(np.zeros_like(asked[:1]), 5)
    require(len(nothing) == 1, "a query of zeros has a proposal", len(nothing))
    _check_proposal(nothing[0], n, None)
    none = index.propose(asked[:0], 5)
    require(len(none) == 0, "no queries have no proposals", none)


def _check_proposal(proposal: Proposal, n: int, mask: Mask) -> None:
    rows = proposal.rows
    require(rows.dtype == np.int64 and rows.ndim == 1, "rows are int64", (rows.dtype, rows.shape))
    require(bool((np.diff(rows) > 0).all()), "rows ascend without repeats", rows)
    require(not len(rows) or (rows[0] >= 0 and rows[-1] < n), f"rows are from 0 to {n - 1}", rows)
    require(mask is None or bool(mask[rows].all()), "no masked row is proposed", rows)
    require(0 <= proposal.scanned <= n, f"at most {n} rows are scanned", proposal.scanned)


def _check_saved(
    family: IndexFamily, built: VectorIndex, vectors: Stored, asked: NDArray[np.float32]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        built.save(Path(folder))
        opened = family.open(Path(folder), vectors)
        require(opened.name == built.name, "saving and opening keeps the name", opened.name)
        _same(opened, built, asked, "saving and opening")


def _check_edges(family: IndexFamily, dim: int) -> None:
    one = np.eye(1, dim, dtype=np.float16)
    for few in (one, one[:0], np.zeros((3, dim), np.float16), np.repeat(one, 300, axis=0)):
        index = family.build(few)
        for k in (1, 5):
            (proposal,) = index.propose(one.astype(np.float32), k)
            _check_proposal(proposal, len(few), None)
            require(
                len(proposal.rows) >= min(k, len(few)) or not index.exhaustive,
                f"of {len(few)} rows, an exhaustive index proposes at least {min(k, len(few))}",
                len(proposal.rows),
            )
        (none,) = index.propose(one.astype(np.float32), 5, np.zeros(len(few), np.bool_))
        require(len(none.rows) == 0, "where a mask allows nothing, nothing is proposed", none.rows)
        with tempfile.TemporaryDirectory() as folder:
            index.save(Path(folder))
            _same(family.open(Path(folder), few), index, one.astype(np.float32), f"saving {len(few)} rows")


def _same(index: VectorIndex, other: VectorIndex, asked: NDArray[np.float32], what: str) -> None:
    for one, two in zip(index.propose(asked, 10), other.propose(asked, 10), strict=True):
        require(np.array_equal(one.rows, two.rows), f"{what} gives the same proposals", (one.rows, two.rows))


def _best(rows: NDArray[np.int64], cosines: NDArray[np.float64], k: int) -> list[int]:
    """Return the k best of some rows as a search orders them: by exact score, ties by row."""
    return [int(row) for row in rows[best(cosines[rows], rows, k)]]
