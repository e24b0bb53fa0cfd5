"""The table formats, by the end of the file name."""

from collections.abc import Callable, Mapping
from pathlib import Path

from pinakes.errors import SourceError
from pinakes.sources.delimited import DelimitedRows
from pinakes.sources.jsonl import JsonRows
from pinakes.sources.parquet import ParquetRows
from pinakes.sources.pictures import is_picture_name
from pinakes.sources.rows import Rows

TABLE_FORMATS: Mapping[str, Callable[[Path], Rows]] = {
    ".csv": DelimitedRows,
    ".tsv": DelimitedRows,
    ".jsonl": JsonRows,
    ".ndjson": JsonRows,
    ".parquet": ParquetRows,
}
"""The formats of tables. Text may be gzipped: ``.csv.gz``."""


OTHER_WAYS = {
    **dict.fromkeys((".xlsx", ".xls", ".ods", ".numbers"), "save the sheet as CSV in UTF-8"),
    ".json": "write one object a line, for example: jq -c '.[]' items.json > items.jsonl",
}
"""What to do with tables in other formats."""


def is_table_name(name: str) -> bool:
    """Return whether a file name ends like a table's."""
    return _suffix(name) in TABLE_FORMATS


def open_rows(path: Path) -> Rows:
    """Return the table in a file; nothing is read yet.

    Raises:
        SourceError: the file name does not end like a table's.
    """
    make = TABLE_FORMATS.get(_suffix(path.name))
    if make is None:
        known = ", ".join(TABLE_FORMATS)
        way = OTHER_WAYS.get(_suffix(path.name)) or (
            f"pictures are indexed by their folder: {path.parent}" if is_picture_name(path.name) else None
        )
        raise SourceError(
            f"{path} is not a table that can be read; tables end in {known}, or in .gz after that"
            + (f"; {way}" if way else "")
        )
    return make(path)


def _suffix(name: str) -> str:
    return Path(name.lower().removesuffix(".gz")).suffix
