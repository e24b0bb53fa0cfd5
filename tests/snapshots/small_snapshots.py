"""A collection of four items, small enough to compute everything about it by hand."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from pinakes.snapshots.contents import SnapshotContents, SpaceContents
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.manifest import EncoderRecord
from pinakes.snapshots.tables import ROW_COLUMNS, TOMBSTONE_COLUMNS, VIEW_COLUMNS, item_columns
from pinakes.types import AttributeType

SCHEMA = {
    "price": AttributeType.FLOAT,
    "since": AttributeType.DATE,
    "tags": AttributeType.SET,
    "stock": AttributeType.INTEGER,
    "sold": AttributeType.BOOL,
    "kind": AttributeType.STRING,
}
PICTURE = EncoderRecord("descriptor", "f" * 64, 2, "float16", "view", {"cells": 4}, {"recall": 0.5})
BROUGHT = EncoderRecord("vector", "e" * 64, 3, "float32", "item")


def item_table(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    """Rows of (id, title, content hash, price, since, tags)."""
    full = [
        (i, title, "", "cc0", None, None, None, None, content, price, since, tags, 1, True, "coin")
        for i, title, content, price, since, tags in rows
    ]
    return pl.DataFrame(full, schema=item_columns(SCHEMA), orient="row")


def view_table(rows: list[tuple[int, str, str]]) -> pl.DataFrame:
    """Rows of (item_row, role, media)."""
    full = [(row, role, media, f"{media}.jpg", 640, 480, None) for row, role, media in rows]
    return pl.DataFrame(full, schema=VIEW_COLUMNS, orient="row")


def row_table(rows: list[tuple[int, int | None]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=ROW_COLUMNS, orient="row")


def base_contents(name: str = "v0001") -> SnapshotContents:
    """Four items, three pictures (two of them the same), one item of words alone; two spaces."""
    return SnapshotContents(
        name=name,
        parent=None,
        items=item_table(
            [
                ("a", "Athens owl", "aa", 10.0, date(2024, 2, 29), ["gold", "owl"]),
                ("b", "Bee of Ephesus", "bb", 0.5, None, []),
                ("c", "Corinth", "cc", None, None, None),
                ("é", "Élis", "ee", None, None, ["x"]),
            ]
        ),
        views=view_table([(0, "obverse", "m1"), (0, "reverse", "m2"), (1, "obverse", "m1")]),
        spaces={
            "picture": SpaceContents(
                np.array([[1, 0], [0.6, 0.8], [0, 1]], dtype=np.float16),
                row_table([(0, 0), (0, 1), (1, 2)]),
                PICTURE,
            ),
            "brought": SpaceContents(
                np.array([[1, 0, 0], [0, 0, -1]], dtype=np.float32),
                row_table([(0, None), (3, None)]),
                BROUGHT,
            ),
        },
        schema=SCHEMA,
        extras={
            "lexical": lambda folder: (folder / "terms.bin").write_bytes(b"owlbee") and None,
            "encoders/picture": lambda folder: (folder / "encoder.json").write_text("{}") and None,
        },
    )


def delta_contents(name: str = "v0001+d0001", parent: str = "v0001") -> SnapshotContents:
    """One item changed, one removed."""
    return SnapshotContents(
        name=name,
        parent=parent,
        items=item_table([("b", "Bee", "b2", 0.75, None, [])]),
        views=view_table([(0, "obverse", "m3")]),
        spaces={
            "picture": SpaceContents(np.array([[0.8, 0.6]], dtype=np.float16), row_table([(0, 0)]), PICTURE),
            "brought": SpaceContents(np.empty((0, 3), dtype=np.float32), row_table([]), BROUGHT),
        },
        schema=SCHEMA,
        tombstones=pl.DataFrame([("c", "removed")], schema=TOMBSTONE_COLUMNS, orient="row"),
    )


def new_collection(folder: Path) -> CollectionPaths:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pinakes.toml").write_text("format = 1\n")
    return CollectionPaths(folder)
