import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pinakes.kernels.topk import best


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
