"""From items to the two tables of a snapshot."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

import polars as pl

from pinakes.snapshots.tables import VIEW_COLUMNS, item_columns
from pinakes.types import AttributeType, Item, Value

BATCH = 1_000
"""Items that are Python objects at a time."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a snapshot.

    Attributes:
        items: items.parquet.
        views: views.parquet.
        brought: by space, (item row, digest) of every vector that the source brought.
    """

    items: pl.DataFrame
    views: pl.DataFrame
    brought: Mapping[str, list[tuple[int, str]]]


def snapshot_tables(items: Iterable[tuple[Item, str]], schema: Mapping[str, AttributeType]) -> Tables:
    """Build the tables, with the columns of docs/format.md.

    Args:
        items: (item, content hash) sorted by id in code point order.
        schema: the attributes that become columns; others of an item are left out.
    """
    item_schema = item_columns(schema)
    item_frames, view_frames = [pl.DataFrame(schema=item_schema)], [pl.DataFrame(schema=VIEW_COLUMNS)]
    brought: dict[str, list[tuple[int, str]]] = {}
    stream, row = iter(items), 0
    while batch := list(islice(stream, BATCH)):
        item_rows = [_item_row(item, content_hash, schema) for item, content_hash in batch]
        view_rows = [
            (row + offset, view.role, view.media, view.uri, view.width, view.height, view.phash)
            for offset, (item, _) in enumerate(batch)
            for view in item.views
        ]
        item_frames.append(pl.DataFrame(item_rows, schema=item_schema, orient="row"))
        view_frames.append(pl.DataFrame(view_rows, schema=VIEW_COLUMNS, orient="row"))
        for offset, (item, _) in enumerate(batch):
            for space, digest in item.vectors.items():
                brought.setdefault(space, []).append((row + offset, digest))
        row += len(batch)
    return Tables(pl.concat(item_frames, rechunk=True), pl.concat(view_frames, rechunk=True), brought)


def _item_row(item: Item, content_hash: str, schema: Mapping[str, AttributeType]) -> tuple[object, ...]:
    rights = item.rights
    return (
        item.id,
        item.title,
        item.text,
        rights.license,
        rights.author,
        rights.source,
        rights.attribution,
        rights.expires,
        content_hash,
        *(cell(item.attributes.get(name)) for name in schema),
    )


def cell(value: Value) -> object:
    """Return a value as a cell of a table: a set as a list."""
    return list(value) if isinstance(value, tuple) else value
