import json

import pytest
from filter_strategies import schemas, trees
from hypothesis import given, settings
from hypothesis import strategies as st

from pinakes.errors import FilterError
from pinakes.filters import (
    And,
    Not,
    Operator,
    Or,
    Predicate,
    check_filter,
    parse_filter,
    to_text,
    to_tree,
)

A, B, C = (Predicate(name, Operator.EQ, 1) for name in "abc")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("price < 50", Predicate("price", Operator.LT, 50)),
        ("price<-50.5e-1", Predicate("price", Operator.LT, -5.05)),
        ("price >= +.5", Predicate("price", Operator.GE, 0.5)),
        ("period = 'it''s'", Predicate("period", Operator.EQ, "it's")),
        ('period != "a ""b"" c\'s"', Predicate("period", Operator.NE, 'a "b" c\'s')),
        ("sold = TRUE", Predicate("sold", Operator.EQ, True)),
        ("license IN ('cc0', 'cc-by')", Predicate("license", Operator.IN, ("cc0", "cc-by"))),
        ("license Not  In ('cc0')", Predicate("license", Operator.NOT_IN, ("cc0",))),
        ("price between 1 and 2", Predicate("price", Operator.BETWEEN, (1, 2))),
        ("title starts with 'A'", Predicate("title", Operator.STARTS_WITH, "A")),
        ("seasons has 'summer'", Predicate("seasons", Operator.HAS, "summer")),
        ("seasons has any ('a', 'b')", Predicate("seasons", Operator.HAS_ANY, ("a", "b"))),
        ("seasons has\nall('a','b')", Predicate("seasons", Operator.HAS_ALL, ("a", "b"))),
        ("seasons = ()", Predicate("seasons", Operator.EQ, ())),
        ("price is null", Predicate("price", Operator.IS_NULL)),
        ("price IS NOT NULL", Predicate("price", Operator.IS_NOT_NULL)),
        ("`in` = 1", Predicate("in", Operator.EQ, 1)),
        ("`a``b` = 1", Predicate("a`b", Operator.EQ, 1)),
        ("inventory = 1", Predicate("inventory", Operator.EQ, 1)),
        ("период = 1", Predicate("период", Operator.EQ, 1)),
        ("a = 1 or b = 1 and c = 1", Or((A, And((B, C))))),
        ("(a = 1 or b = 1) and c = 1", And((Or((A, B)), C))),
        ("not a = 1 and b = 1", And((Not(A), B))),
        ("a = 1 and b = 1 and c = 1", And((A, B, C))),
        ("a = 1 and (b = 1 and c = 1)", And((A, And((B, C))))),
        ("((a = 1))", A),
    ],
)
def test_what_is_read(text, node):
    assert parse_filter(text) == node


def test_whole_and_other_numbers_stay_apart():
    assert [type(parse_filter(f"a = {number}").value) for number in ("1", "1.0", "1e0", "true")] == [
        *(int, float, float, bool)
    ]


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("", 0, "the filter is empty"),
        (" \n", 0, "the filter is empty"),
        (
            "day > 2024-05-01",
            10,
            "expected the end, 'and' or 'or', .*; a date stands in quotes: '2024-05-01'",
        ),
        ("period = Roman", 9, "expected a value .* found 'Roman'; a text stands in quotes: 'Roman'"),
        ("price <", 7, r"expected a value \(a text in quotes, a number, true or false\), found the end"),
        ("price 50", 6, "expected an operator .*, found '50'"),
        ("a = 1 b = 2", 6, "expected the end, 'and' or 'or', found 'b'"),
        ("(a = 1", 6, r"expected '\)', found the end"),
        ("a = 1)", 5, r"expected the end, found '\)'"),
        ("a == 1", 3, "found '='; equality is one ="),
        ("a <> 1", 3, "found '>'; unequal is !="),
        ("a = null", 4, "found 'null'; an unknown value is asked for with: is null"),
        ("in = 1", 0, "expected a field, .* found 'in'; a field of that name is written `in`"),
        ("a = 1 and", 9, r"expected a field, '\(' or 'not', found the end"),
        ("a = 'x", 4, "the quote ' that opens here is never closed"),
        ("a # 1", 2, "found '#', which begins no word of a filter"),
        ("b = 1 and a in ()", 10, "a: in takes a list of 1 to 1000 values; got a list of 0"),
        ("a = 9223372036854775808", 0, "a whole number must fit in 64 bits"),
        ("a = 1e999", 0, "a number must be finite"),
        ("a has any 'x'", 10, r"expected '\(', found"),
        ("not " * 40 + "a = 1", 0, "nested 32 deep at most"),
        ("a = '" + "x" * 4096, 0, "4096 bytes long"),
        ("a = '" + "é" * 2046 + "'", 0, "4096 bytes long"),
    ],
)
def test_what_is_said_of_a_slip(text, position, said):
    with pytest.raises(FilterError, match=said) as caught:
        parse_filter(text)
    assert caught.value.position == position


def test_the_longest_filter_is_read():
    assert parse_filter("a = '" + "x" * 4090 + "'").value == "x" * 4090


def test_a_caret_points_at_the_trouble():
    with pytest.raises(FilterError) as caught:
        parse_filter("period = Roman and price < 50")
    assert str(caught.value).splitlines()[1:] == ["  period = Roman and price < 50", "           ^"]


def test_a_caret_points_into_a_part_of_a_long_filter_and_nothing_odd_reaches_the_terminal():
    text = "a = '\x1b[31m\u202e\n' and " + "b = 1 and " * 30 + "and"
    with pytest.raises(FilterError) as caught:
        parse_filter(text)
    _, shown, pointer = str(caught.value).splitlines()
    assert len(shown) <= 102
    assert shown[pointer.index("^") :] == "and"
    with pytest.raises(FilterError) as caught:
        parse_filter("a = '\x1b[31m\u202e\n' and and")
    assert str(caught.value).splitlines()[1] == "  a = ' [31m  ' and and"


PIECES = [
    *(
        "a",
        "`in`",
        "=",
        "!=",
        "<",
        "in",
        "has",
        "any",
        "between",
        "starts with",
        "is",
        "null",
        "not",
        "and",
        "or",
    ),
    *("(", ")", ",", "'x'", '"', "1", "-.5", "1e999", "true", "a = 1", "a in ('x')", "#"),
]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join))
def test_any_text_is_a_filter_or_a_filter_error(text):
    try:
        node = parse_filter(text)
    except FilterError as error:
        assert 0 <= error.position <= len(text)
    else:
        assert parse_filter(to_text(node)) == node


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_text_node_json_node_text_is_the_identity(data):
    tree = data.draw(schemas.flatmap(trees))
    text = to_text(parse_filter(tree))
    node = parse_filter(text)
    assert json.dumps(to_tree(node), sort_keys=True) == json.dumps(tree, sort_keys=True)
    assert repr(parse_filter(to_tree(node))) == repr(node)
    assert to_text(parse_filter(to_tree(node))) == text


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_checked_filter_survives_both_forms(data):
    schema = data.draw(schemas)
    node = check_filter(parse_filter(data.draw(trees(schema))), schema)
    assert repr(check_filter(parse_filter(to_text(node)), schema)) == repr(node)
    assert repr(check_filter(parse_filter(to_tree(node)), schema)) == repr(node)
