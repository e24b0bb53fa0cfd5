from datetime import date

import polars as pl

from pinakes.ingest.tables import snapshot_tables
from pinakes.types import AttributeType, Item, Rights, View

SCHEMA = {"tags": AttributeType.SET, "price": AttributeType.FLOAT, "day": AttributeType.DATE}


def test_one_row_per_item_and_per_view():
    first = Item(
        "a",
        "Title",
        "text",
        {"tags": ("x", "y"), "day": date(2024, 5, 1), "unknown": 1},
        Rights(license="cc0", expires=date(2030, 1, 1)),
        (View("front", "m1", "a.jpg", 3, 4, "0f" * 8), View("back", "m2", "b.jpg", 5, 6)),
        {"vector": "d1"},
    )
    tables = snapshot_tables([(first, "h1"), (Item("b"), "h2")], SCHEMA)
    assert tables.items.row(0, named=True) == {
        "id": "a", "title": "Title", "text": "text", "license": "cc0", "author": None, "source": None,
        "attribution": None, "expires": date(2030, 1, 1), "content_hash": "h1",
        "tags": ["x", "y"], "price": None, "day": date(2024, 5, 1),
    }  # fmt: skip
    assert tables.items["tags"].to_list() == [["x", "y"], None]
    assert tables.views.rows() == [
        (0, "front", "m1", "a.jpg", 3, 4, "0f" * 8),
        (0, "back", "m2", "b.jpg", 5, 6, None),
    ]
    assert tables.brought == {"vector": [(0, "d1")]}


def test_rows_go_on_over_batches(monkeypatch):
    monkeypatch.setattr("pinakes.ingest.tables.BATCH", 2)
    items = [(Item(f"{n}", views=(View("front", f"m{n}", "u", 1, 1),)), "h") for n in range(5)]
    tables = snapshot_tables(items, {})
    assert tables.items["id"].to_list() == ["0", "1", "2", "3", "4"]
    assert tables.views["item_row"].to_list() == [0, 1, 2, 3, 4]


def test_no_items_still_have_columns():
    tables = snapshot_tables([], SCHEMA)
    assert tables.items.schema["tags"] == pl.List(pl.String)
    assert (tables.items.height, tables.views.height) == (0, 0)
