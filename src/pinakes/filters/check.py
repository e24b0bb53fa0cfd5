"""Whether a filter fits a schema: every field exists, every operator and value suits its type."""

import re
import reprlib
from collections.abc import Mapping
from datetime import date

from pinakes.errors import FilterError, UnknownNameError
from pinakes.filters.nodes import And, Node, Not, Operator, Or, Predicate, Scalar
from pinakes.types import RIGHTS_FIELDS, AttributeType

ITEM_FIELDS: Mapping[str, AttributeType] = {
    **dict.fromkeys(("id", "title", "text", *RIGHTS_FIELDS), AttributeType.STRING),
    "expires": AttributeType.DATE,
}
"""The fields that every item has, beside its attributes."""

_ORDERED = (
    *(Operator.EQ, Operator.NE, Operator.LT, Operator.LE, Operator.GT, Operator.GE),
    *(Operator.IN, Operator.NOT_IN, Operator.BETWEEN),
)
_OPERATORS: Mapping[AttributeType, tuple[Operator, ...]] = {
    AttributeType.STRING: (*_ORDERED, Operator.STARTS_WITH),
    AttributeType.INTEGER: _ORDERED,
    AttributeType.FLOAT: _ORDERED,
    AttributeType.DATE: _ORDERED,
    AttributeType.BOOL: (Operator.EQ, Operator.NE),
    AttributeType.SET: (Operator.HAS, Operator.HAS_ANY, Operator.HAS_ALL, Operator.EQ, Operator.NE),
}
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def check_filter(node: Node, schema: Mapping[str, AttributeType]) -> Node:
    """Resolve the fields and types of a filter.

    Args:
        node: the filter as written.
        schema: the type of every attribute, by name; the fields of ``ITEM_FIELDS`` are known without it.

    Returns:
        The filter with dates in place of their texts, and sets sorted without repeats.

    Raises:
        UnknownNameError: a field that is neither an attribute nor one of the fields that every item has.
        FilterError: an operator or a value that the type of the field does not take.
    """
    return _checked(node, {**ITEM_FIELDS, **schema})


def _checked(node: Node, types: Mapping[str, AttributeType]) -> Node:
    match node:
        case And(parts):
            return And(tuple(_checked(part, types) for part in parts))
        case Or(parts):
            return Or(tuple(_checked(part, types) for part in parts))
        case Not(part):
            return Not(_checked(part, types))
        case Predicate():
            return _checked_predicate(node, types)


def _checked_predicate(predicate: Predicate, types: Mapping[str, AttributeType]) -> Predicate:
    field, op, value = predicate.field, predicate.op, predicate.value
    if field not in types:
        raise UnknownNameError("field", field, types)
    kind = types[field]
    if value is None:
        return predicate
    if op not in _OPERATORS[kind]:
        taken = ", ".join(_OPERATORS[kind])
        raise FilterError(f"{_said(field, kind)}; it cannot be asked with {op}, only with {taken}, is null")
    if isinstance(value, tuple):
        return Predicate(field, op, _members(field, kind, op, value))
    if kind is AttributeType.SET and op is not Operator.HAS:
        raise FilterError(f"{_said(field, kind)}; write {field} has 'a', or {field} {op} ('a', 'b')")
    return Predicate(field, op, _member(field, kind, value))


def _members(field: str, kind: AttributeType, op: Operator, values: tuple[Scalar, ...]) -> tuple[Scalar, ...]:
    members = tuple(_member(field, kind, value) for value in values)
    if kind is AttributeType.SET:
        return tuple(sorted(set(map(str, members))))
    if op in {Operator.EQ, Operator.NE}:
        right = Operator.IN if op is Operator.EQ else Operator.NOT_IN
        raise FilterError(
            f"{_said(field, kind)}; to ask for one of several values write {field} {right} (...)"
        )
    return members


def _member(field: str, kind: AttributeType, value: Scalar) -> Scalar:
    """Return a value as the type of its field has it."""
    match kind, value:
        case AttributeType.STRING | AttributeType.SET, str():
            return value
        case AttributeType.BOOL, bool():
            return value
        case AttributeType.INTEGER | AttributeType.FLOAT, int() | float() if not isinstance(value, bool):
            return value
        case AttributeType.DATE, date():
            return value
        case AttributeType.DATE, str():
            return _date(field, value)
    raise FilterError(f"{_said(field, kind)}; got the {_kind_of(value)} {_literal(value)}")


def _date(field: str, text: str) -> date:
    try:
        if _ISO_DATE.fullmatch(text):  # date.fromisoformat also reads forms such as 2024-W18-3
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise FilterError(f"{field} is a date, written as '2024-05-01'; got the string {_literal(text)}")


def _said(field: str, kind: AttributeType) -> str:
    article = "an" if kind is AttributeType.INTEGER else "a"
    return f"{field} is {article} {kind}" + (" of strings" if kind is AttributeType.SET else "")


def _kind_of(value: Scalar) -> str:
    kinds = {bool: "bool", int: "integer", float: "float", str: "string"}
    return kinds.get(type(value), "string" if isinstance(value, str) else "date")


def _literal(value: Scalar) -> str:
    match value:
        case bool():
            return str(value).lower()
        case date():
            return value.isoformat()
        case _:
            return reprlib.repr(value)
