"""Facets: how many items have which value, under a filter (Hearst, "Search User Interfaces", 2009, ch. 8)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import UnknownNameError
from pinakes.filters import Node, conjunction, conjuncts, fields_of
from pinakes.kernels.topk import most_frequent
from pinakes.retrieval.columns import ORDERED, Chosen, Column, Columns, FacetValue, value_at
from pinakes.types import RIGHTS_FIELDS, AttributeType

MOST_VALUES = 100
"""How many values of one field are counted out."""


@dataclass(frozen=True, slots=True)
class FacetRange:
    """How many items have a value from ``low`` up to ``high``, which the last range alone includes."""

    low: FacetValue
    high: FacetValue
    count: int


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of one field.

    Attributes:
        known: items that have a value; an empty set is one.
        unknown: items that have none.
        distinct: how many values there are.
        values: (value, number of items), most frequent first, ties by value, at most `MOST_VALUES`; each
            member of a set counts. Empty for floats.
        low, high: the smallest and the largest value of integers, floats and dates; None where there is none.
        ranges: of integers, floats and dates, those that hold items; bounds are round, do not move with
            the filter, and go by year for dates.
    """

    field: str
    type: AttributeType
    known: int
    unknown: int
    distinct: int
    values: tuple[tuple[FacetValue, int], ...]
    low: FacetValue | None = None
    high: FacetValue | None = None
    ranges: tuple[FacetRange, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that `json` can write; dates are ISO texts."""
        return {
            "field": self.field,
            "type": self.type,
            "known": self.known,
            "unknown": self.unknown,
            "distinct": self.distinct,
            "values": [{"value": _plain(value), "count": count} for value, count in self.values],
            "low": _plain(self.low),
            "high": _plain(self.high),
            "ranges": [{"low": _plain(r.low), "high": _plain(r.high), "count": r.count} for r in self.ranges],
        }


def count_facets(
    columns: Columns,
    schema: Mapping[str, AttributeType],
    passing: Callable[["Node | None"], NDArray[np.bool_]],
    where: "Node | None",
    fields: Sequence[str],
) -> tuple[Facet, ...]:
    """Count the values of attributes under a filter.

    Each field is counted under all parts of the filter but those on itself alone: a shopper who chose "red"
    still sees how many items "blue" would add.

    Args:
        columns: of the corpus.
        schema: types of the attributes.
        passing: returns which items count under a filter, bool of shape (items,).
        where: a filter that `check_filter` has returned; None for no filter.
        fields: attributes, or rights such as ``license``.

    Raises:
        UnknownNameError: a field that does not exist.
    """
    types = {**{name: AttributeType.STRING for name in RIGHTS_FIELDS if name != "expires"}, **schema}
    wanted = tuple(dict.fromkeys(fields))
    for name in wanted:
        if name not in types:
            raise UnknownNameError("field", name, types)
    chosen = lru_cache(maxsize=None)(lambda node: Chosen(passing(node)))
    asked = () if where is None else fields_of(where)
    return tuple(
        _facet(columns.column(name, types[name]), chosen(_without(where, name) if name in asked else where))
        for name in wanted
    )


def _without(node: "Node | None", field: str) -> "Node | None":
    """Return a filter without the parts that must all hold and ask about one field alone."""
    return node and conjunction([part for part in conjuncts(node) if fields_of(part) != (field,)])


def _facet(column: Column, chosen: Chosen) -> Facet:
    counts = column.count(chosen)
    unknown, counts = int(counts[-1]), counts[:-1]
    held = np.flatnonzero(counts)
    ordered = column.type in ORDERED and len(held) > 0
    low, high = value_at(column.values, held[[0, -1]]) if ordered else (None, None)
    return Facet(
        field=column.field,
        type=column.type,
        known=len(chosen.rows) - unknown,
        unknown=unknown,
        distinct=len(held),
        values=() if column.type is AttributeType.FLOAT else tuple(_counted(column, counts)),
        low=low,
        high=high,
        ranges=tuple(_ranges(column, counts)) if ordered else (),
    )


def _counted(column: Column, counts: NDArray[np.int64]) -> Iterable[tuple[FacetValue, int]]:
    places = most_frequent(counts, MOST_VALUES)
    return zip(value_at(column.values, places), counts[places].tolist(), strict=True)


def _ranges(column: Column, counts: NDArray[np.int64]) -> Iterable[FacetRange]:
    """Yield the ranges of a column that hold items."""
    for low, high, places in column.buckets:
        count = int(counts[places].sum())
        if count:
            yield FacetRange(low, high, count)


def _plain(value: FacetValue | None) -> Any:
    return value.isoformat() if isinstance(value, date) else value
