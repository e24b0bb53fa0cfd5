"""The one-line form of a filter, such as ``period = 'Roman' and price < 50``."""

import re
from datetime import date
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from pinakes.errors import FilterError
from pinakes.filters.nodes import And, Node, Not, Operator, Or, Predicate, Scalar
from pinakes.filters.syntax import located, syntax_error

MAX_BYTES = 4_096
"""How long the one-line form may be, in bytes of UTF-8."""

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS = {word for op in Operator for word in op.split()} | {"and", "or", "true", "false"}


def parse_text(text: str) -> Node:
    """Read the one-line form of a filter.

    Args:
        text: at most 4,096 bytes of UTF-8.

    Returns:
        The filter as written; fields and types are not checked yet.

    Raises:
        FilterError: with the position, what was found, what was expected, and a line with a caret.
    """
    if len(text.encode("utf-8", errors="surrogatepass")) > MAX_BYTES:
        raise FilterError(
            f"a filter on one line may be {MAX_BYTES} bytes long; its JSON form has no such limit", 0
        )
    if not text.strip():
        raise FilterError("the filter is empty; leave it out, or write one such as: price < 50", 0)
    try:
        node: Node = _parser().parse(text)  # type: ignore[assignment]  # the builder returns nodes, not trees
    except (UnexpectedToken, UnexpectedCharacters) as error:
        raise syntax_error(text, error) from None
    except FilterError as error:
        raise located(text, error.position or 0, str(error)) from None
    return node


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


class _Builder(Transformer[Token, Node]):
    """Turns each rule of the grammar into a node as soon as it is recognised; no tree is built."""

    def disjunction(self, parts: list[Node]) -> Node:
        return Or(tuple(parts))

    def conjunction(self, parts: list[Node]) -> Node:
        return And(tuple(parts))

    def negation(self, children: list[Any]) -> Node:
        return Not(children[1])

    def predicate(self, children: list[Any]) -> Node:
        name, op, *value = children
        return _predicate(name, op, *value)

    def between(self, children: list[Any]) -> Node:
        name, _, least, greatest = children
        return _predicate(name, Operator.BETWEEN, (least, greatest))

    def equality(self, words: list[Token]) -> Operator:
        return Operator(" ".join(words).lower())

    single = several = null = equality

    def values(self, values: list[Scalar]) -> tuple[Scalar, ...]:
        return tuple(values)

    def scalar(self, tokens: list[Token]) -> Scalar:
        token = tokens[0]
        if token.type == "STRING":
            quote = token[0]
            return token[1:-1].replace(quote * 2, quote)
        if token.type == "NUMBER":
            return float(token) if set(token) & set(".eE") else int(token)
        return token.type == "TRUE"


@cache
def _parser() -> Lark:
    # A basic lexer reserves the words everywhere, so that a slip is reported where it stands.
    return Lark.open("grammar.lark", rel_to=__file__, parser="lalr", lexer="basic", transformer=_Builder())


def _predicate(name: Token, op: Operator, value: Scalar | tuple[Scalar, ...] | None = None) -> Predicate:
    field = name[1:-1].replace("``", "`") if name.type == "QUOTED_NAME" else str(name)
    try:
        return Predicate(field, op, value)
    except FilterError as error:
        raise FilterError(str(error), name.start_pos) from None


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
