import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.kernels.similarity import (
    cosine_scores,
    length,
    products,
    products_at,
    scan_error,
    unit_rows,
    widen,
)


def test_cosine_scores_by_hand():
    vectors = np.array([[1, 0], [0.6, 0.8], [0, -1]], dtype=np.float32)
    query = np.array([0.6, 0.8], dtype=np.float32)
    assert cosine_scores(vectors, query).tolist() == [0.6, 1.0, -0.8]


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_scores_are_the_sums_of_products_in_float64(dtype):
    rng = np.random.default_rng(0)
    vectors = unit_rows(rng.standard_normal((40, 130))).astype(dtype)
    vectors[0, :3] = 6e-8, -6e-8, 0.0  # the smallest halves, which float16 holds with fewer bits
    query = unit_rows(rng.standard_normal((1, 130)))[0]
    products = vectors.astype(np.float64) * query.astype(np.float64)
    expected = np.round(products.sum(axis=1), 6) + 0.0
    assert cosine_scores(vectors, query).tobytes() == expected.tobytes()


def test_scores_are_never_negative_zero():
    scores = cosine_scores(np.array([[-1e-9, 0.0]], dtype=np.float32), np.array([1.0, 0.0], dtype=np.float32))
    assert not np.signbit(scores[0])


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.sampled_from([3, 64, 511, 512, 1024]))
def test_a_score_does_not_depend_on_its_neighbours(seed, n, dim):
    rng = np.random.default_rng(seed)
    vectors = unit_rows(rng.standard_normal((n, dim))).astype(np.float16)
    query = unit_rows(rng.standard_normal((1, dim)))[0]
    together = cosine_scores(vectors, query)
    alone = [cosine_scores(vectors[i : i + 1], query)[0] for i in range(n)]
    shuffled = rng.permutation(n)
    assert together.tolist() == alone
    assert cosine_scores(vectors[shuffled], query).tolist() == together[shuffled].tolist()


@pytest.mark.parametrize("dim", [2, 512, 4096])
def test_the_scan_stays_inside_its_error_bound(dim):
    rng = np.random.default_rng(7)
    vectors = unit_rows(rng.standard_normal((200, dim)))
    query = unit_rows(rng.standard_normal((1, dim)))[0]
    off = np.abs((vectors @ query).astype(np.float64) - cosine_scores(vectors, query)).max()
    assert 0 < off <= scan_error(dim)


def test_unit_rows_keeps_zeros():
    rows = unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]]))
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0, 0]])


def test_the_length_of_one_vector_by_hand():
    assert length(np.array([3.0, 4.0])) == 5.0
    assert length(np.zeros(3)) == 0.0
    assert length(np.array([1.0, -np.inf])) == np.inf
    assert np.isnan(length(np.array([1.0, np.nan])))


@pytest.mark.parametrize("dim", [1, 7, 129, 512, 1000])
def test_a_vector_divided_by_its_length_is_that_of_unit_rows_to_the_last_bit(dim):
    vector = np.random.default_rng(dim).standard_normal(dim) * 1e3
    np.testing.assert_array_equal((vector / length(vector)).astype(np.float32), unit_rows(vector[None])[0])


def test_products_of_fetched_rows_are_those_of_widened_ones():
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 700, 1200)
    query = unit_rows(rng.standard_normal((1, 33)))[0]
    for dtype in (np.float16, np.float32):
        vectors = unit_rows(rng.standard_normal((700, 33))).astype(dtype)
        vectors[3] *= dtype(1e-4)  # subnormal halves
        np.testing.assert_array_equal(
            products_at(vectors, rows, query), products(widen(vectors[rows]), query)
        )
    assert len(products_at(vectors, rows[:0], query)) == 0
