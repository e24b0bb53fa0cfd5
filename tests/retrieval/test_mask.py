from datetime import date

import numpy as np
import polars as pl
import pytest

from pinakes.errors import FilterError, UnknownNameError
from pinakes.retrieval.mask import Allowed, Masks, Policy
from pinakes.types import AttributeType

TODAY = date(2026, 1, 1)
ITEMS = pl.DataFrame(
    {
        "id": ["a", "b", "c", "d", "e"],
        "license": ["cc0", "cc0", None, "cc0", "cc0"],
        "expires": [None, TODAY, None, date(2025, 12, 31), None],
        "price": [1.0, 2.0, 3.0, 4.0, None],
    }
)
ALIVE = np.array([True, True, True, True, False])


def masks(**policy):
    return Masks(ITEMS, ALIVE, {"price": AttributeType.FLOAT}, Policy(**policy))


@pytest.mark.parametrize(
    ("policy", "where", "shown"),
    [
        ({}, None, "abc"),
        ({"licenses": ("cc0",)}, None, "ab"),
        ({"blocked": frozenset("a")}, None, "bc"),
        ({}, "price >= 2", "bc"),
        ({}, {"field": "price", "op": ">=", "value": 2}, "bc"),
        ({"blocked": frozenset("b")}, "price >= 2", "c"),
        ({}, "price > 9", ""),
    ],
)
def test_what_lives_may_be_shown_and_passes_the_filter(policy, where, shown):
    allowed = masks(**policy).allowed(where, TODAY)
    assert "".join(ITEMS["id"].filter(allowed.mask)) == shown
    assert allowed.count == len(shown)
    assert allowed.share == len(shown) / 5


def test_rights_are_judged_on_the_day_that_is_asked_for():
    found = masks()
    assert [found.allowed(as_of=TODAY.replace(day=day)).count for day in (1, 2, 1)] == [3, 2, 3]


def test_the_same_filter_in_other_words_is_the_same_mask():
    found = masks()
    texts = ("price > 1", "price  >  1.0", "(price > 1)")
    assert len({id(found.allowed(text, TODAY).mask) for text in texts}) == 1
    assert found.counts() == {"hit": 2, "miss": 1}


def test_a_shared_mask_cannot_be_written_to():
    found = masks()
    allowed = found.allowed(as_of=TODAY)
    with pytest.raises(ValueError, match="read-only"):
        allowed.mask[0] = False
    assert allowed.without([0]).mask.tolist() == [False, True, True, False, False]
    assert found.allowed(as_of=TODAY).count == 3


def test_a_mask_that_lets_everything_through_is_no_limit():
    everything = Allowed.of(np.ones(3, dtype=bool))
    assert everything.limit is None
    assert everything.without([1]).limit.tolist() == [True, False, True]
    assert Allowed.of(np.ones(0, dtype=bool)).share == 0.0


@pytest.mark.parametrize(("where", "error"), [("price <", FilterError), ("prize < 3", UnknownNameError)])
def test_a_wrong_filter_is_refused_every_time(where, error):
    found = masks()
    for _ in range(2):
        with pytest.raises(error):
            found.allowed(where)
