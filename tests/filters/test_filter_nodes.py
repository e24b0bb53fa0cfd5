import math
from datetime import datetime

import pytest

from pinakes.errors import FilterError
from pinakes.filters import (
    And,
    Not,
    Operator,
    Or,
    Predicate,
    conjunction,
    conjuncts,
    fields_of,
    loosened,
    parse_filter,
)
from pinakes.filters.nodes import MAX_DEPTH, MAX_PREDICATES, MAX_VALUES

A, B, C, D = (Predicate(name, Operator.EQ, 1) for name in "abcd")


def test_fields_stand_once_in_order_of_appearance():
    assert fields_of(parse_filter("b = 1 or not (a = 2 and b is null)")) == ("b", "a")


def test_conjuncts_open_nested_ands_only():
    assert conjuncts(And((A, And((B, Or((C, D))))))) == (A, B, Or((C, D)))
    assert conjuncts(Or((A, B))) == (Or((A, B)),)
    assert conjuncts(Not(And((A, B)))) == (Not(And((A, B))),)
    assert conjuncts(A) == (A,)


def test_parts_that_must_all_hold_join_to_one_filter():
    assert conjunction(()) is None
    assert conjunction((A,)) == A
    assert conjunction([A, Or((B, C))]) == And((A, Or((B, C))))


def test_a_filter_is_loosened_by_one_part_at_a_time():
    assert list(loosened(And((A, And((B, C)))))) == [(A, And((B, C))), (B, And((A, C))), (C, And((A, B)))]
    assert list(loosened(And((A, B)))) == [(A, B), (B, A)]
    assert list(loosened(Or((A, B)))) == [(Or((A, B)), None)]


@pytest.mark.parametrize(
    ("op", "value"),
    [
        (Operator.IN, ()),
        (Operator.IN, "a"),
        (Operator.HAS_ANY, None),
        (Operator.IN, ("a",) * (MAX_VALUES + 1)),
        (Operator.EQ, ("a",) * (MAX_VALUES + 1)),
        (Operator.EQ, None),
        (Operator.LT, (1, 2)),
        (Operator.HAS, ("a",)),
        (Operator.BETWEEN, (1,)),
        (Operator.BETWEEN, (1, 2, 3)),
        (Operator.IS_NULL, 1),
    ],
)
def test_a_value_must_have_the_shape_that_its_operator_takes(op, value):
    with pytest.raises(FilterError, match=f"^x: {op} takes "):
        Predicate("x", op, value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (math.nan, "must be finite"),
        (-math.inf, "must be finite"),
        (2**63, "must fit in 64 bits"),
        (-(2**63) - 1, "must fit in 64 bits"),
        ("a\ud800", "half of a surrogate pair"),
        (datetime(2024, 5, 1), "a value is a text, a number, true, false or a date"),
        ({"a": 1}, "a value is a text, a number, true, false or a date"),
        (b"a", "a value is a text, a number, true, false or a date"),
    ],
)
def test_a_value_that_no_column_can_hold_is_refused(value, message):
    with pytest.raises(FilterError, match=message):
        Predicate("x", Operator.EQ, value)
    with pytest.raises(FilterError, match=message):
        Predicate("x", Operator.IN, (1, value))


def test_the_greatest_list_and_the_greatest_numbers_are_taken():
    assert len(Predicate("x", Operator.IN, (2**63 - 1, -(2**63)) * (MAX_VALUES // 2)).value) == MAX_VALUES


def test_a_field_has_a_name():
    with pytest.raises(FilterError, match="name of a field is empty"):
        Predicate("", Operator.IS_NULL)


@pytest.mark.parametrize("kind", [And, Or])
def test_and_and_or_join_two_parts_or_more(kind):
    with pytest.raises(FilterError, match="joins two parts or more; got 1"):
        kind((A,))


def test_depth_is_bounded():
    node = A
    for _ in range(MAX_DEPTH - 1):
        node = Not(node)
    with pytest.raises(FilterError, match="nested 32 deep at most"):
        Not(node)
    with pytest.raises(FilterError, match="nested 32 deep at most"):
        And((A, node))


def test_the_number_of_predicates_is_bounded():
    full = Or((A,) * MAX_PREDICATES)
    with pytest.raises(FilterError, match="1000 predicates at most"):
        And((full, A))
