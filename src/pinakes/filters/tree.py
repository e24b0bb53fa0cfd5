"""The JSON form of a filter, such as ``{"field": "price", "op": "<", "value": 50}``.

::

    {"and": [tree, tree, ...]}    {"or": [tree, tree, ...]}    {"not": tree}
    {"field": name, "op": operator, "value": value or list of values}
    {"field": name, "op": "is null"}
"""

import reprlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pinakes.errors import FilterError
from pinakes.filters.nodes import MAX_DEPTH, And, Node, Not, Operator, Or, Predicate, Scalar

_SHAPES = "{'and': [...]}, {'or': [...]}, {'not': ...} or {'field': ..., 'op': ..., 'value': ...}"


def parse_tree(tree: Mapping[str, Any]) -> Node:
    """Read the JSON form of a filter.

    Args:
        tree: what ``json.loads`` gives; dates may also be ``datetime.date``. An ``and`` or ``or`` of one part
            is that part.

    Returns:
        The filter as written; fields and types are not checked yet.

    Raises:
        FilterError: with the path of the part that does not fit.
    """
    return _node(tree, "filter", depth=1)


def to_tree(node: Node) -> dict[str, Any]:
    """Return the JSON form of a filter, ready for ``json.dumps``; ``parse_tree`` of it gives an equal filter.

    Dates of a checked filter are written as ISO texts, which is how they were given.
    """
    match node:
        case And(parts):
            return {"and": [to_tree(part) for part in parts]}
        case Or(parts):
            return {"or": [to_tree(part) for part in parts]}
        case Not(part):
            return {"not": to_tree(part)}
        case Predicate(field, op, value):
            asked = {"field": field, "op": op.value}
            return asked if value is None else {**asked, "value": _json(value)}


def _node(tree: object, path: str, depth: int) -> Node:
    if depth > MAX_DEPTH:  # before the recursion, so that no tree can exhaust the stack
        raise FilterError(f"{path}: a filter may be nested {MAX_DEPTH} deep at most")
    match tree:
        case {"and": [*parts], **rest} if not rest:
            return _joined(And, parts, f"{path}.and", depth)
        case {"or": [*parts], **rest} if not rest:
            return _joined(Or, parts, f"{path}.or", depth)
        case {"not": part, **rest} if not rest:
            return Not(_node(part, f"{path}.not", depth + 1))
        case {"field": str(field), "op": str(op), **rest} if not rest.keys() - {"value"}:
            return _predicate(field, op, rest.get("value"), path)
        case Mapping():
            raise FilterError(f"{path}: expected {_SHAPES}; got the keys {sorted(map(str, tree))}")
        case _:
            raise FilterError(f"{path}: expected {_SHAPES}; got {reprlib.repr(tree)}")


def _joined(kind: type[And] | type[Or], trees: Sequence[object], path: str, depth: int) -> Node:
    parts = tuple(_node(tree, f"{path}[{i}]", depth + 1) for i, tree in enumerate(trees))
    if len(parts) == 1:
        return parts[0]
    try:
        return kind(parts)
    except FilterError as error:
        raise FilterError(f"{path}: {error}") from None


def _predicate(field: str, op: str, value: Any, path: str) -> Predicate:
    if op not in set(Operator):
        raise FilterError(f"{path}.op: no operator {op!r}; there are {', '.join(Operator)}")
    try:
        return Predicate(field, Operator(op), tuple(value) if isinstance(value, list) else value)
    except FilterError as error:
        raise FilterError(f"{path}: {error}") from None


def _json(value: Scalar | tuple[Scalar, ...]) -> str | int | float | bool | list[Any]:
    if isinstance(value, tuple):
        return [_json(member) for member in value]
    return value.isoformat() if isinstance(value, date) else value
