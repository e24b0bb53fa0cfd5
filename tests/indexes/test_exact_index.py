import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
