"""A filter as values: predicates on one field each, joined by and, or and not."""

import math
import reprlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from pinakes.errors import FilterError

MAX_DEPTH = 32
"""How deep and, or and not may be nested; a predicate alone has depth 1."""

MAX_PREDICATES = 1_000
"""How many predicates one filter may hold."""

MAX_VALUES = 1_000
"""How many values one list may hold."""

INTEGER_MIN, INTEGER_MAX = -(2**63), 2**63 - 1
"""The whole numbers that a filter can name: those of 64 bits."""

Scalar: TypeAlias = str | int | float | bool | date
Node: TypeAlias = "Predicate | And | Or | Not"


class Operator(StrEnum):
    """What a predicate asks of its field; the value is the spelling in both forms of a filter."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    IN = "in"
    NOT_IN = "not in"
    BETWEEN = "between"
    STARTS_WITH = "starts with"
    HAS = "has"
    HAS_ANY = "has any"
    HAS_ALL = "has all"
    IS_NULL = "is null"
    IS_NOT_NULL = "is not null"


LIST_OPERATORS = frozenset({Operator.IN, Operator.NOT_IN, Operator.HAS_ANY, Operator.HAS_ALL})
"""Operators that take a list of at least one value."""

NULL_OPERATORS = frozenset({Operator.IS_NULL, Operator.IS_NOT_NULL})
"""Operators that take no value."""


@dataclass(frozen=True, slots=True)
class Predicate:
    """One question about one field.

    Attributes:
        field: the name of the field.
        op: what is asked.
        value: a tuple of at least one value for ``in``, ``not in``, ``has any`` and ``has all``; the two
            bounds, both included, for ``between``; None for the null tests; one value or a tuple (a set,
            which may be empty) for ``=`` and ``!=``; one value for all others.
    """

    field: str
    op: Operator
    value: Scalar | tuple[Scalar, ...] | None = None

    def __post_init__(self) -> None:
        if not self.field:
            raise FilterError("the name of a field is empty")
        if not _shape_fits(self.op, self.value):
            raise FilterError(f"{self.field}: {self.op} takes {_shape(self.op)}; got {_shown(self.value)}")
        for value in _scalars(self.value):
            _require_scalar(value, self.field)


@dataclass(frozen=True, slots=True)
class And:
    """True where every part is true; at least two parts."""

    parts: tuple[Node, ...]

    def __post_init__(self) -> None:
        _require_size(self)


@dataclass(frozen=True, slots=True)
class Or:
    """True where some part is true; at least two parts."""

    parts: tuple[Node, ...]

    def __post_init__(self) -> None:
        _require_size(self)


@dataclass(frozen=True, slots=True)
class Not:
    """True where the part is false; unknown where the part is unknown."""

    part: Node

    def __post_init__(self) -> None:
        _require_size(self)


def predicates(node: Node) -> Iterator[Predicate]:
    """Yield the predicates of a filter from left to right."""
    match node:
        case Predicate():
            yield node
        case Not(part):
            yield from predicates(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from predicates(part)


def fields_of(node: Node) -> tuple[str, ...]:
    """Return the names of the fields that a filter asks about, each once, in order of appearance."""
    return tuple(dict.fromkeys(predicate.field for predicate in predicates(node)))


def conjuncts(node: Node) -> tuple[Node, ...]:
    """Return the parts that must all hold: nested ands are opened, anything else is one part.

    Dropping one of them is the smallest loosening of the filter.
    """
    if not isinstance(node, And):
        return (node,)
    return tuple(inner for part in node.parts for inner in conjuncts(part))


def conjunction(parts: Sequence[Node]) -> "Node | None":
    """Return the filter whose parts must all hold: None without parts, one part as it is."""
    return And(tuple(parts)) if len(parts) > 1 else next(iter(parts), None)


def loosened(node: Node) -> "Iterator[tuple[Node, Node | None]]":
    """Yield each part that must hold, and the filter without it; see `conjuncts`."""
    parts = conjuncts(node)
    for place, part in enumerate(parts):
        yield part, conjunction((*parts[:place], *parts[place + 1 :]))


def _require_scalar(value: object, field: str) -> None:
    """Refuse a value that no column can hold."""
    if not isinstance(value, str | int | float | date) or isinstance(value, datetime):
        raise FilterError(f"{field}: a value is a text, a number, true, false or a date; got {_shown(value)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise FilterError(f"{field}: a number must be finite; got {value}")
    if isinstance(value, int) and not INTEGER_MIN <= value <= INTEGER_MAX:
        raise FilterError(f"{field}: a whole number must fit in 64 bits, from -2**63 to 2**63 - 1")
    if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        raise FilterError(f"{field}: the text {_shown(value)} holds half of a surrogate pair")


def _scalars(value: Scalar | tuple[Scalar, ...] | None) -> tuple[Scalar, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _shape_fits(op: Operator, value: object) -> bool:
    count = len(value) if isinstance(value, tuple) else None
    if op in NULL_OPERATORS:
        return value is None
    if op in LIST_OPERATORS:
        return count is not None and 1 <= count <= MAX_VALUES
    if op is Operator.BETWEEN:
        return count == 2
    if op in {Operator.EQ, Operator.NE}:
        return value is not None and (count is None or count <= MAX_VALUES)
    return value is not None and count is None


def _shape(op: Operator) -> str:
    if op in NULL_OPERATORS:
        return "no value"
    if op in LIST_OPERATORS:
        return f"a list of 1 to {MAX_VALUES} values"
    if op is Operator.BETWEEN:
        return "two values, the least and the greatest"
    if op in {Operator.EQ, Operator.NE}:
        return f"one value, or a set of up to {MAX_VALUES}; for unknown values use is null"
    return "one value"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return f"a list of {len(value)}"
    return "null" if value is None else reprlib.repr(value)


def _depth(node: Node) -> int:
    match node:
        case Predicate():
            return 1
        case Not(part):
            return 1 + _depth(part)
        case And(parts) | Or(parts):
            return 1 + max(map(_depth, parts))


def _require_size(node: And | Or | Not) -> None:
    if not isinstance(node, Not) and len(node.parts) < 2:
        raise FilterError(f"{type(node).__name__.lower()} joins two parts or more; got {len(node.parts)}")
    if _depth(node) > MAX_DEPTH:
        raise FilterError(f"a filter may be nested {MAX_DEPTH} deep at most")
    if sum(1 for _ in predicates(node)) > MAX_PREDICATES:
        raise FilterError(f"a filter may hold {MAX_PREDICATES} predicates at most")
