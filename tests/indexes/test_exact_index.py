from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.indexes import codes, int8
from pinakes.indexes.exact import ExactFamily, ExactIndex
from pinakes.indexes.int8 import Int8Family
from pinakes.kernels.similarity import cosine_scores, unit_rows
from pinakes.testing.index import check_index


def oracle(vectors, query, k, mask):
    """The top k by a plain sort over every allowed row."""
    scores = cosine_scores(vectors, query)
    rows = [i for i in range(len(vectors)) if mask is None or mask[i]]
    return sorted(rows, key=lambda i: (-scores[i], i))[:k]


@pytest.mark.parametrize("family", [ExactFamily(), Int8Family()], ids=lambda family: family.name)
def test_exact_families_keep_the_contract(family):
    check_index(family)


@pytest.mark.parametrize("family", [ExactFamily(), Int8Family()], ids=lambda family: family.name)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 300),
    st.integers(1, 40),
    st.sampled_from([None, 0.02, 0.5, 0.0]),
)
def test_the_true_best_are_among_the_proposed(family, seed, n, k, share):
    rng = np.random.default_rng(seed)
    centres = rng.integers(0, 3, size=n)  # many near-equal and equal rows
    vectors = unit_rows(np.eye(3, 16)[centres] + 1e-3 * rng.integers(0, 3, (n, 16))).astype(np.float16)
    query = unit_rows(rng.standard_normal((1, 16)))
    mask = None if share is None else rng.random(n) < share
    (proposal,) = family.build(vectors).propose(query, k, mask)
    assert set(oracle(vectors, query[0], k, mask)) <= set(proposal.rows.tolist())
    assert proposal.rows.tolist() == sorted(set(proposal.rows.tolist()))
    assert mask is None or mask[proposal.rows].all()


def test_what_is_scanned_is_what_the_mask_allows():
    vectors = unit_rows(np.random.default_rng(0).standard_normal((1000, 32))).astype(np.float16)
    mask = np.arange(1000) < 500
    (all_rows,) = ExactIndex(vectors).propose(vectors[:1].astype(np.float32), 5)
    (half,) = ExactIndex(vectors).propose(vectors[:1].astype(np.float32), 5, mask)
    assert (all_rows.scanned, half.scanned) == (1000, 500)


def test_one_row_no_row_and_nothing_allowed():
    one = np.array([[1.0, 0.0]], dtype=np.float32)
    assert ExactIndex(one).propose(one, 5)[0].rows.tolist() == [0]
    assert ExactIndex(one).propose(one, 5, np.array([False]))[0].rows.tolist() == []
    assert ExactIndex(one[:0]).propose(one, 5)[0].rows.tolist() == []


def test_a_memory_mapped_file_is_scanned_where_it_is(tmp_path):
    rng = np.random.default_rng(1)
    np.save(tmp_path / "vectors.npy", unit_rows(rng.standard_normal((6000, 32))).astype(np.float16))
    mapped = np.load(tmp_path / "vectors.npy", mmap_mode="r")
    query = unit_rows(rng.standard_normal((1, 32)))
    for family in (ExactFamily(), Int8Family()):
        (proposal,) = family.build(mapped).propose(query, 10)
        assert set(oracle(mapped, query[0], 10, None)) <= set(proposal.rows.tolist())


@pytest.mark.parametrize("family", [ExactFamily(), Int8Family()], ids=lambda family: family.name)
def test_few_allowed_rows_are_fetched_a_buffer_at_a_time(monkeypatch, family):
    """Near-equal rows, more than a first scan asks for, and threads that share the index."""
    monkeypatch.setattr(int8, "FEW", 1)
    monkeypatch.setattr(int8, "PAYING", 0)
    monkeypatch.setattr(codes, "FETCHED", 20 * 32)
    rng = np.random.default_rng(2)
    centres = np.eye(3, 16)[rng.integers(0, 3, size=5000)]
    vectors = unit_rows(centres + 1e-4 * rng.integers(0, 2, (5000, 16))).astype(np.float16)
    index = family.build(vectors)

    def check(seed):
        asked = np.random.default_rng(seed)
        mask = asked.random(5000) < 0.05
        query = unit_rows(asked.standard_normal((1, 16)))
        for k in (1, 10, int(mask.sum()) - 1, int(mask.sum()), 400):
            (proposal,) = index.propose(query, k, mask)
            assert set(oracle(vectors, query[0], k, mask)) <= set(proposal.rows.tolist())
            assert mask[proposal.rows].all() and (np.diff(proposal.rows) > 0).all()
        return proposal.scanned == mask.sum()

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(check, range(8)))


def test_the_best_of_fetched_rows_by_hand():
    """Products 1, 2, 3 and 4 of rows 5, 4, 3 and 2: the best two, and no other row above the second."""
    values = np.zeros((6, 8), np.float16)
    values[:, 0] = [0, 9, 4, 3, 2, 1]
    scan = codes.CodeScan(values, "QT_fp16")
    query = np.eye(1, 8, dtype=np.float32)[0]
    found = scan.best_among(query, 2, np.array([5, 2, 4, 3]))
    assert found.rows.tolist() == [2, 3] and found.scores.tolist() == [4.0, 3.0] and found.floor == 3.0
    assert scan.best_among(query, 4, np.array([5, 2, 4, 3])).floor == -np.inf


def test_what_was_fetched_for_a_filter_answers_other_queries_under_it():
    """Rows of a filter stay in the buffer: the next query, or another filter in between, changes nothing."""
    rng = np.random.default_rng(3)
    values = rng.integers(-9, 9, (50, 8)).astype(np.float16)
    scan = codes.CodeScan(values, "QT_fp16")
    few, others = np.array([3, 7, 20, 41]), np.array([3, 8, 20, 41])
    for among in (few, few, others, few, few[:2], few):
        query = rng.integers(-9, 9, 8).astype(np.float32)
        found = scan.best_among(query, 2, among)
        products = values[among].astype(np.float32) @ query
        assert found.scores.tolist() == sorted(products.tolist(), reverse=True)[:2]
        assert (values[found.rows].astype(np.float32) @ query).tolist() == found.scores.tolist()
        assert set(found.rows.tolist()) <= set(among.tolist())
