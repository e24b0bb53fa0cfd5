"""Reading a filter, whichever of its two forms it has."""

from collections.abc import Mapping
from typing import Any

from pinakes.errors import FilterError
from pinakes.filters.nodes import Node
from pinakes.filters.tree import parse_tree


def parse_filter(where: str | Mapping[str, Any]) -> Node:
    """Read a filter: a text is its one-line form, a mapping its JSON form.

    Args:
        where: such as ``"price < 50"`` or ``{"field": "price", "op": "<", "value": 50}``.

    Returns:
        The filter as written; fields and types are not checked yet.

    Raises:
        FilterError: not a filter; the message says where, what was found and what was expected.
    """
    if isinstance(where, str):
        # Imported when needed: the parser's package takes a fifth of the time of opening a collection.
        from pinakes.filters.grammar import parse_text  # noqa: PLC0415

        return parse_text(where)
    if isinstance(where, Mapping):
        return parse_tree(where)
    raise FilterError(f"a filter is a text or a mapping; got {type(where).__name__}")
