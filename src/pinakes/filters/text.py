"""Writing the one-line form of a filter, such as ``period = 'Roman' and price < 50``."""

import re
from datetime import date

from pinakes.filters.nodes import And, Node, Not, Operator, Or, Predicate, Scalar

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS = {word for op in Operator for word in op.split()} | {"and", "or", "true", "false"}


def to_text(node: Node) -> str:
    """Return the one-line form of a filter; ``parse_text`` of it gives an equal filter.

    Dates of a checked filter are written as quoted texts, which is how they were given.
    """
    match node:
        case Predicate(field, op, value):
            return f"{_name_text(field)} {op}{_value_text(op, value)}"
        case Not(part):
            return f"not {_part_text(part)}"
        case And(parts):
            return " and ".join(map(_part_text, parts))
        case Or(parts):
            return " or ".join(map(_part_text, parts))


def _name_text(name: str) -> str:
    plain = _PLAIN_NAME.fullmatch(name) and name.lower() not in _WORDS
    return name if plain else f"`{name.replace('`', '``')}`"


def _part_text(part: Node) -> str:
    return f"({to_text(part)})" if isinstance(part, And | Or) else to_text(part)


def _value_text(op: Operator, value: Scalar | tuple[Scalar, ...] | None) -> str:
    if value is None:
        return ""
    if not isinstance(value, tuple):
        return f" {_scalar_text(value)}"
    if op is Operator.BETWEEN:
        return f" {_scalar_text(value[0])} and {_scalar_text(value[1])}"
    return f" ({', '.join(map(_scalar_text, value))})"


def _scalar_text(value: Scalar) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str() | date():
            return "'" + str(value).replace("'", "''") + "'"
        case _:
            return repr(value)
