from datetime import date

import numpy as np
import polars as pl
import pytest

from pinakes.errors import UnknownNameError, WithheldError
from pinakes.retrieval.corpus import Corpus
from pinakes.retrieval.items import ItemReader
from pinakes.retrieval.mask import Masks, Policy
from pinakes.types import Item, Rights, View

TODAY = date(2026, 1, 1)
IDS = ["open", "bare", "blocked", "expired", "dead", "unlicensed"]
ITEMS = pl.DataFrame(
    {
        "id": IDS,
        "title": ["A coin", None, "x", "x", "x", "x"],
        "text": ["silver", None, "x", "x", "x", "x"],
        "license": ["cc0", "cc0", "cc0", "cc0", "cc0", None],
        "author": ["Ann", None, None, None, None, None],
        "source": [None] * 6,
        "attribution": [None] * 6,
        "expires": [None, TODAY, None, date(2025, 12, 31), None, None],
        "content_hash": ["h"] * 6,
        "metals": [["ag", "cu"], None, None, None, None, None],
        "year": [12, None, None, None, None, None],
    },
    schema_overrides={"source": pl.String, "attribution": pl.String},
)
VIEWS = pl.DataFrame(
    [
        (0, "obverse", "m0", "a.jpg", 10, 20, "ff"),
        (0, "reverse", "m1", "b.jpg", 30, 40, None),
        (2, "front", "m2", "c.jpg", 1, 1, None),
        (3, "front", "m1", "d.jpg", 1, 1, None),
        (4, "front", "m4", "e.jpg", 1, 1, None),
    ],
    schema=["item_row", "role", "media", "uri", "width", "height", "phash"],
    orient="row",
)
ALIVE = np.array([True, True, True, True, False, True])
ROW_OF = {id: row for row, id in enumerate(ITEMS["id"]) if ALIVE[row]}
CORPUS = Corpus(ITEMS, VIEWS, ALIVE, np.arange(6), ROW_OF, None, {})
MASKS = Masks(ITEMS, ALIVE, {}, Policy(("cc0",), frozenset({"blocked"})))
READER = ItemReader(CORPUS, MASKS.allowed(as_of=TODAY))


def test_an_item_is_read_whole():
    assert READER.item("open") == Item(
        id="open",
        title="A coin",
        text="silver",
        attributes={"metals": ("ag", "cu"), "year": 12},
        rights=Rights(license="cc0", author="Ann"),
        views=(
            View("obverse", "m0", "a.jpg", 10, 20, "ff"),
            View("reverse", "m1", "b.jpg", 30, 40, None),
        ),
    )


def test_the_attributes_of_an_item_are_the_callers_own():
    READER.item("open").attributes["year"] = 13
    assert READER.item("open").attributes == {"metals": ("ag", "cu"), "year": 12}


def test_what_is_not_known_is_empty():
    assert READER.item("bare") == Item("bare", rights=Rights(license="cc0", expires=TODAY))


@pytest.mark.parametrize("item", ["blocked", "expired", "unlicensed"])
def test_what_may_not_be_shown_is_withheld(item):
    with pytest.raises(WithheldError, match=item):
        READER.item(item)
    with pytest.raises(WithheldError):
        READER.view(item)


@pytest.mark.parametrize("item", ["dead", "never"])
def test_what_does_not_live_is_unknown(item):
    with pytest.raises(UnknownNameError, match="there is no item"):
        READER.item(item)


def test_a_view_is_found_by_role_and_the_first_without_one():
    assert READER.view("open").media == "m0"
    assert READER.view("open", "reverse").media == "m1"
    with pytest.raises(UnknownNameError, match="Known: obverse, reverse"):
        READER.view("open", "edge")
    with pytest.raises(UnknownNameError, match="unknown view"):
        READER.view("bare")


def test_a_picture_is_shown_by_an_item_that_may_be_shown():
    assert READER.shown_by("m0") == ("open", "obverse")
    # m1 is also that of an expired item, which must not stand in the way.
    assert READER.shown_by("m1") == ("open", "reverse")
    with pytest.raises(WithheldError):
        READER.shown_by("m2")
    for absent in ("m4", "m9"):
        with pytest.raises(UnknownNameError):
            READER.shown_by(absent)
