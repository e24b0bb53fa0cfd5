"""The grammar of the one-line form of a filter: a text becomes a tree of nodes."""

from functools import cache
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from pinakes.errors import FilterError
from pinakes.filters.nodes import And, Node, Not, Operator, Or, Predicate, Scalar
from pinakes.filters.syntax import located, syntax_error

MAX_BYTES = 4_096
"""How long the one-line form may be, in bytes of UTF-8."""


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
