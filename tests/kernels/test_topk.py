import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pinakes.kernels.topk import best, reached


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


def test_reached_by_hand():
    """Eight blocks of two: the best are 7, 6, 5, 4, 3, 2, 1 and 8; the second of them is 7."""
    scores = np.array([7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 8], dtype=float)
    assert reached(scores, 2) == 7.0


@given(st.lists(st.integers(0, 5), min_size=1, max_size=60), st.integers(1, 60))
def test_as_many_as_wanted_reach_it(values, k):
    scores = np.array(values, dtype=float)
    k = min(k, len(scores))
    assert np.count_nonzero(scores >= reached(scores, k)) >= k
