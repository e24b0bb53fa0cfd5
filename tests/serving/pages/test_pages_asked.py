"""What an address asks for, and back."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.errors import FilterError
from pinakes.serving.pages.asked import MOST, PAGE, Asked, Filter, read_asked
from pinakes.types import AttributeType

SCHEMA = {
    "colour": AttributeType.STRING,
    "seasons": AttributeType.SET,
    "price": AttributeType.FLOAT,
    "stock": AttributeType.INTEGER,
    "boxed": AttributeType.BOOL,
    "q": AttributeType.STRING,
}
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=8
)


def of(address):
    return read_asked(parse_qsl(urlsplit(address).query, keep_blank_values=True))


def test_everything_of_an_address_is_read():
    asked = of("/?q=red+dress&like=a%2Fb&f.colour=red&f.colour=blue&min.price=10&max.price=50&n=48&utm=x")
    assert (asked.q, asked.like, asked.n) == ("red dress", "a/b", 48)
    assert asked.filters == (Filter("colour", ("red", "blue")), Filter("price", low="10", high="50"))


def test_an_attribute_may_be_called_like_a_parameter():
    assert of("/?q=word&f.q=value").tree(SCHEMA) == {"and": [{"field": "q", "op": "in", "value": ["value"]}]}


@given(
    q=TEXT,
    like=TEXT,
    values=st.dictionaries(TEXT, st.lists(TEXT, min_size=1, max_size=3, unique=True), max_size=3),
    n=st.integers(1, MOST),
)
def test_an_address_says_the_whole_search(q, like, values, n):
    filters = tuple(Filter(name, tuple(chosen)) for name, chosen in values.items())
    asked = Asked(q, like, filters, n=n)
    assert of(asked.url) == asked


@pytest.mark.parametrize(
    ("given", "n"), [("", 24), ("x", 24), ("0", 1), ("-3", 24), ("9999", 240), ("٣", 24), ("1e3", 24)]
)
def test_a_wild_number_of_hits_is_brought_into_range(given, n):
    assert read_asked([("n", given)]).n == n


def test_filters_become_one_tree_with_the_types_of_the_schema():
    asked = of("/?f.colour=red&f.seasons=summer&f.boxed=true&min.price=9.5&max.stock=3&where=stock+%3E+0")
    assert asked.tree(SCHEMA) == {
        "and": [
            {"field": "colour", "op": "in", "value": ["red"]},
            {"field": "seasons", "op": "has any", "value": ["summer"]},
            {"or": [{"field": "boxed", "op": "=", "value": True}]},
            {"field": "price", "op": ">=", "value": 9.5},
            {"field": "stock", "op": "<=", "value": 3},
            {"field": "stock", "op": ">", "value": 0},
        ]
    }


def test_no_filter_is_no_tree():
    assert Asked(q="words").tree(SCHEMA) is None


def test_a_written_filter_that_is_wrong_is_refused():
    with pytest.raises(FilterError):
        Asked(where="price <").tree(SCHEMA)


def test_leaving_out_a_filter_begins_again_from_the_start():
    asked = Asked(
        "x", filters=(Filter("colour", ("red",)), Filter("price", high="9")), where="stock > 0", n=72
    )
    assert asked.without("colour") == Asked("x", filters=(Filter("price", high="9"),), where="stock > 0")
    assert asked.without("where").where == ""


def test_a_value_is_added_and_taken_away_again():
    red = Asked().with_value("colour", "red")
    assert red.filters == (Filter("colour", ("red",)),)
    assert red.with_value("colour", "blue").filter("colour").values == ("red", "blue")
    assert red.with_value("colour", "red") == Asked()


def test_more_ends():
    assert Asked().more() == Asked(n=2 * PAGE)
    assert Asked(n=MOST).more() is None


@pytest.mark.parametrize(
    ("said", "words"),
    [("but blue", "blue"), ("But blue", "blue"), ("but", "but"), ("butter", "butter"), ("  ", "")],
)
def test_but_is_what_people_say_of_a_picture(said, words):
    assert Asked(q=said).words == words


@pytest.mark.parametrize(
    ("chosen", "label"),
    [
        (Filter("petal_form", ("round", "slender")), "petal form: round or slender"),
        (Filter("price", low="10", high="50"), "price: 10 to 50"),
        (Filter("price", low="10"), "price: from 10"),
        (Filter("price", high="50"), "price: up to 50"),
    ],
)
def test_a_filter_says_what_it_demands(chosen, label):
    assert chosen.label == label
