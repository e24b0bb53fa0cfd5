"""The tables of a snapshot: their columns, their order, and what must hold of every row."""

from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.types import AttributeType

POLARS_TYPES: Mapping[AttributeType, pl.DataType] = {
    AttributeType.STRING: pl.String(),
    AttributeType.INTEGER: pl.Int64(),
    AttributeType.FLOAT: pl.Float64(),
    AttributeType.BOOL: pl.Boolean(),
    AttributeType.DATE: pl.Date(),
    AttributeType.SET: pl.List(pl.String()),
}

ITEM_COLUMNS: Mapping[str, pl.DataType] = {
    "id": pl.String(),
    "title": pl.String(),
    "text": pl.String(),
    "license": pl.String(),
    "author": pl.String(),
    "source": pl.String(),
    "attribution": pl.String(),
    "expires": pl.Date(),
    "content_hash": pl.String(),
}
"""The columns of items.parquet that every collection has; those of its attributes follow."""

VIEW_COLUMNS: Mapping[str, pl.DataType] = {
    "item_row": pl.UInt32(),
    "role": pl.String(),
    "media": pl.String(),
    "uri": pl.String(),
    "width": pl.UInt32(),
    "height": pl.UInt32(),
    "phash": pl.String(),
}
"""The columns of views.parquet."""

ROW_COLUMNS: Mapping[str, pl.DataType] = {"item_row": pl.UInt32(), "view_row": pl.UInt32()}
"""The columns of vectors/<space>.rows.parquet."""

TOMBSTONE_COLUMNS: Mapping[str, pl.DataType] = {"id": pl.String(), "reason": pl.String()}
"""The columns of tombstones.parquet."""

VECTOR_TYPES = ("float16", "float32")
"""How vectors can be stored."""

_NEVER_NULL = ("id", "title", "text", "content_hash")


def item_columns(schema: Mapping[str, AttributeType]) -> dict[str, pl.DataType]:
    """Return the columns of items.parquet for a collection with these attributes, in order."""
    return {**ITEM_COLUMNS, **{name: POLARS_TYPES[kind] for name, kind in schema.items()}}


def coverage(items: pl.DataFrame, schema: Mapping[str, AttributeType]) -> dict[str, float]:
    """Return the share of items that have a value, by attribute; empty where there are no items.

    Null is no value; an empty set is one.
    """
    if not items.height:
        return {}
    return {name: (items.height - items[name].null_count()) / items.height for name in schema}


def count_repeats(values: pl.Series) -> int:
    """Return how many values stand a second time or more."""
    return len(values) - values.n_unique()


def count_disorder(ids: pl.Series) -> int:
    """Return how many ids come after a greater one, in code point order (the order of UTF-8 bytes)."""
    return int((ids < ids.shift(1)).sum())


def count_orphan_views(views: pl.DataFrame, items: int) -> int:
    """Return how many views belong to no item.

    Args:
        views: views.parquet.
        items: number of items.
    """
    return views.select(_lacks("item_row", items).sum()).item()  # type: ignore[no-any-return]


def count_stray_rows(rows: pl.DataFrame, views: pl.DataFrame, items: int) -> int:
    """Return how many vectors belong to no item, to no view, or to a view of another item.

    Args:
        rows: vectors/<space>.rows.parquet.
        views: views.parquet.
        items: number of items.
    """
    view, item = pl.col("view_row"), pl.col("item_row")
    no_view = view.is_not_null() & _lacks("view_row", views.height)
    owner = (
        pl.Series(views["item_row"]) if views.height else pl.Series([None], dtype=pl.UInt32)
    )  # gather from nothing is an error
    stands_for = pl.lit(owner).gather(pl.when(no_view | view.is_null()).then(0).otherwise(view))
    foreign = view.is_not_null() & ~no_view & stands_for.ne_missing(item)
    return rows.select((_lacks("item_row", items) | no_view | foreign).sum()).item()  # type: ignore[no-any-return]


def item_problems(items: pl.DataFrame, schema: Mapping[str, AttributeType]) -> Iterator[str]:
    """Say how items.parquet breaks docs/format.md, one line for each way."""
    yield from _column_problems("items.parquet", items, item_columns(schema))
    if dict(items.schema) != item_columns(schema):
        return
    nulls = [name for name in _NEVER_NULL if items[name].null_count()]
    yield from (f"items.parquet: column {name!r} has nulls" for name in nulls)
    if repeats := count_repeats(items["id"]):
        yield f"items.parquet: {repeats} ids stand more than once"
    if disorder := count_disorder(items["id"]):
        yield f"items.parquet: not sorted by id ({disorder} ids come after a greater one)"
    for name, kind in schema.items():
        if kind is AttributeType.FLOAT and items[name].is_nan().any():
            yield f"items.parquet: column {name!r} has NaN; unknown is null"
        if kind is AttributeType.SET and _unsorted_sets(items[name]):
            yield f"items.parquet: column {name!r} has sets with repeats, nulls, or out of order"


def view_problems(views: pl.DataFrame, items: int) -> Iterator[str]:
    """Say how views.parquet breaks docs/format.md, one line for each way."""
    yield from _column_problems("views.parquet", views, VIEW_COLUMNS)
    if dict(views.schema) != dict(VIEW_COLUMNS):
        return
    nulls = [name for name in VIEW_COLUMNS if name != "phash" and views[name].null_count()]
    yield from (f"views.parquet: column {name!r} has nulls" for name in nulls)
    if orphans := count_orphan_views(views, items):
        yield f"views.parquet: {orphans} views belong to no item (there are {items})"
    if not views["item_row"].is_sorted():
        yield "views.parquet: not sorted by item_row"


def tombstone_problems(tombstones: pl.DataFrame, items: pl.DataFrame) -> Iterator[str]:
    """Say how tombstones.parquet breaks docs/format.md, one line for each way."""
    yield from _column_problems("tombstones.parquet", tombstones, TOMBSTONE_COLUMNS)
    if dict(tombstones.schema) != dict(TOMBSTONE_COLUMNS):
        return
    ids = tombstones["id"]
    if ids.null_count() or count_repeats(ids) or count_disorder(ids):
        yield "tombstones.parquet: ids must be sorted, without nulls and repeats"
    if both := ids.is_in(items["id"].implode()).sum():
        yield f"tombstones.parquet: {both} ids are removed and brought by the same snapshot"


def space_problems(
    space: str, vectors: NDArray[np.generic], rows: pl.DataFrame, views: pl.DataFrame, items: int
) -> Iterator[str]:
    """Say how the files of one space break docs/format.md, one line for each way; values are not read."""
    array, table = f"vectors/{space}.npy", f"vectors/{space}.rows.parquet"
    if vectors.ndim != 2 or vectors.dtype.name not in VECTOR_TYPES:
        found = f"{vectors.dtype} of shape {vectors.shape}"
        yield f"{array}: is {found}, must be float16 or float32 of (rows, dim)"
        return
    yield from _column_problems(table, rows, ROW_COLUMNS)
    if dict(rows.schema) != dict(ROW_COLUMNS):
        return
    if len(vectors) != rows.height:
        yield f"{table}: has {rows.height} rows, {array} has {len(vectors)}"
    if strays := count_stray_rows(rows, views, items):
        yield f"{table}: {strays} vectors belong to no item, no view, or a view of another item"
    if not rows.equals(rows.sort("item_row", "view_row")):
        yield f"{table}: not sorted by item_row and view_row"
    if repeats := rows.height - rows.n_unique():
        yield f"{table}: {repeats} rows stand more than once"
    if 0 < rows["view_row"].null_count() < rows.height:
        yield f"{table}: some vectors stand for an item and some for a view"


def _column_problems(table: str, frame: pl.DataFrame, wanted: Mapping[str, pl.DataType]) -> Iterator[str]:
    for name, kind in wanted.items():
        if name not in frame.columns:
            yield f"{table}: column {name!r} is missing"
        elif frame.schema[name] != kind:
            yield f"{table}: column {name!r} is {frame.schema[name]}, must be {kind}"
    if unknown := [name for name in frame.columns if name not in wanted]:
        yield f"{table}: column {unknown[0]!r} is not in the format"
    elif frame.columns != list(wanted) and set(frame.columns) == set(wanted):
        yield f"{table}: columns are in another order than {', '.join(wanted)}"


def _lacks(column: str, length: int) -> pl.Expr:
    return pl.col(column).is_null() | (pl.col(column) >= length)


def _unsorted_sets(values: pl.Series) -> bool:
    canonical = values.list.sort().list.unique(maintain_order=True)
    return bool(values.ne_missing(canonical).any()) or bool(values.list.contains(None).any())
