import json
from datetime import date

import pytest

from pinakes.errors import FilterError
from pinakes.filters import And, Not, Operator, Or, Predicate, parse_filter, to_tree

EXAMPLE = {
    "and": [
        {"field": "period", "op": "=", "value": "Roman"},
        {"or": [{"field": "price", "op": "<", "value": 50}, {"field": "price", "op": "is null"}]},
        {"not": {"field": "license", "op": "in", "value": ["cc0", "cc-by"]}},
    ]
}
NODE = And(
    (
        Predicate("period", Operator.EQ, "Roman"),
        Or((Predicate("price", Operator.LT, 50), Predicate("price", Operator.IS_NULL))),
        Not(Predicate("license", Operator.IN, ("cc0", "cc-by"))),
    )
)


def test_the_tree_and_the_text_are_one_filter():
    text = "period = 'Roman' and (price < 50 or price is null) and not license in ('cc0', 'cc-by')"
    assert parse_filter(EXAMPLE) == parse_filter(text) == NODE
    assert json.loads(json.dumps(to_tree(NODE))) == EXAMPLE


def test_one_part_is_that_part():
    assert parse_filter({"and": [{"field": "a", "op": "is null"}]}) == Predicate("a", Operator.IS_NULL)


def test_a_date_may_be_a_date():
    tree = {"field": "expires", "op": "<", "value": date(2024, 5, 1)}
    assert to_tree(parse_filter(tree)) == {"field": "expires", "op": "<", "value": "2024-05-01"}


def deep(levels):
    tree = {"field": "a", "op": "=", "value": 1}
    for _ in range(levels):
        tree = {"and": [tree]}
    return tree


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({}, r"^filter: expected .*; got the keys \[\]"),
        ({"and": []}, r"^filter\.and: and joins two parts or more; got 0"),
        ({"and": {"field": "a", "op": "=", "value": 1}}, r"^filter: expected .*; got the keys \['and'\]"),
        ({"or": [{"field": "a", "op": "is null"}, 7]}, r"^filter\.or\[1\]: expected .*; got 7"),
        ({"not": {"and": ["a = 1"]}}, r"^filter\.not\.and\[0\]: expected .*; got 'a = 1'"),
        ({"field": "a", "op": "==", "value": 1}, r"^filter\.op: no operator '=='; there are =, !=, "),
        ({"field": "a", "op": "=", "value": 1, "x": 2}, r"got the keys \['field', 'op', 'value', 'x'\]"),
        ({"field": 3, "op": "=", "value": 1}, r"got the keys \['field', 'op', 'value'\]"),
        ({"not": {"field": "a", "op": "in", "value": []}}, r"^filter\.not: a: in takes a list of 1 to 1000"),
        ({"field": "a", "op": "="}, r"^filter: a: = takes one value"),
        ({"field": "a", "op": "=", "value": float("nan")}, r"a number must be finite; got nan"),
        ({"field": "a", "op": "in", "value": [[1]]}, r"a value is a text, .* got \[1\]"),
        ({"field": "a", "op": "=", "value": {"b": 1}}, r"a value is a text, .* got {'b': 1}"),
        (deep(32), r"nested 32 deep at most"),
        (deep(100_000), r"nested 32 deep at most"),
    ],
)
def test_what_is_said_of_a_slip(tree, said):
    with pytest.raises(FilterError, match=said):
        parse_filter(tree)


@pytest.mark.parametrize("where", [None, 3, ["a = 1"], b"a = 1"])
def test_a_filter_is_a_text_or_a_mapping(where):
    with pytest.raises(FilterError, match="a filter is a text or a mapping; got"):
        parse_filter(where)
