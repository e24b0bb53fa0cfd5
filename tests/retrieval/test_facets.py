from datetime import date

import numpy as np
import polars as pl
import pytest

from pinakes.errors import UnknownNameError
from pinakes.retrieval.facets import MOST_VALUES, Facet, count_facets
from pinakes.types import AttributeType as Type

SCHEMA = {
    "colour": Type.STRING,
    "seasons": Type.SET,
    "price": Type.FLOAT,
    "year": Type.INTEGER,
    "new": Type.BOOL,
    "day": Type.DATE,
}
ITEMS = pl.DataFrame(
    {
        "id": ["a", "b", "c", "d"],
        "license": ["cc0", "cc0", None, "cc-by"],
        "colour": ["red", "blue", None, "red"],
        "seasons": [["summer", "winter"], [], None, ["winter"]],
        "price": [10.0, None, 2.5, 40.0],
        "year": [1999, 2001, 1999, 1980],
        "new": [True, False, None, True],
        "day": [date(2020, 1, 1), None, date(2021, 5, 5), None],
    }
)
ALL = np.ones(4, dtype=np.bool_)


def facets(mask=ALL, fields=None):
    return {facet.field: facet for facet in count_facets(ITEMS, SCHEMA, mask, fields)}


def test_values_are_counted_most_frequent_first_and_ties_by_value():
    assert facets()["colour"] == Facet("colour", Type.STRING, 3, 1, 2, (("red", 2), ("blue", 1)))
    assert facets()["year"] == Facet(
        "year", Type.INTEGER, 4, 0, 3, ((1999, 2), (1980, 1), (2001, 1)), 1980, 2001
    )


def test_each_member_of_a_set_counts_and_an_empty_set_is_known():
    assert facets()["seasons"] == Facet("seasons", Type.SET, 3, 1, 2, (("winter", 2), ("summer", 1)))


def test_floats_and_dates_have_a_range():
    assert facets()["price"] == Facet("price", Type.FLOAT, 3, 1, 3, (), 2.5, 40.0)
    assert (facets()["day"].low, facets()["day"].high) == (date(2020, 1, 1), date(2021, 5, 5))


def test_only_items_of_the_mask_count():
    found = facets(np.array([False, True, True, False]))
    assert found["colour"].values == (("blue", 1),)
    assert (found["price"].low, found["price"].high, found["price"].unknown) == (2.5, 2.5, 1)
    assert found["new"].values == ((False, 1),)


def test_nothing_is_counted_where_no_item_is_left():
    nothing = facets(np.zeros(4, dtype=np.bool_))
    assert all(
        (f.known, f.unknown, f.distinct, f.values, f.low) == (0, 0, 0, (), None) for f in nothing.values()
    )


def test_fields_are_chosen_by_name_rights_among_them():
    assert list(facets(fields=["license", "colour", "license"])) == ["license", "colour"]
    assert facets(fields=["license"])["license"].values == (("cc0", 2), ("cc-by", 1))


def test_an_unknown_field_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'colour'"):
        facets(fields=["color"])


def test_at_most_so_many_values_are_counted_out():
    many = pl.DataFrame({"colour": [f"c{i:03}" for i in range(MOST_VALUES + 5)]})
    (found,) = count_facets(many, {"colour": Type.STRING}, np.ones(len(many), dtype=np.bool_))
    assert (found.distinct, len(found.values)) == (MOST_VALUES + 5, MOST_VALUES)
    assert found.values[0] == ("c000", 1)
