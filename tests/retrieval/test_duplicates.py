import random

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.retrieval.corpus import Corpus
from pinakes.retrieval.duplicates import Family, FamilyFinder, picture_families
from pinakes.snapshots.duplicates import Kind, Pair, StoredPairs

NEAR = [
    Pair("a", "b", Kind.REENCODED, 0.99),
    Pair("b", "c", Kind.EDITED, 0.9),
    Pair("x", "y", Kind.EDITED, 0.9),
]


def views(*items):
    return pl.DataFrame(
        [(row, media) for row, media_of in enumerate(items) for media in media_of],
        schema=["item_row", "media"],
        orient="row",
    )


def stored(pairs, covered=1):
    columns = ("first", "second", "mirrored", "score", "kind")
    rows = [(p.first, p.second, p.mirrored, p.score, p.kind) for p in pairs]
    return StoredPairs(pl.DataFrame(rows, columns, orient="row"), covered)


def finder(table, pairs=NEAR, starts=None, dead=()):
    n = table["item_row"].max() + 1
    alive = np.array([row not in dead for row in range(n)])
    items = pl.DataFrame({"id": [f"coin-{row}" for row in range(n)]})
    corpus = Corpus(items, table.sort("item_row"), alive, np.arange(n), {}, None, {})
    return FamilyFinder(
        corpus,
        lambda: None if pairs is None else stored(pairs),
        np.array(starts or [0, table.height]),
    )


def item_families(table, pairs, up_to=Kind.EDITED):
    family = finder(table, pairs).by_row(up_to)
    groups = {root: tuple(np.flatnonzero(family == root).tolist()) for root in family.tolist()}
    return tuple(sorted(rows for rows in groups.values() if len(rows) > 1))


def test_pictures_are_connected_through_others():
    assert picture_families(NEAR, Kind.EDITED) == {"a": "a", "b": "a", "c": "a", "x": "x", "y": "x"}


def test_a_farther_kind_does_not_connect():
    assert picture_families(NEAR, Kind.REENCODED) == {"a": "a", "b": "a"}
    assert picture_families(NEAR, Kind.IDENTICAL) == {}


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=20), st.randoms())
def test_the_order_of_pairs_does_not_matter(numbers, shuffler):
    pairs = [Pair(f"{a:02}", f"{b:02}", Kind.EDITED, 1.0) for a, b in numbers if a != b]
    families = picture_families(pairs, Kind.EDITED)
    shuffled = list(pairs)
    shuffler.shuffle(shuffled)
    assert picture_families(shuffled, Kind.EDITED) == families
    assert all(families[p.first] == families[p.second] for p in pairs)
    assert all(low <= picture for picture, low in families.items())


def test_the_order_of_the_two_sides_of_a_coin_does_not_matter():
    assert item_families(views("ax", "xa", "yb"), NEAR) == ((0, 1, 2),)


def test_one_shared_picture_of_two_is_not_enough():
    assert item_families(views("ax", "a", "aq"), NEAR) == ()


def test_without_pairs_families_are_items_with_identical_pictures():
    assert item_families(views("pq", "r", "qp", "r"), []) == ((0, 2), (1, 3))


@pytest.mark.parametrize(
    ("up_to", "expected"), [(Kind.IDENTICAL, ()), (Kind.REENCODED, ((0, 1),)), (Kind.EDITED, ((0, 1, 2),))]
)
def test_families_grow_with_the_kind(up_to, expected):
    assert item_families(views("a", "b", "c"), NEAR, up_to) == expected


def test_items_are_found_in_any_order_of_rows():
    table = views("ax", "yb", "c", "zz")
    for seed in range(3):
        rows = table.rows()
        random.Random(seed).shuffle(rows)
        assert item_families(pl.DataFrame(rows, table.schema, orient="row"), NEAR) == ((0, 1),)


def test_a_family_is_told_once_at_its_closest_kind():
    found = finder(views("a", "a", "b", "c", "q")).duplicates(np.ones(5, dtype=bool))
    assert found.families == (
        Family(Kind.IDENTICAL, ("coin-0", "coin-1")),
        Family(Kind.REENCODED, ("coin-0", "coin-1", "coin-2")),
        Family(Kind.EDITED, ("coin-0", "coin-1", "coin-2", "coin-3")),
    )
    assert found.pairs == {Kind.REENCODED: 1, Kind.EDITED: 2, Kind.OTHER_PHOTO: 0}
    assert found.unseen == 0


def test_what_may_not_be_shown_and_what_is_dead_is_in_no_family():
    table = views("a", "a", "b", "c", "q")
    shown = np.array([False, True, True, True, True])
    families = finder(table, dead=(3,)).duplicates(shown & np.array([1, 1, 1, 0, 1], dtype=bool)).families
    assert families == (Family(Kind.REENCODED, ("coin-1", "coin-2")),)


def test_relatives_of_an_item_come_closest_first():
    relatives = finder(views("a", "a", "b", "c", "q")).relatives(0, np.ones(5, dtype=bool))
    assert relatives == ((Kind.IDENTICAL, "coin-1"), (Kind.REENCODED, "coin-2"), (Kind.EDITED, "coin-3"))
    assert finder(views("a", "a", "b", "c", "q")).relatives(4, np.ones(5, dtype=bool)) == ()


def test_without_a_search_identical_pictures_are_known_and_the_rest_is_unseen():
    found = finder(views("a", "a", "b"), pairs=None).duplicates(np.ones(3, dtype=bool))
    assert found.families == (Family(Kind.IDENTICAL, ("coin-0", "coin-1")),)
    assert found.unseen == 2


def test_pictures_of_a_later_snapshot_are_unseen_but_for_those_that_were_there_before():
    assert finder(views("a", "b", "a", "z"), starts=[0, 2, 4]).unseen == 1
    assert finder(views("a", "b", "a", "z"), starts=[0, 2, 4], dead=(3,)).unseen == 0


def test_whether_items_are_alone_depends_on_the_kind():
    table = views("a", "b", "q", "x", "z")
    assert finder(table).none(Kind.IDENTICAL)
    families = finder(table)
    assert not families.none(Kind.EDITED)
    assert families.alone(Kind.IDENTICAL, np.arange(5))
    assert families.alone(Kind.EDITED, np.array([2, 3, 4]))
    assert not families.alone(Kind.EDITED, np.array([0, 2]))
