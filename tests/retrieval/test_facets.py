from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.errors import UnknownNameError
from pinakes.filters import check_filter, compile_mask, parse_filter
from pinakes.retrieval.columns import Columns
from pinakes.retrieval.facets import MOST_VALUES, Facet, FacetRange, count_facets
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


def count(items, schema, mask=None, fields=None, where=None):
    """Count facets of some items, all alive unless a mask says which."""
    mask = np.ones(len(items), dtype=np.bool_) if mask is None else mask

    def passing(node):
        return mask if node is None else mask & compile_mask(node, items)

    node = None if where is None else check_filter(parse_filter(where), schema)
    columns = Columns(items, np.ones(len(items), dtype=np.bool_))
    return count_facets(columns, schema, passing, node, fields or tuple(schema))


def facets(mask=None, fields=None, where=None):
    return {facet.field: facet for facet in count(ITEMS, SCHEMA, mask, fields, where)}


def test_values_are_counted_most_frequent_first_and_ties_by_value():
    assert facets()["colour"] == Facet("colour", Type.STRING, 3, 1, 2, (("red", 2), ("blue", 1)))
    year = facets()["year"]
    assert (year.known, year.unknown, year.distinct, year.low, year.high) == (4, 0, 3, 1980, 2001)
    assert year.values == ((1999, 2), (1980, 1), (2001, 1))


def test_each_member_of_a_set_counts_and_an_empty_set_is_known():
    assert facets()["seasons"] == Facet("seasons", Type.SET, 3, 1, 2, (("winter", 2), ("summer", 1)))


def test_floats_and_dates_have_a_range():
    price = facets()["price"]
    assert (price.known, price.unknown, price.distinct, price.values) == (3, 1, 3, ())
    assert (price.low, price.high) == (2.5, 40.0)
    assert (facets()["day"].low, facets()["day"].high) == (date(2020, 1, 1), date(2021, 5, 5))


def test_dates_are_counted_by_year():
    assert facets()["day"].ranges == (
        FacetRange(date(2020, 1, 1), date(2021, 1, 1), 1),
        FacetRange(date(2021, 1, 1), date(2022, 1, 1), 1),
    )


@pytest.mark.parametrize(
    ("days", "bounds"),
    [
        (["0001-03-01"], [(date(1, 1, 1), date(2, 1, 1))]),
        (["9998-12-31", "9999-12-31"], [(date(9998, 1, 1), date(9999, 1, 1))]),
        (
            ["1700-01-01", "1999-12-31"],
            [(date(1700, 1, 1), date(1710, 1, 1)), (date(1990, 1, 1), date(2000, 1, 1))],
        ),
    ],
)
def test_years_at_the_ends_of_the_calendar_and_decades(days, bounds):
    items = pl.DataFrame({"day": [date.fromisoformat(day) for day in days]})
    (facet,) = count(items, {"day": Type.DATE})
    assert [(r.low, r.high) for r in facet.ranges][: len(bounds)] == bounds
    assert sum(r.count for r in facet.ranges) == len(days)


def test_numbers_are_counted_in_round_ranges_of_about_as_many_items():
    prices = [float(n) for n in range(1, 101)]
    items = pl.DataFrame({"price": prices})
    (facet,) = count(items, {"price": Type.FLOAT})
    # Six parts of 1 to 100 end at 17.5, 34, 50.5, 67 and 83.5, 16.5 apart: they go to multiples of 10.
    assert [(r.low, r.high) for r in facet.ranges] == [
        (1.0, 20.0),
        (20.0, 30.0),
        (30.0, 50.0),
        (50.0, 70.0),
        (70.0, 80.0),
        (80.0, 100.0),
    ]
    assert [r.count for r in facet.ranges] == [19, 10, 20, 20, 10, 21]


@given(
    st.lists(st.one_of(st.none(), st.integers(-1000, 1000)), min_size=1, max_size=40),
    st.data(),
)
def test_ranges_hold_every_known_number_once_and_do_not_move_with_the_mask(numbers, data):
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(numbers), max_size=len(numbers))))
    for kind, dtype in ((Type.INTEGER, pl.Int64), (Type.FLOAT, pl.Float64)):
        items = pl.DataFrame({"n": numbers}, schema={"n": dtype})
        (everything,) = count(items, {"n": kind})
        (found,) = count(items, {"n": kind}, mask)
        held = [n for n, kept in zip(numbers, mask, strict=True) if kept and n is not None]
        assert sum(r.count for r in found.ranges) == found.known == len(held)
        assert {(r.low, r.high) for r in found.ranges} <= {(r.low, r.high) for r in everything.ranges}
        last = everything.high
        for r in found.ranges:
            assert r.count == sum(r.low <= n < r.high or (n == r.high == last) for n in held)


def test_bounds_come_from_living_items():
    items = pl.DataFrame({"price": [1.0, 2.0, 900.0]})
    living = np.array([True, True, False])
    columns = Columns(items, living)
    (facet,) = count_facets(columns, {"price": Type.FLOAT}, lambda _: living, None, ["price"])
    assert (facet.ranges[0].low, facet.ranges[-1].high, facet.high) == (1.0, 2.0, 2.0)


def test_only_items_of_the_mask_count():
    found = facets(np.array([False, True, True, False]))
    assert found["colour"].values == (("blue", 1),)
    assert (found["price"].low, found["price"].high, found["price"].unknown) == (2.5, 2.5, 1)
    assert found["new"].values == ((False, 1),)


def test_a_field_is_counted_without_the_part_of_the_filter_on_itself():
    found = facets(where="colour = 'red' and year >= 1999")
    assert found["colour"].values == (("blue", 1), ("red", 1))  # under year >= 1999 alone
    assert found["year"].values == ((1980, 1), (1999, 1))  # under colour = 'red' alone
    assert found["new"].values == ((True, 1),)  # under both


def test_a_part_that_asks_about_other_fields_too_stays():
    where = "colour = 'blue' or year = 1980"
    assert facets(where=where)["colour"].values == (("blue", 1), ("red", 1))
    assert facets(where=where)["year"].values == ((1980, 1), (2001, 1))


def test_nothing_is_counted_where_no_item_is_left():
    nothing = facets(np.zeros(4, dtype=np.bool_))
    assert all(
        (f.known, f.unknown, f.distinct, f.values, f.low, f.ranges) == (0, 0, 0, (), None, ())
        for f in nothing.values()
    )


def test_no_items_and_no_values_at_all():
    empty = count(ITEMS.clear(), SCHEMA)
    unknown = count(pl.DataFrame({"n": [None, None]}, schema={"n": pl.Int64}), {"n": Type.INTEGER})
    assert [f.known for f in (*empty, *unknown)] == [0] * (len(SCHEMA) + 1)
    assert unknown[0].unknown == 2


def test_fields_are_chosen_by_name_rights_among_them():
    assert list(facets(fields=["license", "colour", "license"])) == ["license", "colour"]
    assert facets(fields=["license"])["license"].values == (("cc0", 2), ("cc-by", 1))


def test_an_unknown_field_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'colour'"):
        facets(fields=["color"])


def test_at_most_so_many_values_are_counted_out():
    many = pl.DataFrame({"colour": [f"c{i:03}" for i in range(MOST_VALUES + 5)] + ["c104"]})
    (found,) = count(many, {"colour": Type.STRING})
    assert (found.distinct, len(found.values)) == (MOST_VALUES + 5, MOST_VALUES)
    assert found.values[:2] == (("c104", 2), ("c000", 1))


def test_as_json_dates_are_texts():
    day = facets()["day"].to_dict()
    assert (day["type"], day["low"]) == ("date", "2020-01-01")
    assert day["values"][0] == {"value": "2020-01-01", "count": 1}
    assert day["ranges"][0] == {"low": "2020-01-01", "high": "2021-01-01", "count": 1}
