"""Facets: how many items have which value, under a filter (Hearst, "Search User Interfaces", 2009, ch. 8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import polars as pl
from numpy.typing import NDArray

from pinakes.errors import UnknownNameError
from pinakes.types import RIGHTS_FIELDS, AttributeType

FacetValue: TypeAlias = str | int | bool | date

MOST_VALUES = 100
"""How many values of one field are counted out."""

_ORDERED = frozenset({AttributeType.INTEGER, AttributeType.FLOAT, AttributeType.DATE})


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
    """

    field: str
    type: AttributeType
    known: int
    unknown: int
    distinct: int
    values: tuple[tuple[FacetValue, int], ...]
    low: int | float | date | None = None
    high: int | float | date | None = None


def count_facets(
    items: pl.DataFrame,
    schema: Mapping[str, AttributeType],
    mask: NDArray[Any],
    fields: Sequence[str] | None = None,
) -> tuple[Facet, ...]:
    """Count the values of attributes.

    Args:
        items: the items of a corpus.
        schema: types of the attributes.
        mask: which items count, bool of shape (items,).
        fields: attributes, or rights such as ``license``; all attributes when None.

    Raises:
        UnknownNameError: a field that does not exist.
    """
    types = {**{name: AttributeType.STRING for name in RIGHTS_FIELDS if name != "expires"}, **schema}
    wanted = tuple(schema) if fields is None else tuple(dict.fromkeys(fields))
    for name in wanted:
        if name not in types:
            raise UnknownNameError("field", name, types)
    counted = items.select(wanted).filter(pl.Series(mask, dtype=pl.Boolean))
    return tuple(_facet(counted[name], types[name]) for name in wanted)


def _facet(column: pl.Series, kind: AttributeType) -> Facet:
    known = column.drop_nulls()
    members = known.explode().drop_nulls() if kind is AttributeType.SET else known
    ordered = kind in _ORDERED and len(members) > 0
    return Facet(
        field=column.name,
        type=kind,
        known=len(known),
        unknown=len(column) - len(known),
        distinct=members.n_unique(),
        values=() if kind is AttributeType.FLOAT else _most_frequent(members),
        low=members.min() if ordered else None,  # type: ignore[arg-type]
        high=members.max() if ordered else None,  # type: ignore[arg-type]
    )


def _most_frequent(members: pl.Series) -> tuple[tuple[FacetValue, int], ...]:
    counts = members.alias("value").value_counts(name="n")
    return tuple(counts.sort(["n", "value"], descending=[True, False]).head(MOST_VALUES).iter_rows())
