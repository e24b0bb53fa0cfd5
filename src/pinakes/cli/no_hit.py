"""What to tell whoever searched with a filter and found nothing."""

import difflib
from collections.abc import Iterator
from datetime import date

from pinakes.engine import Engine
from pinakes.filters import And, Node, Operator, conjuncts, parse_filter, to_text
from pinakes.filters.nodes import predicates

_OF_VALUES = (Operator.EQ, Operator.IN, Operator.HAS, Operator.HAS_ANY, Operator.HAS_ALL)


def why_nothing(engine: Engine, where: str, as_of: date | None = None) -> Iterator[str]:
    """Yield lines about a filter under which nothing was found: misspelt values, and what to leave out."""
    passing = engine.count(where, as_of)
    if passing:
        yield f"the filter lets {passing:,} through, but the query finds none of them"
        return
    node = parse_filter(where)
    yield from _unknown_values(engine, node)
    parts = conjuncts(node)
    for left_out in parts if len(parts) > 1 else ():
        rest = [part for part in parts if part is not left_out]
        others = to_text(And(tuple(rest)) if len(rest) > 1 else rest[0])
        if count := engine.count(others, as_of):
            yield f"without {to_text(left_out)}: {count:,}"


def _unknown_values(engine: Engine, node: Node) -> Iterator[str]:
    """Yield a line for each text that the filter asks for and that no item has."""
    for asked in predicates(node):
        wanted = asked.value if isinstance(asked.value, tuple) else (asked.value,)
        texts = [value for value in wanted if isinstance(value, str)]
        if asked.op not in _OF_VALUES or not texts or asked.field in ("id", "title", "text"):
            continue
        (facet,) = engine.facets(fields=[asked.field])
        known = {str(value) for value, _ in facet.values}
        if facet.type not in ("string", "set") or len(known) < facet.distinct:
            continue
        for text in texts:
            if text not in known:
                near = _nearest(text, known)
                yield f"no item has {asked.field} {text!r}" + (f"; did you mean {near!r}?" if near else "")


def _nearest(text: str, known: set[str]) -> str | None:
    folded = {value.casefold(): value for value in sorted(known)}
    return next((folded[near] for near in difflib.get_close_matches(text.casefold(), folded, n=1)), None)
