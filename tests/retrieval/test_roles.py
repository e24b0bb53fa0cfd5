import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.indexes.exact import ExactIndex
from pinakes.kernels.similarity import cosine_scores, unit_rows
from pinakes.retrieval.corpus import Roles, Space, SpacePart
from pinakes.retrieval.roles import search_means, search_roles

OBVERSE, REVERSE = 0, 1
NAMES = ("obverse", "reverse")


def space_of(vectors, items, cuts=()):
    """One view for each row, cut into segments."""
    stored, items = np.asarray(vectors, dtype=np.float16), np.asarray(items, dtype=np.int64)
    views = np.arange(len(items), dtype=np.int64)
    parts = (
        SpacePart(ExactIndex(v), v, i, w)
        for v, i, w in zip(*(np.split(a, cuts) for a in (stored, items, views)), strict=True)
    )
    return Space("picture", stored.shape[1], tuple(parts))


def roles_of(*codes):
    return Roles(NAMES, np.array(codes, dtype=np.int64))


def ask(space, asked, roles, k=10, mask=None):
    vectors = {role: np.array(v, dtype=np.float32) for role, v in asked.items()}
    return search_roles(space, vectors, k, mask, np.arange(50), roles=roles)


def test_each_side_is_compared_with_its_own_side():
    # Item 0 has both sides right; item 1 has them exchanged, so that its best view is as good.
    space = space_of([[1, 0], [0, 1], [0, 1], [1, 0]], [0, 0, 1, 1])
    roles = roles_of(OBVERSE, REVERSE, OBVERSE, REVERSE)
    hits = ask(space, {"obverse": [1, 0], "reverse": [0, 1]}, roles)
    assert hits.rows.tolist() == [0, 1]
    assert hits.scores.tolist() == [1.0, 0.0]
    assert hits.roles["obverse"].tolist() == [1.0, 0.0]
    assert hits.view_rows.tolist() == [0, 2]


def test_a_side_that_an_item_lacks_counts_nothing_and_is_told():
    space = space_of([[1, 0], [0.8, 0.6], [0, 1]], [0, 1, 1])
    roles = roles_of(OBVERSE, OBVERSE, REVERSE)
    hits = ask(space, {"obverse": [1, 0], "reverse": [0, 1]}, roles)
    assert hits.rows.tolist() == [1, 0]
    assert hits.scores.tolist() == pytest.approx([0.9, 0.5], abs=1e-3)
    assert hits.roles["reverse"].tolist() == pytest.approx([1.0, np.nan], nan_ok=True)


def test_an_item_with_none_of_the_sides_is_no_hit():
    space = space_of([[1, 0], [1, 0]], [0, 1])
    assert ask(space, {"reverse": [1, 0]}, roles_of(OBVERSE, REVERSE)).rows.tolist() == [1]


def test_the_best_of_several_views_of_a_role_counts_and_is_named():
    space = space_of([[0, 1], [0.6, 0.8], [1, 0]], [0, 0, 0])
    hits = ask(space, {"obverse": [1, 0]}, roles_of(OBVERSE, OBVERSE, REVERSE))
    assert hits.scores.tolist() == pytest.approx([0.6], abs=1e-3)
    assert hits.view_rows.tolist() == [1]


def test_the_mean_of_all_views():
    space = space_of([[1, 0], [0, 1], [0.8, 0.6]], [0, 0, 1])
    hits = search_means(space, np.array([1, 0], np.float32), 2, None, np.arange(2))
    assert hits.rows.tolist() == [1, 0]
    assert hits.scores.tolist() == pytest.approx([0.8, 0.5], abs=1e-3)
    assert hits.view_rows.tolist() == [2, 0]


def test_a_vector_of_a_whole_item_has_no_role():
    vectors = np.array([[1, 0]], dtype=np.float16)
    part = SpacePart(ExactIndex(vectors), vectors, np.array([0]), np.array([-1]))
    assert not len(ask(Space("s", 2, (part,)), {"obverse": [1, 0]}, roles_of(OBVERSE)).rows)


def brute_force(vectors, items, mask, order, k, score):
    scores = {i: score(items == i) for i in sorted(set(items.tolist())) if mask[i]}
    found = {i: round(s, 6) for i, s in scores.items() if s is not None}
    ranked = sorted(found, key=lambda i: (-found[i], order[i]))[:k]
    return ranked, [found[i] for i in ranked]


@st.composite
def collections(draw):
    """Coarse vectors, so that ties are frequent, in several segments, with several views of a role."""
    n = draw(st.integers(1, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    vectors = unit_rows(rng.integers(-1, 2, (n, 4)) + 0.01).astype(np.float16)
    items = np.sort(rng.integers(0, max(1, n // 2), n))
    inner = np.unique(items[rng.integers(0, n, draw(st.integers(0, 3)))])
    cuts = np.searchsorted(items, inner)
    mask = rng.random(n) < draw(st.sampled_from([1.0, 0.6, 0.1]))
    return vectors, items, cuts, mask, rng


@given(collections(), st.integers(1, 12))
def test_role_to_role_is_a_plain_sort_over_all_items(collection, k):
    vectors, items, cuts, mask, rng = collection
    codes, order = rng.integers(0, 2, len(items)), rng.permutation(len(items))
    queries = dict(zip(NAMES, unit_rows(rng.standard_normal((2, 4))), strict=True))
    cosines = {role: cosine_scores(vectors, query) for role, query in queries.items()}

    def score(rows):
        best = [max(cosines[role][rows & (codes == code)], default=None) for code, role in enumerate(NAMES)]
        return None if best == [None, None] else np.mean([0.0 if b is None else b for b in best])

    found = search_roles(space_of(vectors, items, cuts), queries, k, mask, order, roles=Roles(NAMES, codes))
    assert (found.rows.tolist(), found.scores.tolist()) == brute_force(vectors, items, mask, order, k, score)


@given(collections(), st.integers(1, 12))
def test_the_mean_is_a_plain_sort_over_all_items(collection, k):
    vectors, items, cuts, mask, rng = collection
    order = rng.permutation(len(items))
    query = unit_rows(rng.standard_normal((1, 4)))[0]
    cosines = cosine_scores(vectors, query)
    found = search_means(space_of(vectors, items, cuts), query, k, mask, order)
    expected = brute_force(vectors, items, mask, order, k, lambda rows: sum(cosines[rows]) / rows.sum())
    assert (found.rows.tolist(), found.scores.tolist()) == expected
