import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pinakes.kernels import scan
from pinakes.kernels.scan import above, best_rows, narrow
from pinakes.kernels.similarity import cosine_scores, unit_rows, widen


def test_widening_is_exact_for_every_finite_half():
    halves = np.arange(65_536, dtype=np.uint16).view(np.float16)
    finite = halves[np.isfinite(halves)]
    wide = widen(finite)
    assert wide.dtype == np.float32
    assert np.array_equal(wide.view(np.int32), finite.astype(np.float32).view(np.int32))
    assert widen(wide) is wide


@given(st.integers(0, 2**32 - 1), st.integers(0, 60), st.integers(0, 20), st.booleans(), st.integers(1, 9))
def test_blocks_lose_nothing(seed, n, k, some, block):
    rng = np.random.default_rng(seed)
    vectors = unit_rows(rng.integers(-1, 2, (n, 4)) + 0.01).astype(np.float16)
    queries = unit_rows(rng.standard_normal((3, 4)))
    among = np.flatnonzero(rng.random(n) < 0.5) if some else None
    before, scan.BLOCK = scan.BLOCK, block
    try:
        found = best_rows(vectors, queries, k, among)
    finally:
        scan.BLOCK = before
    rows = np.arange(n) if among is None else among
    for query, proposed in zip(queries, found, strict=True):
        scores = cosine_scores(vectors[rows], query)
        best = sorted(zip(-scores, rows.tolist(), strict=True))[:k]
        assert {row for _, row in best} <= set(proposed.tolist()) <= set(rows.tolist())
        assert proposed.tolist() == sorted(set(proposed.tolist()))


def test_narrowing_keeps_the_best_and_their_equals():
    vectors = np.array([[1, 0], [0.6, 0.8], [0.8, 0.6], [0.8, 0.6], [0, 1]], dtype=np.float32)
    query = np.array([1, 0], dtype=np.float32)
    assert narrow(vectors, np.array([1, 2, 3, 4]), query, 1).tolist() == [2, 3]
    assert narrow(vectors, np.array([1, 4]), query, 2).tolist() == [1, 4]


def test_what_may_reach_a_score_is_kept():
    vectors = np.array([[1, 0], [0.6, 0.8], [0.8, 0.6], [0, 1]], dtype=np.float32)
    query = np.array([1, 0], dtype=np.float32)
    assert above(vectors, np.array([0, 1, 2, 3]), query, 0.7).tolist() == [0, 2]
    assert above(vectors, np.array([1, 3]), query, 0.6).tolist() == [1]  # equal, which rounding must not hide
    assert above(vectors, np.array([1, 3]), query, -np.inf).tolist() == [1, 3]
    assert above(vectors, np.array([], dtype=np.int64), query, 0.5).tolist() == []
