from datetime import date

import numpy as np
import polars as pl
import pytest

from pinakes.errors import QueryError, UnknownNameError
from pinakes.retrieval.columns import Columns
from pinakes.retrieval.sorting import Sort, read_sort, sorted_rows
from pinakes.types import AttributeType as Type

SCHEMA = {"price": Type.FLOAT, "day": Type.DATE, "new": Type.BOOL, "tags": Type.SET}
ITEMS = pl.DataFrame(
    {
        "title": ["b", "a", "B", "é", "a"],
        "price": [5.0, None, 1.5, 5.0, -2.0],
        "day": [date(2020, 1, 2), date(1999, 1, 1), None, None, date(2020, 1, 1)],
        "new": [True, False, None, True, False],
    }
)
ORDER = np.array([4, 3, 2, 1, 0])  # the ids in reverse


def ranked(sort, rows=(0, 1, 2, 3, 4)):
    rows = np.array(rows, dtype=np.int64)
    columns = Columns(ITEMS, np.ones(5, dtype=np.bool_))
    return rows[sorted_rows(columns, read_sort(sort, SCHEMA), rows, ORDER)].tolist()


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("price", [4, 2, 3, 0, 1]),
        ("-price", [3, 0, 2, 4, 1]),
        ("day", [1, 4, 0, 3, 2]),
        ("-day", [0, 4, 1, 3, 2]),
        ("new", [4, 1, 3, 0, 2]),
        ("title", [2, 4, 1, 0, 3]),
    ],
)
def test_unknown_values_come_last_and_equal_ones_by_id(sort, expected):
    assert ranked(sort) == expected


def test_only_the_given_items_are_ordered():
    assert ranked("-price", (1, 4, 0)) == [0, 4, 1]
    assert ranked("price", ()) == []


def test_a_sort_is_read():
    assert read_sort(" -price", SCHEMA) == Sort("price", Type.FLOAT, descending=True)
    assert read_sort("id", SCHEMA) == Sort("id", Type.STRING)


def test_what_cannot_be_sorted_by_is_refused():
    with pytest.raises(UnknownNameError, match="did you mean 'price'"):
        read_sort("-prise", SCHEMA)
    with pytest.raises(QueryError, match=r"tags is a set of strings.*price"):
        read_sort("tags", SCHEMA)
