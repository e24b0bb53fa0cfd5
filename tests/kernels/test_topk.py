import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pinakes.kernels.topk import at_least_best, best


def test_best_by_hand():
    scores = np.array([0.1, 0.9, 0.9, 0.5])
    order = np.array([3, 2, 1, 0])
    assert best(scores, order, 3).tolist() == [2, 1, 3]
    assert best(scores, order, 99).tolist() == [2, 1, 3, 0]
    assert best(scores, order, 0).tolist() == []


@given(st.lists(st.integers(0, 5), max_size=60), st.integers(0, 70), st.randoms())
def test_best_equals_a_full_sort(values, k, random):
    order = list(range(len(values)))
    random.shuffle(order)
    expected = sorted(range(len(values)), key=lambda i: (-values[i], order[i]))[:k]
    assert best(np.array(values, dtype=float), np.array(order, dtype=np.int64), k).tolist() == expected


@given(st.lists(st.floats(-1, 1, width=32), max_size=60), st.integers(1, 70), st.floats(0, 0.2))
def test_at_least_best_holds_all_that_may_be_best(values, k, slack):
    scores = np.array(values, dtype=np.float32)
    kept = at_least_best(scores, k, slack)
    kth = np.sort(scores)[::-1][min(k, len(scores)) - 1] if len(scores) else 0
    assert kept.tolist() == [
        i for i, s in enumerate(scores) if len(scores) <= k or s >= kth - np.float64(slack)
    ]


def test_masked_scores_never_qualify():
    scores = np.array([0.5, -np.inf, 0.1, -np.inf], dtype=np.float32)
    assert at_least_best(scores, 3, 0.0).tolist() == [0, 2]
    assert at_least_best(scores, 10, 0.0).tolist() == [0, 2]
    assert at_least_best(np.full(3, -np.inf, dtype=np.float32), 2, 0.1).tolist() == []
