from datetime import datetime

import numpy as np
import polars as pl
import pytest

from pinakes.errors import SourceError, StorageError
from pinakes.sources.frame import as_table, save_frame

ROWS = [{"id": "a", "n": 1}, {"id": "b", "n": None}]
COLUMNS = {"id": ["a", "b"], "n": [1, None]}


class PandasLike:
    """What this code uses of a pandas data frame; NaT and NA are unlike themselves as there."""

    def __init__(self, columns):
        self.columns = columns

    def to_dict(self, orient):
        assert orient == "list"
        return self.columns


class Undefined:
    """Like pandas.NA: whether it equals anything is neither true nor false."""

    def __eq__(self, other):
        return self

    def __bool__(self):
        raise TypeError("boolean value of NA is ambiguous")

    __hash__ = None


def saved(frame, path):
    save_frame(frame, path / "t.parquet")
    return pl.read_parquet(path / "t.parquet")


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame(COLUMNS),
        pl.LazyFrame(COLUMNS),
        COLUMNS,
        ROWS,
        PandasLike({"id": ["a", "b"], "n": [1, float("nan")]}),
        PandasLike({"id": ["a", "b"], "n": [1, Undefined()]}),
    ],
    ids=["polars", "lazy", "columns", "rows", "pandas", "pandas NA"],
)
def test_each_kind_of_frame_gives_the_same_table(tmp_path, frame):
    assert saved(frame, tmp_path).rows(named=True) == ROWS
    assert [path.name for path in tmp_path.iterdir()] == ["t.parquet"]


def test_arrays_lists_and_times_keep_their_type(tmp_path):
    frame = PandasLike(
        {"v": [np.float32([1, 2]), None], "l": [["x"], None], "t": [datetime(2024, 1, 2), None]}
    )
    table = saved(frame, tmp_path)
    assert table.schema == {"v": pl.List(pl.Float64), "l": pl.List(pl.String), "t": pl.Datetime("us")}
    assert saved({"v": np.ones((2, 4), np.float32)}, tmp_path).schema == {"v": pl.Array(pl.Float32, 4)}


@pytest.mark.parametrize("frame", [7, "text", None, {"a": [1], "b": [1, 2]}])
def test_what_is_no_frame(tmp_path, frame):
    with pytest.raises(SourceError, match=r"is no table; bring a polars|cannot be read as a table"):
        save_frame(frame, tmp_path / "t.parquet")


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(StorageError, match="cannot write"):
        save_frame(COLUMNS, tmp_path / "none" / "t.parquet")


def test_a_table_that_is_not_there_is_named(tmp_path):
    with (
        pytest.raises(SourceError, match=r"more\.csv does not exist; name a table with the columns"),
        as_table(tmp_path / "more.csv", tmp_path),
    ):
        pass
