"""One item at a time out of the tables of a corpus."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any

import polars as pl

from pinakes.types import RESERVED_FIELDS, RIGHTS_FIELDS, Item, Rights, Value, View

KEPT_RIGHTS = 1024
"""Different rights that are kept for the next item that has the same."""

_VIEW_FIELDS = ("role", "media", "uri", "width", "height", "phash")


@dataclass(frozen=True, slots=True)
class Records:
    """Reads items and views by row.

    Rows are read one by one and not gathered: ten of them take 20 µs, where gathering them takes 60 µs, and
    as much as 1 ms while all cores are busy, because polars hands it to its threads.

    Attributes:
        items, views: tables of a corpus.
        named: take id, title and text out of a row of ``items``.
        rights: take what `Rights` has out of it.
        attributes: (name, position) of the columns of ``items`` that are attributes.
        viewed: take what a `View` has out of a row of ``views``.
    """

    items: pl.DataFrame
    views: pl.DataFrame
    named: Callable[[tuple[Any, ...]], tuple[Any, ...]]
    rights: Callable[[tuple[Any, ...]], tuple[Any, ...]]
    attributes: tuple[tuple[str, int], ...]
    viewed: Callable[[tuple[Any, ...]], tuple[Any, ...]]

    @staticmethod
    def of(items: pl.DataFrame, views: pl.DataFrame) -> "Records":
        """Note where the columns are."""
        place = items.columns.index
        return Records(
            items,
            views,
            named=itemgetter(*map(place, ("id", "title", "text"))),
            rights=itemgetter(*map(place, RIGHTS_FIELDS)),
            attributes=tuple((name, place(name)) for name in items.columns if name not in RESERVED_FIELDS),
            viewed=itemgetter(*map(views.columns.index, _VIEW_FIELDS)),
        )

    def item(self, row: int, views: tuple[View, ...] = ()) -> Item:
        """Return an item with the attributes that have a value; ``vectors`` is left empty."""
        return Item(*self.fields(row), views)

    def fields(self, row: int) -> tuple[str, str, str, dict[str, Value], Rights]:
        """Return what `item` is made of, but for the views: id, title, text, attributes and rights."""
        record = self.items.row(row)
        name, title, text = self.named(record)
        attributes: dict[str, Value] = {
            field: tuple(value) if isinstance(value, list) else value
            for field, position in self.attributes
            if (value := record[position]) is not None
        }
        return name, title or "", text or "", attributes, _rights(*self.rights(record))

    def view(self, row: int) -> View:
        """Return a view."""
        return View(*self.viewed(self.views.row(row)))


@lru_cache(KEPT_RIGHTS)
def _rights(
    license: str | None, author: str | None, source: str | None, attribution: str | None, expires: date | None
) -> Rights:
    """Return rights, of which many items have the same."""
    return Rights(license, author, source, attribution, expires)
