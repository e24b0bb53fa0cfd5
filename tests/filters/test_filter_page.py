"""What docs/filters.md promises."""

import json
import re
from pathlib import Path

import pytest

from pinakes.errors import UsageError
from pinakes.filters import ITEM_FIELDS, Operator, check_filter, grammar, nodes, parse_filter
from pinakes.types import AttributeType

PAGE = (Path(__file__).parents[2] / "docs" / "filters.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)\n```", PAGE, flags=re.DOTALL)
TABLE = re.findall(r"^\| ([^|]+?) +\| ((?:`[^|`]+` ?)+) \| `([^`]+)` \|$", PAGE, flags=re.MULTILINE)
EXAMPLE_FIELDS = {
    "string": "license",
    "integer, float": "price",
    "date": "date_added",
    "bool": "in_stock",
    "set": "seasons",
    "any": "price",
}
SCHEMA = {
    "price": AttributeType.FLOAT,
    "date_added": AttributeType.DATE,
    "in_stock": AttributeType.BOOL,
    "seasons": AttributeType.SET,
}
VALUES = {"license": "'a'", "price": "1", "date_added": "'2024-05-01'", "in_stock": "true", "seasons": "'a'"}


def asked(field, op):
    value = VALUES[field]
    if op in {"is null", "is not null"}:
        return f"{field} {op}"
    if op == "between":
        return f"{field} between {value} and {value}"
    in_list = op in {"in", "not in", "has any", "has all"} or (field == "seasons" and op in {"=", "!="})
    return f"{field} {op} ({value})" if in_list else f"{field} {op} {value}"


def fits(where):
    try:
        check_filter(parse_filter(where), SCHEMA)
    except UsageError:
        return False
    return True


@pytest.mark.parametrize(("kind", "operators", "example"), TABLE)
def test_the_table_names_all_operators_that_a_type_takes(kind, operators, example):
    assert fits(example)
    field = EXAMPLE_FIELDS[kind]
    promised = set(re.findall(r"`([^`]+)`", operators))
    null = {"is null", "is not null"}
    taken = {op.value for op in Operator if fits(asked(field, op))}
    assert promised == (null if kind == "any" else taken - null)


def test_the_table_is_whole():
    assert [kind for kind, _, _ in TABLE] == list(EXAMPLE_FIELDS)
    assert {word for _, operators, _ in TABLE for word in re.findall(r"`([^`]+)`", operators)} == set(
        Operator
    )


def test_the_two_forms_of_the_example_are_one_filter():
    where = next(i for i, (language, _) in enumerate(BLOCKS) if language == "json")
    assert parse_filter(json.loads(BLOCKS[where][1])) == parse_filter(BLOCKS[where + 1][1])


def test_the_fields_and_limits_are_those_of_the_code():
    for field in ITEM_FIELDS:
        assert f"`{field}`" in PAGE
    for limit in (grammar.MAX_BYTES, nodes.MAX_DEPTH, nodes.MAX_PREDICATES, nodes.MAX_VALUES):
        assert f"{limit:,}" in PAGE


@pytest.mark.parametrize(
    ("where", "schema"),
    [
        ("period = Roman and price < 50", {}),
        ("price < 'cheap'", {"price": AttributeType.FLOAT}),
        ("pric < 50", {"price": AttributeType.FLOAT, "period": AttributeType.STRING}),
    ],
)
def test_the_messages_shown_are_the_messages(where, schema):
    with pytest.raises(UsageError) as caught:
        check_filter(parse_filter(where), schema)
    assert ("", str(caught.value)) in BLOCKS
