import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.ingest.duplicates.families import item_families, picture_families
from pinakes.ingest.duplicates.kinds import Kind, Pair

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


def test_pictures_are_connected_through_others():
    assert picture_families(NEAR) == {"a": "a", "b": "a", "c": "a", "x": "x", "y": "x"}


def test_a_farther_kind_does_not_connect():
    assert picture_families(NEAR, Kind.REENCODED) == {"a": "a", "b": "a"}
    assert picture_families(NEAR, Kind.IDENTICAL) == {}


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=20), st.randoms())
def test_the_order_of_pairs_does_not_matter(numbers, shuffler):
    pairs = [Pair(f"{a:02}", f"{b:02}", Kind.EDITED, 1.0) for a, b in numbers if a != b]
    families = picture_families(pairs)
    shuffled = list(pairs)
    shuffler.shuffle(shuffled)
    assert picture_families(shuffled) == families
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
