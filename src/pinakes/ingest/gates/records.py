"""Gates on the tables: counts agree, ids are unique and sorted, nothing points nowhere, no item is empty."""

from collections.abc import Iterable, Mapping

import numpy as np
import polars as pl

from pinakes.ingest.gates.verdict import verdict, without
from pinakes.snapshots.manifest import GateResult
from pinakes.snapshots.tables import count_disorder, count_orphan_views, count_repeats, count_stray_rows


def counts_agree(found: Mapping[str, int], expected: Mapping[str, int]) -> GateResult:
    """Compare how many rows the tables have with how many there must be.

    Args:
        found: rows by table.
        expected: rows by table, as counted where they came from; a table that ``found`` lacks has none.
    """
    wrong = [
        f"{name}: {found.get(name, 0)} instead of {rows}"
        for name, rows in expected.items()
        if found.get(name, 0) != rows
    ]
    detail = "; ".join(wrong) or f"{len(expected)} counts agree"
    return verdict("counts", not wrong, detail, n=len(expected), value=float(len(wrong)), limit=0.0)


def ids_unique(ids: pl.Series) -> GateResult:
    """Check that no id is missing, stands twice, or comes after a greater one (in code point order)."""
    missing, repeats, disorder = ids.null_count(), count_repeats(ids), count_disorder(ids)
    what = f"faults in the ids ({missing} missing, {repeats} repeated, {disorder} out of order)"
    return without("ids", missing + repeats + disorder, what, len(ids))


def no_orphans(items: int, views: pl.DataFrame, rows: Iterable[pl.DataFrame]) -> GateResult:
    """Check that every view belongs to an item, and every vector to an item and a view of that item.

    Args:
        items: number of items.
        views: views.parquet.
        rows: vectors/<space>.rows.parquet of each space.
    """
    tables = tuple(rows)
    orphans = count_orphan_views(views, items)
    strays = sum(count_stray_rows(table, views, items) for table in tables)
    looked_at = views.height + sum(table.height for table in tables)
    what = f"rows point nowhere ({orphans} views, {strays} vectors)"
    return without("orphans", orphans + strays, what, looked_at)


def items_have_content(items: pl.DataFrame, views: pl.DataFrame, rows: Iterable[pl.DataFrame]) -> GateResult:
    """Check that every item can be found by something: a view, a word, or a vector.

    Args:
        items: items.parquet.
        views: views.parquet.
        rows: vectors/<space>.rows.parquet of each space.
    """
    words = pl.col("title", "text").fill_null("").str.strip_chars() != ""
    found = items.select(pl.any_horizontal(words)).to_series().to_numpy().copy()
    for table in (views, *rows):
        pointed_at = table["item_row"].drop_nulls().to_numpy()
        found[pointed_at[pointed_at < len(found)]] = True
    return without(
        "content", int(np.count_nonzero(~found)), "items have no view, no words and no vector", len(found)
    )
