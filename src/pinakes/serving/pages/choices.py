"""The filters beside the results: which facets are worth showing, and what choosing a value would leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from pinakes.retrieval.facets import Facet
from pinakes.serving.pages.asked import Asked, Filter, plain_name
from pinakes.types import AttributeType

SHOWN = 6
"""Values of a facet that are shown before "more"."""

MOST = 24
"""Values of a facet that can be chosen; what is rarer is found by words."""

OPEN = 4
"""Facets that are unfolded at first."""

ATTRIBUTES = 12
"""Attributes that are shown; which ones depends on what is filtered already."""

RIGHTS = ("license",)
COLOURS = frozenset({"colour", "color", "colours", "colors"})
RANGES = frozenset({AttributeType.INTEGER, AttributeType.FLOAT, AttributeType.DATE})


class FacetCounter(Protocol):
    """What counts facets: an engine."""

    def facets(
        self, where: str | Mapping[str, Any] | None = None, fields: Sequence[str] | None = None
    ) -> tuple[Facet, ...]:
        """Count the values of fields, each under a filter without its own part."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet: its text in the address, its name for people, and how many items have it."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class ShownFacet:
    """One facet as the page shows it.

    Attributes:
        values: what can be chosen; empty for a range.
        range: smallest and largest value, as text; None where values are chosen.
        low, high: the bounds that were asked for.
        open: unfolded.
        input: type of the input of a bound.
    """

    name: str
    values: tuple[Choice, ...] = ()
    range: tuple[str, str] | None = None
    low: str = ""
    high: str = ""
    open: bool = False
    input: str = "number"

    @property
    def label(self) -> str:
        """The name of the field for people."""
        name = plain_name(self.name)
        return name[:1].upper() + name[1:]

    @property
    def shown(self) -> int:
        """How many values come before "more": those that are chosen always do."""
        return max(SHOWN, *(n for n, v in enumerate(self.values, 1) if v.chosen), 0)

    @property
    def swatches(self) -> bool:
        """Whether the values are colours."""
        return self.name.lower() in COLOURS


def shown_facets(
    counter: FacetCounter, asked: Asked, schema: Mapping[str, AttributeType]
) -> tuple[ShownFacet, ...]:
    """Return the facets that tell the items apart, most widely known first.

    Each is counted under all filters but its own, so that its other values can be added.

    Raises:
        FilterError, UnknownNameError: the filter does not fit the schema.
    """
    counted = counter.facets(asked.tree(schema), (*schema, *RIGHTS))
    found = [(facet, asked.filter(facet.field)) for facet in counted]
    worth = [pair for pair in found if pair[1] or _tells_apart(pair[0])]
    worth.sort(key=lambda pair: (not pair[1], *_breadth(pair[0])))
    own = [pair for pair in worth if pair[0].field not in RIGHTS][:ATTRIBUTES]
    rights = [pair for pair in worth if pair[0].field in RIGHTS]
    shown = [_shown(facet, chosen) for facet, chosen in (*own, *rights)]
    return tuple(
        replace(facet, open=position < OPEN or bool(asked.filter(facet.name)))
        for position, facet in enumerate(shown)
    )


def _breadth(facet: Facet) -> tuple[bool, int]:
    """Return a key that puts first what is known of most items; dates say little at a glance."""
    return facet.type is AttributeType.DATE, -facet.known


def _tells_apart(facet: Facet) -> bool:
    """Return whether a facet is of use: several values, but not one for each item."""
    if facet.type in RANGES:
        return facet.low != facet.high
    # Free text such as a name of its own for each item is searched, not chosen.
    return facet.distinct > 1 and (facet.distinct <= 12 or facet.distinct * 3 <= facet.known)


def _shown(facet: Facet, chosen: Filter) -> ShownFacet:
    if facet.type in RANGES:
        bounds = (_text(facet.low), _text(facet.high))
        kind = "date" if facet.type is AttributeType.DATE else "number"
        return ShownFacet(facet.field, range=bounds, low=chosen.low, high=chosen.high, input=kind)
    counts = {_text(value): count for value, count in facet.values[:MOST]}
    values = {**counts, **{value: counts.get(value, 0) for value in chosen.values}}
    choices = [Choice(v, _label(v, facet.type), n, v in chosen.values) for v, n in values.items()]
    return ShownFacet(facet.field, values=tuple(sorted(choices, key=lambda choice: not choice.chosen)))


def _text(value: object) -> str:
    """Return a value as it stands in an address."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _label(value: str, kind: AttributeType) -> str:
    return {"true": "yes", "false": "no"}[value] if kind is AttributeType.BOOL else value
