"""Why a query with a filter finds nothing: values that no item has, and what could be left out."""

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pinakes.filters import Node, Operator, loosened, to_text
from pinakes.filters.nodes import predicates
from pinakes.retrieval.facets import Facet

_OF_VALUES = (Operator.EQ, Operator.IN, Operator.HAS, Operator.HAS_ANY, Operator.HAS_ALL)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part of the filter without which something is found.

    Attributes:
        where: the part.
        count: how many items the query finds without it.
    """

    where: str
    count: int


@dataclass(frozen=True, slots=True)
class UnknownValue:
    """A text that the filter asks for and that no item has.

    Attributes:
        did_you_mean: the nearest one that there is, or None.
    """

    field: str
    value: str
    did_you_mean: str | None


@dataclass(frozen=True, slots=True)
class WhyNothing:
    """Why nothing was found.

    Attributes:
        passing: items that pass the filter, none of which the query finds.
        without: parts of the filter that could be left out, most found first.
        unknown_values: texts that no item has.
    """

    passing: int
    without: tuple[LeftOut, ...]
    unknown_values: tuple[UnknownValue, ...]

    def __iter__(self) -> Iterator[str]:
        """Yield what there is to say, a line each."""
        if self.passing:
            yield f"the filter lets {self.passing:,} through, but the query finds none of them"
        for unknown in self.unknown_values:
            near = f"; did you mean {unknown.did_you_mean!r}?" if unknown.did_you_mean else ""
            yield f"no item has {unknown.field} {unknown.value!r}{near}"
        for part in self.without:
            yield f"without {part.where}: {part.count:,}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that `json` can write."""
        return {
            "passing": self.passing,
            "without": [asdict(part) for part in self.without],
            "unknown_values": [asdict(value) for value in self.unknown_values],
        }

    @staticmethod
    def from_dict(plain: Mapping[str, Any]) -> "WhyNothing":
        """Return what `to_dict` made plain."""
        return WhyNothing(
            plain["passing"],
            tuple(LeftOut(**part) for part in plain["without"]),
            tuple(UnknownValue(**value) for value in plain["unknown_values"]),
        )


def why_nothing(
    where: Node, passing: int, found: Callable[["Node | None"], int], facet: Callable[[str], Facet]
) -> WhyNothing:
    """Say why a filter lets a query find nothing.

    Args:
        where: a filter in its checked form.
        passing: how many items pass it.
        found: returns how many items the query finds under another filter.
        facet: counts the values of a field over all items that may be shown.
    """
    without = [LeftOut(to_text(part), count) for part, rest in loosened(where) if (count := found(rest))]
    without.sort(key=lambda part: -part.count)
    return WhyNothing(passing, tuple(without), tuple(_unknown_values(where, facet)))


def _unknown_values(where: Node, facet: Callable[[str], Facet]) -> Iterator[UnknownValue]:
    for asked in predicates(where):
        wanted = asked.value if isinstance(asked.value, tuple) else (asked.value,)
        texts = [value for value in wanted if isinstance(value, str)]
        if asked.op not in _OF_VALUES or not texts or asked.field in ("id", "title", "text"):
            continue
        counted = facet(asked.field)
        known = {str(value) for value, _ in counted.values}
        if len(known) < counted.distinct:  # there are more than are counted out
            continue
        for text in texts:
            if text not in known:
                yield UnknownValue(asked.field, text, _nearest(text, known))


def _nearest(text: str, known: set[str]) -> str | None:
    folded = {value.casefold(): value for value in sorted(known)}
    return next((folded[near] for near in difflib.get_close_matches(text.casefold(), folded, n=1)), None)
