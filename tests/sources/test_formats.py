from pathlib import Path

import pytest

from pinakes.errors import SourceError
from pinakes.sources.delimited import DelimitedRows
from pinakes.sources.formats import is_table_name, open_rows
from pinakes.sources.jsonl import JsonRows
from pinakes.sources.parquet import ParquetRows


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.csv", DelimitedRows),
        ("a.TSV.gz", DelimitedRows),
        ("a.b.jsonl", JsonRows),
        ("a.ndjson.gz", JsonRows),
        ("a.parquet", ParquetRows),
    ],
)
def test_the_name_shows_the_format(name, kind):
    assert is_table_name(name)
    assert isinstance(open_rows(Path(name)), kind)


@pytest.mark.parametrize("name", ["a.xlsx", "a.gz", "csv", "a.jpg"])
def test_other_names(name):
    assert not is_table_name(name)
    with pytest.raises(SourceError, match=r"not a table that can be read; tables end in \.csv, \.tsv"):
        open_rows(Path(name))


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("a.xlsx", "save the sheet as CSV"),
        ("a.json", "one object a line"),
        ("p/a.jpg", "by their folder: p$"),
    ],
)
def test_what_to_do_with_other_formats(name, way):
    with pytest.raises(SourceError, match=way):
        open_rows(Path(name))
