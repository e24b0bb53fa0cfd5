import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_snapshots import SCHEMA, base_contents, delta_contents, item_table, row_table, view_table

from pinakes.snapshots.contents import problems
from pinakes.snapshots.tables import (
    count_disorder,
    count_repeats,
    count_stray_rows,
    coverage,
    item_problems,
    space_problems,
    tombstone_problems,
    view_problems,
)
from pinakes.types import AttributeType

ITEMS = base_contents().items
VIEWS = base_contents().views
ROWS = row_table([(0, 0), (0, 1), (1, 2)])
UNIT = np.eye(3, dtype=np.float16)


def test_good_contents_have_no_problems() -> None:
    assert list(problems(base_contents())) == []
    assert list(problems(delta_contents())) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda f: f.drop("text"), "column 'text' is missing"),
        (
            lambda f: f.with_columns(pl.col("price").cast(pl.Int64)),
            "column 'price' is Int64, must be Float64",
        ),
        (lambda f: f.with_columns(colour=pl.lit("red")), "column 'colour' is not in the format"),
        (lambda f: f.select(reversed(f.columns)), "columns are in another order"),
        (lambda f: f.with_columns(title=pl.lit(None, dtype=pl.String)), "column 'title' has nulls"),
        (lambda f: f[[0, 1, 1, 2, 3]], "1 ids stand more than once"),
        (lambda f: f[[0, 2, 1, 3]], r"not sorted by id \(1 ids come after a greater one\)"),
        (lambda f: f.with_columns(price=pl.lit(float("nan"))), "column 'price' has NaN"),
        (lambda f: f.with_columns(tags=pl.lit(["b", "a"])), "column 'tags' has sets"),
        (lambda f: f.with_columns(tags=pl.lit(["a", "a"])), "column 'tags' has sets"),
        (
            lambda f: f.with_columns(tags=pl.lit([None, "a"], dtype=pl.List(pl.String))),
            "column 'tags' has sets",
        ),
    ],
)
def test_items_out_of_order(change: Callable[[pl.DataFrame], pl.DataFrame], problem: str) -> None:
    (line,) = item_problems(change(ITEMS), SCHEMA)
    assert line.startswith("items.parquet: ")
    assert re.search(problem, line)


@pytest.mark.parametrize(
    ("views", "problem"),
    [
        (view_table([(0, "front", "m"), (4, "front", "n")]), "1 views belong to no item (there are 4)"),
        (view_table([(1, "front", "m"), (0, "front", "n")]), "not sorted by item_row"),
        (VIEWS.with_columns(media=pl.lit(None, dtype=pl.String)), "column 'media' has nulls"),
        (VIEWS.drop("phash"), "column 'phash' is missing"),
    ],
)
def test_views_out_of_order(views: pl.DataFrame, problem: str) -> None:
    assert list(view_problems(views, 4)) == [f"views.parquet: {problem}"]


@pytest.mark.parametrize(
    ("vectors", "rows", "problem"),
    [
        (
            UNIT.astype(np.float64),
            ROWS,
            "vectors/s.npy: is float64 of shape (3, 3), must be float16 or float32",
        ),
        (UNIT[0], ROWS, "vectors/s.npy: is float16 of shape (3,), must be"),
        (UNIT[:2], ROWS, "vectors/s.rows.parquet: has 3 rows, vectors/s.npy has 2"),
        (UNIT, row_table([(0, 0), (0, 1), (1, 3)]), "vectors/s.rows.parquet: 1 vectors belong to no item"),
        (UNIT, row_table([(0, 0), (1, 2), (0, 1)]), "vectors/s.rows.parquet: not sorted"),
        (UNIT, row_table([(0, 0), (0, 0), (1, 2)]), "vectors/s.rows.parquet: 1 rows stand more than once"),
        (UNIT, row_table([(0, None), (0, 1), (1, 2)]), "vectors/s.rows.parquet: some vectors stand for"),
        (UNIT, ROWS.cast(pl.Int64), "vectors/s.rows.parquet: column 'item_row' is Int64, must be UInt32"),
    ],
)
def test_spaces_out_of_order(vectors: Any, rows: pl.DataFrame, problem: str) -> None:
    lines = list(space_problems("s", vectors, rows, VIEWS, 4))
    assert lines
    assert lines[0].startswith(problem)


@pytest.mark.parametrize(
    ("row", "strays"),
    [
        ((0, 1), 0),
        ((3, None), 0),
        ((4, None), 1),  # no such item
        ((0, 3), 1),  # no such view
        ((1, 0), 1),  # a view of another item
        ((None, None), 1),
    ],
)
def test_a_vector_points_to_its_own_view(row: tuple[int | None, int | None], strays: int) -> None:
    assert count_stray_rows(row_table([row]), VIEWS, 4) == strays  # type: ignore[list-item]


def test_without_views_every_view_row_is_stray() -> None:
    assert count_stray_rows(row_table([(0, None), (0, 0)]), VIEWS[:0], 4) == 1


def test_tombstones_out_of_order() -> None:
    removed = pl.DataFrame({"id": ["d", "b"], "reason": ["", ""]})
    assert list(tombstone_problems(removed, ITEMS)) == [
        "tombstones.parquet: ids must be sorted, without nulls and repeats",
        "tombstones.parquet: 1 ids are removed and brought by the same snapshot",
    ]


def test_coverage_counts_values() -> None:
    # An empty set is a value, an unknown one is not: 3 of 4; price is known of 2 of 4.
    expected = {"price": 0.5, "since": 0.25, "tags": 0.75, "stock": 1.0, "sold": 1.0, "kind": 1.0}
    assert coverage(ITEMS, SCHEMA) == expected
    assert coverage(ITEMS[:0], SCHEMA) == {}


@given(st.lists(st.text(max_size=3), max_size=12))
def test_order_of_ids_is_the_order_of_code_points(ids: list[str]) -> None:
    series = pl.Series(ids, dtype=pl.String)
    assert count_disorder(series) == sum(a > b for a, b in pairwise(ids))
    assert count_repeats(series) == len(ids) - len(set(ids))


def test_every_attribute_type_has_a_column() -> None:
    row = ("i", "t", "h", 1.0, date(1, 1, 1), ["a"])
    assert item_table([row]).schema["tags"] == pl.List(pl.String)
    assert set(SCHEMA.values()) == set(AttributeType)
