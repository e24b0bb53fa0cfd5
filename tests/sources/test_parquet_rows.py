from datetime import date

import numpy as np
import polars as pl
import pytest

from pinakes.errors import SourceError
from pinakes.sources.parquet import BATCH, ParquetRows


def test_cells_have_the_types_of_the_file(tmp_path):
    path = tmp_path / "t.parquet"
    pl.DataFrame(
        {
            "id": ["a", "b"],
            "day": [date(2024, 1, 2), None],
            "tags": [["x", "y"], []],
            "list": [[0.5, 1.5], None],
            "array": pl.Series([[1.0, 2.0], [3.0, 4.0]], dtype=pl.Array(pl.Float32, 2)),
        }
    ).write_parquet(path)
    table = ParquetRows(path)
    first, second = table.rows()
    assert table.columns() == ("id", "day", "tags", "list", "array")
    assert (first.number, second.number) == (1, 2)
    assert (first.values["day"], first.values["tags"]) == (date(2024, 1, 2), ["x", "y"])
    assert (second.values["day"], second.values["list"]) == (None, None)
    np.testing.assert_array_equal(first.values["list"], [0.5, 1.5])
    np.testing.assert_array_equal(second.values["array"], np.float32([3, 4]))
    assert second.values["array"].dtype == np.float32


def test_rows_come_in_order_across_batches(tmp_path):
    path = tmp_path / "t.parquet"
    number = 2 * BATCH + 3
    pl.DataFrame({"n": range(1, number + 1)}).write_parquet(path, row_group_size=1000)
    assert all(row.number == row.values["n"] for row in ParquetRows(path).rows())
    assert sum(1 for _ in ParquetRows(path).rows()) == number


def test_files_that_are_no_parquet(tmp_path):
    with pytest.raises(SourceError, match="no such file"):
        list(ParquetRows(tmp_path / "none.parquet").rows())
    path = tmp_path / "t.parquet"
    path.write_text("id,title\n1,a\n")
    with pytest.raises(SourceError, match="is not a Parquet file that can be read"):
        list(ParquetRows(path).rows())


def test_a_file_that_was_cut_or_changed(tmp_path):
    path = tmp_path / "t.parquet"
    pl.DataFrame({"n": np.random.default_rng(0).random(5000)}).write_parquet(path)
    data = bytearray(path.read_bytes())
    data[200:20_000] = bytes(19_800)
    path.write_bytes(data)
    with pytest.raises(SourceError, match="unreadable after row 0"):
        list(ParquetRows(path).rows())
