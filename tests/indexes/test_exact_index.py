import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.indexes.exact import ExactIndex
from pinakes.kernels.similarity import cosine_scores, unit_rows


def oracle(vectors, query, k, mask):
    """The top k by a plain sort over every allowed row."""
    scores = cosine_scores(vectors, query)
    rows = [i for i in range(len(vectors)) if mask is None or mask[i]]
    return sorted(rows, key=lambda i: (-scores[i], i))[:k]


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 300),
    st.integers(1, 40),
    st.sampled_from([None, 0.02, 0.5, 0.0]),
)
def test_the_true_best_are_among_the_proposed(seed, n, k, share):
    rng = np.random.default_rng(seed)
    centres = rng.integers(0, 3, size=n)  # many near-equal and equal rows
    vectors = unit_rows(np.eye(3, 16)[centres] + 1e-3 * rng.integers(0, 3, (n, 16))).astype(np.float16)
    query = unit_rows(rng.standard_normal((1, 16)))[0]
    mask = None if share is None else rng.random(n) < share
    proposal = ExactIndex(vectors).propose(query, k, mask)
    assert set(oracle(vectors, query, k, mask)) <= set(proposal.rows.tolist())
    assert proposal.rows.tolist() == sorted(set(proposal.rows.tolist()))
    assert mask is None or mask[proposal.rows].all()


@pytest.mark.parametrize("share", [0.01, 0.5])
def test_gathering_and_masking_look_at_what_they_say(share):
    rng = np.random.default_rng(0)
    vectors = unit_rows(rng.standard_normal((1000, 32))).astype(np.float16)
    mask = np.zeros(1000, dtype=np.bool_)
    mask[: int(1000 * share)] = True
    scanned = ExactIndex(vectors).propose(vectors[0].astype(np.float32), 5, mask).scanned
    assert scanned == (10 if share == 0.01 else 1000)


def test_one_row_no_row_and_nothing_allowed():
    one = np.array([[1.0, 0.0]], dtype=np.float32)
    assert ExactIndex(one).propose(one[0], 5).rows.tolist() == [0]
    assert ExactIndex(one).propose(one[0], 5, np.array([False])).rows.tolist() == []
    assert ExactIndex(one[:0]).propose(one[0], 5).rows.tolist() == []
