"""Which rows pass: by hand, and against a row-by-row evaluation in plain Python."""

import math
from datetime import date

import numpy as np
import polars as pl
import pytest
from filter_strategies import HOSTILE, SCHEMA, rows, schemas, trees
from hypothesis import given, settings
from hypothesis import strategies as st

from pinakes.filters import Operator, Predicate, check_filter, compile_mask, parse_filter
from pinakes.types import AttributeType

DTYPES = {
    AttributeType.STRING: pl.String,
    AttributeType.INTEGER: pl.Int64,
    AttributeType.FLOAT: pl.Float64,
    AttributeType.BOOL: pl.Boolean,
    AttributeType.DATE: pl.Date,
    AttributeType.SET: pl.List(pl.String),
}
ITEMS = pl.DataFrame(
    {
        "price": [10.0, 50.0, None, math.nan, math.inf],
        "stock": [0, 2**53 + 1, -(2**63), None, 2**63 - 1],
        "period": ["Roman", "roman", None, "\uffff", "\U0001f600"],
        "sold": [True, False, None, True, False],
        "found": [date(2024, 4, 30), date(2024, 5, 1), None, date(1, 1, 1), date(9999, 12, 31)],
        "seasons": [["summer", "winter"], ["summer"], None, [], ["autumn"]],
    },
    schema={name: DTYPES[kind] for name, kind in SCHEMA.items()},
)


def passing(where, frame=ITEMS, schema=SCHEMA):
    mask = compile_mask(check_filter(parse_filter(where), schema), frame)
    assert mask.dtype == np.bool_
    assert mask.shape == (frame.height,)
    return np.flatnonzero(mask).tolist()


@pytest.mark.parametrize(
    ("where", "rows_passing"),
    [
        ("price < 50", [0]),
        ("not price < 50", [1, 4]),
        ("price != 10", [1, 4]),
        ("price is null", [2, 3]),
        ("price is not null", [0, 1, 4]),
        ("price > 9223372036854775807", [4]),
        ("price between 10 and 50", [0, 1]),
        ("price between 50 and 10", []),
        ("price in (10, 50.5)", [0]),
        ("price not in (10)", [1, 4]),
        ("stock = 9007199254740993", [1]),
        ("stock = 9007199254740992.0", []),
        ("stock > 9007199254740992.0", [1, 4]),
        ("stock < 0.5", [0, 2]),
        ("stock <= -0.5", [2]),
        ("stock > -0.5", [0, 1, 4]),
        ("stock = 0.5", []),
        ("stock != 0.5", [0, 1, 2, 4]),
        ("stock < 1e300", [0, 1, 2, 4]),
        ("stock >= -1e300 and stock < 9223372036854775808.0", [0, 1, 2, 4]),
        ("stock <= -9223372036854775808", [2]),
        ("stock in (0.5, 1e300)", []),
        ("stock not in (0.5, 1e300)", [0, 1, 2, 4]),
        ("period = 'Roman'", [0]),
        ("period > '\uffff'", [4]),
        ("period starts with 'R'", [0]),
        ("period starts with ''", [0, 1, 3, 4]),
        ("period in ('roman', 'Roman')", [0, 1]),
        ("sold = true", [0, 3]),
        ("sold != true", [1, 4]),
        ("found <= '2024-05-01'", [0, 1, 3]),
        ("found in ('0001-01-01', '9999-12-31')", [3, 4]),
        ("seasons has 'summer'", [0, 1]),
        ("not seasons has 'summer'", [3, 4]),
        ("seasons has any ('autumn', 'winter', 'none')", [0, 4]),
        ("seasons has all ('winter', 'summer', 'summer')", [0]),
        ("seasons = ('winter', 'summer')", [0]),
        ("seasons != ('summer')", [0, 3, 4]),
        ("seasons = ()", [3]),
        ("seasons is null", [2]),
        ("price is null or sold = false", [1, 2, 3, 4]),
        ("not (price = 10 or price is null)", [1, 4]),
        ("not (price < 20 and sold = true)", [1, 4]),
    ],
)
def test_rows_by_hand(where, rows_passing):
    assert passing(where) == rows_passing


NUMBERS = [
    *(-(2**63), -(2**53) - 1, -1, 0, 1, 2, 2**53 - 1, 2**53, 2**53 + 1, 2**53 + 2, 2**63 - 1),
    *(-1e300, -(2.0**63), -1.5, -0.5, -0.0, 5e-324, 0.5, 1.0, 1.5, 2.0**53, 2.0**53 + 2, 2.0**63, 1e300),
]


@pytest.mark.parametrize("asked", NUMBERS)
@pytest.mark.parametrize(("field", "kind"), [("stock", int), ("price", float)])
def test_every_number_is_compared_by_its_exact_value(field, kind, asked):
    column = [number for number in NUMBERS if isinstance(number, kind)]
    frame = pl.DataFrame({field: column}, schema={field: DTYPES[SCHEMA[field]]})
    for op in ("=", "!=", "<", "<=", ">", ">="):
        expected = [row for row, number in enumerate(column) if MEANINGS[op](number, asked)]
        assert passing({"field": field, "op": op, "value": asked}, frame) == expected
    for others in ([], list(range(100, 120))):  # compared one by one, and by hash
        expected = [row for row, number in enumerate(column) if number == asked]
        assert passing({"field": field, "op": "in", "value": [asked, *others]}, frame) == expected


def test_a_long_list_of_texts_is_one_question():
    many = [f"text {i}" for i in range(20)]
    assert passing({"field": "period", "op": "in", "value": ["Roman", *many]}) == [0]
    assert passing({"field": "period", "op": "not in", "value": ["Roman", *many]}) == [1, 3, 4]
    assert passing({"field": "seasons", "op": "has any", "value": ["autumn", *many]}) == [4]
    assert passing({"field": "seasons", "op": "has all", "value": ["autumn", *many]}) == []


def test_a_table_without_rows_has_an_empty_mask():
    assert passing("price < 50 or seasons has 'summer'", ITEMS.clear()) == []


def test_a_mask_may_be_changed_by_its_caller():
    mask = compile_mask(parse_filter("sold = true"), ITEMS)
    mask &= False
    assert ITEMS["sold"].to_list() == [True, False, None, True, False]


def test_a_column_name_is_never_a_pattern():
    frame = pl.DataFrame({"^.*$": ["a", "b"], "*": ["b", "b"], "other": ["b", "b"]})
    assert compile_mask(Predicate("^.*$", Operator.EQ, "b"), frame).tolist() == [False, True]
    assert compile_mask(Predicate("*", Operator.NE, "b"), frame).tolist() == [False, False]


def test_a_thousand_predicates_are_no_trouble():
    parts = [{"field": "stock", "op": "!=", "value": i} for i in range(1000)]
    assert passing({"and": parts}) == [1, 2, 4]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_string_finds_itself_and_nothing_else(text):
    frame = pl.DataFrame({"period": list(HOSTILE)})
    itself = [HOSTILE.index(text)]
    quoted = text.replace("'", "''")
    assert passing(f"period = '{quoted}'", frame) == itself
    assert passing({"field": "period", "op": "in", "value": [text]}, frame) == itself
    sets = pl.DataFrame({"seasons": [[other] for other in HOSTILE]})
    assert passing(f"seasons has '{quoted}'", sets) == itself
    starting = [row for row, other in enumerate(HOSTILE) if other.startswith(text)]
    assert passing(f"period starts with '{quoted}'", frame) == starting


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_the_mask_is_what_a_row_by_row_evaluation_says(data):
    schema = data.draw(schemas)
    items = data.draw(rows(schema))
    cells = {name: [item[name] for item in items] for name in schema}
    tree = data.draw(trees(schema, cells))
    frame = pl.DataFrame(cells, schema={name: DTYPES[kind] for name, kind in schema.items()}, strict=True)
    expected = [row for row, item in enumerate(items) if evaluate(tree, item) is True]
    assert passing(tree, frame, schema) == expected


def evaluate(tree, item):
    """The meaning of a filter in plain Python: True, False, or None where it is unknown."""
    match tree:
        case {"not": part}:
            truth = evaluate(part, item)
            return None if truth is None else not truth
        case {"and": parts}:
            truths = [evaluate(part, item) for part in parts]
            return False if False in truths else None if None in truths else True
        case {"or": parts}:
            truths = [evaluate(part, item) for part in parts]
            return True if True in truths else None if None in truths else False
        case _:
            return ask(item[tree["field"]], tree["op"], tree.get("value"))


def ask(value, op, asked):
    unknown = value is None or (isinstance(value, float) and math.isnan(value))
    if op in {"is null", "is not null"}:
        return unknown == (op == "is null")
    if unknown:
        return None
    if isinstance(value, list):
        return SET_MEANINGS[op](set(value), {asked} if op == "has" else set(asked))
    if isinstance(value, date):
        asked = list(map(date.fromisoformat, asked)) if isinstance(asked, list) else date.fromisoformat(asked)
    return MEANINGS[op](value, asked)


MEANINGS = {
    "=": lambda value, asked: value == asked,
    "!=": lambda value, asked: value != asked,
    "<": lambda value, asked: value < asked,
    "<=": lambda value, asked: value <= asked,
    ">": lambda value, asked: value > asked,
    ">=": lambda value, asked: value >= asked,
    "in": lambda value, asked: value in asked,
    "not in": lambda value, asked: value not in asked,
    "between": lambda value, asked: asked[0] <= value <= asked[1],
    "starts with": lambda value, asked: value.startswith(asked),
}
SET_MEANINGS = {
    "=": lambda members, asked: members == asked,
    "!=": lambda members, asked: members != asked,
    "has": lambda members, asked: asked <= members,
    "has any": lambda members, asked: bool(asked & members),
    "has all": lambda members, asked: asked <= members,
}
