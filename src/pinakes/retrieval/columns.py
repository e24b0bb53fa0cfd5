"""Columns of the items table in the form in which values are counted and compared: numbers for values."""

import math
import threading
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.types import AttributeType

FacetValue: TypeAlias = str | int | float | bool | date

BUCKETS = 6
"""Into how many ranges the known values of a number are cut: about as many items in each."""

MOST_YEARS = 100
"""Up to so many years, dates are counted by year; past that by decade, then by century."""

STEPS = (5, 2, 1)
"""Bounds are multiples of one of these times a power of ten, as the ticks of an axis are."""

NUMBERS = frozenset({AttributeType.INTEGER, AttributeType.FLOAT})
ORDERED = frozenset({*NUMBERS, AttributeType.DATE})


class Bucket(NamedTuple):
    """A range of values: its bounds, and the places of its values among the distinct ones."""

    low: FacetValue
    high: FacetValue
    places: slice


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column, each value as its place among the distinct ones.

    Attributes:
        values: the distinct values, ascending; strings by code point.
        codes: int32: place of each item's value in ``values``, or ``len(values)`` where there is none, shape
            (items,); of a set: of each member, shape (members,).
        rows: int64 of shape (members,): the item of each member of a set; None for other types.
        known: bool of shape (items,): whether a set is known; None for other types.
        buckets: the ranges in which the values are counted, ascending; empty where there are none.
    """

    field: str
    type: AttributeType
    values: pl.Series
    codes: NDArray[np.int32]
    rows: NDArray[np.int64] | None = None
    known: NDArray[np.bool_] | None = None
    buckets: tuple[Bucket, ...] = ()

    def count(self, chosen: "Chosen") -> NDArray[np.int64]:
        """Return how many of some items have each value, and last how many have none."""
        size = len(self.values) + 1
        if self.rows is None or self.known is None:
            return np.bincount(self.codes if chosen.all else self.codes[chosen.rows], minlength=size)
        members = self.codes if chosen.all else self.codes[chosen.mask[self.rows]]
        counts = np.bincount(members, minlength=size)
        counts[-1] = np.count_nonzero(chosen.mask & ~self.known)
        return counts


@dataclass(frozen=True)
class Chosen:
    """The items over which values are counted.

    Attributes:
        mask: bool of shape (items,).
    """

    mask: NDArray[np.bool_]

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """Their rows: made once for all columns, for picking by rows is faster than by a mask."""
        return np.flatnonzero(self.mask)

    @cached_property
    def all(self) -> bool:
        """Whether every item is among them."""
        return len(self.rows) == len(self.mask)


@dataclass(frozen=True)
class Columns:
    """The columns of a corpus, each made when it is first asked for (5 to 30 ms at 100,000 items).

    Attributes:
        alive: bool of shape (items,): the items whose values decide the bounds of ranges.
    """

    items: pl.DataFrame
    alive: NDArray[np.bool_]
    _made: dict[str, Column] = field(default_factory=dict, init=False, repr=False, compare=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False, compare=False)

    def column(self, name: str, kind: AttributeType) -> Column:
        """Return a column of the items table."""
        made = self._made.get(name)
        if made is None:
            with self._lock:
                made = self._made.setdefault(name, make_column(self.items[name], kind, self.alive))
        return made


def make_column(values: pl.Series, kind: AttributeType, alive: NDArray[np.bool_]) -> Column:
    """Number the values of a column.

    Args:
        values: one for each item.
        kind: its type.
        alive: bool of shape (items,): the items whose values decide the bounds of ranges.
    """
    if kind is AttributeType.SET:
        members = pl.DataFrame({"row": np.arange(len(values)), "value": values}).explode("value").drop_nulls()
        distinct, codes = _numbered(members["value"])
        rows = members["row"].to_numpy()
        return Column(values.name, kind, distinct, codes, rows, values.is_not_null().to_numpy())
    distinct, codes = _numbered(values)
    known = distinct if alive.all() else values.filter(pl.Series(alive)).drop_nulls().unique().sort()
    edges: tuple[FacetValue, ...] = ()
    if len(known) and kind is AttributeType.DATE:
        edges = _years(known.min(), known.max())  # type: ignore[arg-type]
    elif len(known) and kind in NUMBERS:
        living = np.sort(distinct.to_numpy()[codes[alive & (codes < len(distinct))]])
        edges = _round_bounds(living, whole=kind is AttributeType.INTEGER)
    return Column(values.name, kind, distinct, codes, buckets=_buckets(distinct, edges))


def _buckets(distinct: pl.Series, edges: tuple[FacetValue, ...]) -> tuple[Bucket, ...]:
    """Return the ranges between some bounds; the last one takes the largest value, too."""
    starts = [int(distinct.search_sorted(edge, side="left")) for edge in edges[:-1]]
    places = [slice(*pair) for pair in pairwise([*starts, len(distinct)])]
    return tuple(Bucket(low, high, place) for (low, high), place in zip(pairwise(edges), places, strict=True))


def _numbered(values: pl.Series) -> tuple[pl.Series, NDArray[np.int32]]:
    """Return the distinct values, ascending, and the place of each value among them."""
    distinct = values.drop_nulls().unique().sort()
    ranked = values.cast(pl.Int8) if values.dtype == pl.Boolean else values
    places = ranked.rank("dense").cast(pl.Int32) - 1
    return distinct, places.fill_null(len(distinct)).to_numpy()


def _years(low: date, high: date) -> tuple[date, ...]:
    """Return the first days of the years from one day to another, and of the year after."""
    step = next(s for s in (1, 10, 100) if (high.year - low.year) / s < MOST_YEARS)
    years = range(low.year // step * step, high.year + step + 1, step)
    return tuple(date(max(year, 1), 1, 1) for year in years if year <= date.max.year)


def _round_bounds(ordered: NDArray[np.generic], *, whole: bool) -> tuple[float | int, ...]:
    """Return round bounds that cut ordered values into ranges of about as many values each."""
    quantiles = np.quantile(ordered.astype(np.float64), np.linspace(0, 1, BUCKETS + 1)).tolist()
    low, high = ordered[0].item(), ordered[-1].item()
    inner = []
    for before, value, after in zip(quantiles, quantiles[1:], quantiles[2:], strict=False):
        gap = max((after - before) / 2, 1.0 if whole else 0.0)
        if gap > 0:
            inner.append(_rounded(value, gap))
    bounds = sorted({value for value in inner if low < value < high})
    return (low, *(int(value) if whole else value for value in bounds), high)


def _rounded(value: float, gap: float) -> float:
    """Return the multiple nearest to a value of the largest round number that is at most ``gap``."""
    power = math.floor(math.log10(gap))
    step = next(s for s in STEPS if s * 10.0**power <= gap * (1 + 1e-9))
    return round(round(value / (step * 10.0**power)) * step * 10.0**power, max(0, -power))


def value_at(values: pl.Series, places: NDArray[np.int64]) -> list[FacetValue]:
    """Return distinct values by their places."""
    found: list[FacetValue] = values.gather(places).to_list()
    return found
