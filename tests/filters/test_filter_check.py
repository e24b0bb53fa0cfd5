from datetime import date

import pytest
from filter_strategies import SCHEMA

from pinakes.errors import FilterError, UnknownNameError
from pinakes.filters import ITEM_FIELDS, Not, Operator, Predicate, check_filter, parse_filter
from pinakes.types import RESERVED_FIELDS, AttributeType


def checked(where):
    return check_filter(parse_filter(where), SCHEMA)


def test_every_field_of_an_item_can_be_asked_for_but_its_hash():
    assert set(ITEM_FIELDS) == set(RESERVED_FIELDS) - {"content_hash"}
    assert {name for name, kind in ITEM_FIELDS.items() if kind is not AttributeType.STRING} == {"expires"}
    assert checked("id = 'a' and title starts with 'b' and license in ('cc0')")


def test_dates_are_read_from_texts():
    day = date(2024, 5, 1)
    assert checked("found < '2024-05-01'") == Predicate("found", Operator.LT, day)
    assert checked("not expires in ('2024-05-01')") == Not(Predicate("expires", Operator.IN, (day,)))
    assert checked({"field": "found", "op": "=", "value": day}) == Predicate("found", Operator.EQ, day)


def test_sets_are_sorted_without_repeats():
    assert checked("seasons has any ('b', 'a', 'b')").value == ("a", "b")
    assert checked("license in ('b', 'a', 'b')").value == ("b", "a", "b")


def test_a_number_is_left_as_it_was_given():
    assert repr(checked("price = 9007199254740993").value) == "9007199254740993"


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("price < 'cheap'", "price is a float; got the string 'cheap'"),
        ("stock = 'x'", "stock is an integer; got the string 'x'"),
        ("stock = true", "stock is an integer; got the bool true"),
        ("price in (1, 'x')", "price is a float; got the string 'x'"),
        ("sold = 1", "sold is a bool; got the integer 1"),
        ("period = 5.5", "period is a string; got the float 5.5"),
        ("found = 2024", "found is a date; got the integer 2024"),
        ("found = 'soon'", "found is a date, written as '2024-05-01'; got the string 'soon'"),
        ("found = '2024-02-30'", "found is a date, written as '2024-05-01'; got the string '2024-02-30'"),
        ("found = '2024-W18-3'", "found is a date, written as '2024-05-01'; got the string '2024-W18-3'"),
        ("seasons has 3", "seasons is a set of strings; got the integer 3"),
        (
            "seasons = 'summer'",
            "seasons is a set of strings; write seasons has 'a', or seasons = ('a', 'b')",
        ),
        ("period = ('a', 'b')", "period is a string; to ask for one of several values write period in (...)"),
        ("sold < true", "sold is a bool; it cannot be asked with <, only with =, !=, is null"),
        (
            "seasons < 'a'",
            "seasons is a set of strings; it cannot be asked with <, only with has, has any, has all, =, !=, "
            "is null",
        ),
        (
            "price starts with '1'",
            "price is a float; it cannot be asked with starts with, only with =, !=, <, <=, >, >=, in, "
            "not in, between, is null",
        ),
    ],
)
def test_what_is_said_of_a_type_that_does_not_fit(where, said):
    with pytest.raises(FilterError) as caught:
        checked(where)
    assert str(caught.value) == said


def test_a_date_is_no_number():
    with pytest.raises(FilterError, match="price is a float; got the date 2024-05-01"):
        checked({"field": "price", "op": "<", "value": date(2024, 5, 1)})


@pytest.mark.parametrize("where", ["pric < 5", "not (sold = true or pric is null)"])
def test_an_unknown_field_is_answered_with_the_nearest(where):
    with pytest.raises(UnknownNameError, match="unknown field 'pric'; did you mean 'price'"):
        checked(where)


def test_a_hash_is_not_a_field():
    with pytest.raises(UnknownNameError):
        checked("content_hash = 'a'")
