"""One item at a time out of the tables of a corpus."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import TypeAlias

import polars as pl

from pinakes.types import RESERVED_FIELDS, RIGHTS_FIELDS, Item, Rights, Value, View

KEPT = 1024
"""Items, views and different rights that are kept for the next answer that has them."""

_VIEW_FIELDS = ("role", "media", "uri", "width", "height", "phash")

Fields: TypeAlias = tuple[str, str, str, dict[str, Value], Rights]
"""What an item has, but for its views: id, title, text, attributes and rights."""


class Records:
    """Reads items and views by row; threads may share it.

    Rows are read one by one and not gathered: ten of them take 20 µs, where gathering them takes 60 µs, and
    as much as 1 ms while all cores are busy, because polars hands it to its threads. Those that were read of
    late are kept: they take a tenth.
    """

    def __init__(self, items: pl.DataFrame, views: pl.DataFrame) -> None:
        """Note where the columns are of the tables of a corpus."""
        # A row is read a third sooner without what has no value anywhere, such as rights that nobody gave.
        empty = {name for name in items.columns if items[name].null_count() == items.height}
        items = items.drop(empty | {"content_hash"}, strict=False)
        columns = items.columns

        def place(name: str) -> int:
            return columns.index(name) if name in columns else len(columns)  # where each row gets a None

        named = itemgetter(*map(place, ("id", "title", "text")))
        of_rights = itemgetter(*map(place, RIGHTS_FIELDS))
        attributes = tuple((name, place(name)) for name in columns if name not in RESERVED_FIELDS)
        viewed = itemgetter(*map(views.columns.index, _VIEW_FIELDS))

        @lru_cache(KEPT)
        def fields(row: int) -> Fields:
            record = (*items.row(row), None)
            name, title, text = named(record)
            known: dict[str, Value] = {
                field: tuple(value) if isinstance(value, list) else value
                for field, position in attributes
                if (value := record[position]) is not None
            }
            return name, title or "", text or "", known, _rights(*of_rights(record))

        @lru_cache(KEPT)
        def view(row: int) -> View:
            return View(*viewed(views.row(row)))

        self._fields = fields
        self._view = view

    def item(self, row: int, views: tuple[View, ...] = ()) -> Item:
        """Return an item with the attributes that have a value; ``vectors`` is left empty."""
        return Item(*self.fields(row), views)

    def fields(self, row: int) -> Fields:
        """Return what `item` is made of, but for the views; the attributes are the caller's own."""
        name, title, text, attributes, rights = self._fields(row)
        return name, title, text, attributes.copy(), rights

    def texts(self, row: int) -> Iterator[str]:
        """Yield what an item is found by as words: title, text, and attributes of words."""
        _, title, text, attributes, _ = self._fields(row)
        yield from (title, text)
        for value in attributes.values():
            yield from value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()

    def view(self, row: int) -> View:
        """Return a view."""
        return self._view(row)


@lru_cache(KEPT)
def _rights(
    license: str | None, author: str | None, source: str | None, attribution: str | None, expires: date | None
) -> Rights:
    """Return rights, of which many items have the same."""
    return Rights(license, author, source, attribution, expires)
