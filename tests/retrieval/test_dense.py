import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.indexes.exact import ExactIndex
from pinakes.kernels.similarity import cosine_scores, unit_rows
from pinakes.retrieval.corpus import Space, SpacePart, consecutive
from pinakes.retrieval.dense import search_part, search_space


def part(vectors, item_rows, first_view=0):
    stored = np.asarray(vectors, dtype=np.float16)
    rows = np.asarray(item_rows, dtype=np.int64)
    views = first_view + np.arange(len(rows))
    return SpacePart(ExactIndex(stored), stored, rows, views, run=consecutive(rows))


@pytest.mark.parametrize(
    ("items", "run"),
    [([4, 5, 6], slice(4, 7)), ([4], slice(4, 5)), ([4, 6], None), ([4, 4, 5], None), ([], None)],
)
def test_items_that_follow_each_other_are_a_slice(items, run):
    assert consecutive(np.array(items, dtype=np.int64)) == run


def test_an_item_counts_by_its_best_view():
    space = Space("picture", 2, (part([[1, 0], [0, 1], [0.8, 0.6]], [0, 0, 1]),))
    hits = search_space(space, np.array([0.0, 1.0], np.float32), 5, None, np.arange(2))
    assert hits.rows.tolist() == [0, 1]
    assert hits.view_rows.tolist() == [1, 2]
    assert hits.scores[0] == 1.0


class Noting(ExactIndex):
    """Notes the masks that it is asked with."""

    def __init__(self, vectors):
        super().__init__(vectors)
        self.masks = []

    def propose(self, queries, k, mask=None):
        self.masks.append(mask)
        return super().propose(queries, k, mask)


@pytest.mark.parametrize(("mask", "noted"), [([1, 1, 1, 0], None), ([1, 0, 1, 1], [True, False, True])])
def test_a_segment_of_which_everything_may_be_found_is_searched_without_a_mask(mask, noted):
    stored, rows = np.eye(3, dtype=np.float16), np.arange(3)
    index = Noting(stored)
    space = Space("picture", 3, (SpacePart(index, stored, rows, rows, run=slice(0, 3)),))
    search_space(space, np.array([1, 0, 0], np.float32), 2, np.array(mask, dtype=bool), np.arange(4))
    assert [None if mask is None else mask.tolist() for mask in index.masks] == [noted]


def test_k_distinct_items_survive_an_item_with_many_views():
    near = [[1.0, 0.0]] * 30
    space = Space("picture", 2, (part([*near, [0.8, 0.6], [0.6, 0.8]], [0] * 30 + [1, 2]),))
    hits = search_space(space, np.array([1.0, 0.0], np.float32), 3, None, np.arange(3))
    assert hits.rows.tolist() == [0, 1, 2]


def test_a_segment_is_not_scored_below_what_others_have():
    one = part([[1.0, 0.0], [0.8, 0.6], [0.6, 0.8], [0.0, 1.0]], [4, 5, 6, 7])
    query = np.array([[1.0, 0.0]], np.float32)
    (hits,) = search_part(one, query, 4, None, [0.7])
    assert (hits.rows.tolist(), hits.scanned) == ([4, 5], 4)
    (hits,) = search_part(one, query, 4, None)
    assert hits.rows.tolist() == [4, 5, 6, 7]


@pytest.mark.parametrize(("order", "rows"), [([0, 1, 2], [0, 1]), ([0, 2, 1], [0, 2])])
def test_equals_in_two_segments_go_by_their_order(order, rows):
    space = Space("s", 2, (part([[1.0, 0.0], [0.6, 0.8]], [0, 1]), part([[0.6, 0.8]], [2], 2)))
    hits = search_space(space, np.array([1.0, 0.0], np.float32), 2, None, np.array(order))
    assert hits.rows.tolist() == rows
    assert hits.scores[1] == pytest.approx(0.6, abs=1e-3)


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 12), st.integers(1, 4), st.booleans())
def test_segments_and_masks_change_nothing(seed, n, k, segments, one_row_an_item):
    """However the rows are cut into segments, the answer is a plain sort over all of them."""
    rng = np.random.default_rng(seed)
    vectors = unit_rows(rng.integers(-1, 2, (n, 4)) + 0.01).astype(np.float16)
    items = np.arange(n) if one_row_an_item else np.sort(rng.integers(0, max(1, n // 2), n))
    mask = rng.random(n) < 0.7
    order = rng.permutation(n)
    query = unit_rows(rng.standard_normal((1, 4)))[0]
    cuts = np.searchsorted(items, np.sort(rng.integers(0, n, segments - 1)))
    parts = tuple(
        part(v, i, first)
        for v, i, first in zip(
            np.split(vectors, cuts), np.split(items, cuts), [0, *cuts.tolist()], strict=True
        )
    )
    found = search_space(Space("s", 4, parts), query, k, mask, order)
    scores = cosine_scores(vectors, query)
    best_of = {i: max(scores[items == i]) for i in set(items.tolist()) if mask[i]}
    expected = sorted(best_of, key=lambda i: (-best_of[i], order[i]))[:k]
    assert found.rows.tolist() == expected
    assert found.scores.tolist() == [best_of[i] for i in expected]


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_do_not_change_an_exact_answer(threads):
    threadpoolctl = pytest.importorskip("threadpoolctl")
    rng = np.random.default_rng(3)
    vectors = unit_rows(rng.standard_normal((5000, 256)))
    query = unit_rows(rng.standard_normal((1, 256)))[0]
    space = Space("s", 256, (part(vectors, np.arange(5000)),))
    with threadpoolctl.threadpool_limits(threads):
        hits = search_space(space, query, 50, None, np.arange(5000))
    exact = cosine_scores(vectors.astype(np.float16), query)
    assert hits.rows.tolist() == sorted(range(5000), key=lambda i: (-exact[i], i))[:50]
