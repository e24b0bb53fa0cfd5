"""Data frames, brought to a table in a file so that they can be read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pinakes.errors import SourceError
from pinakes.snapshots.durable import replacing, storage_errors

if TYPE_CHECKING:
    import polars as pl

PASSING_FILE = ".added.parquet"
"""The table of a data frame that is read once."""


def save_frame(frame: object, path: Path) -> None:
    """Write a data frame as a Parquet table; replaced by rename.

    Args:
        frame: a polars or pandas data frame, an Arrow table, a mapping of column -> values, or a sequence of
            rows as mappings. An index of pandas is not a column: ``frame.reset_index()`` makes it one.
        path: where the table is to be, ending in ``.parquet``.

    Raises:
        SourceError: this is no data frame, or its columns cannot be stored.
        StorageError: the file cannot be written.
    """
    table = _to_polars(frame)
    with storage_errors(f"write {path}"), replacing(path) as temporary:
        table.write_parquet(temporary)


@contextmanager
def as_table(source: object, folder: Path) -> Iterator[Path]:
    """Give the path of a table; for a data frame one that is there as long as the ``with``.

    Args:
        source: a path, or a data frame; see `save_frame`.
        folder: where the table of a data frame lies, so that paths in it are relative to this.

    Raises:
        SourceError: this is neither, or there is nothing at the path.
        StorageError: the file cannot be written.
    """
    if isinstance(source, str | Path):
        path = Path(source).expanduser().absolute()
        if not path.exists():
            raise SourceError(f"{path} does not exist; name a table with the columns of the source")
        yield path
        return
    path = folder / PASSING_FILE
    try:
        save_frame(source, path)
        yield path
    finally:
        path.unlink(missing_ok=True)


def _to_polars(frame: object) -> pl.DataFrame:
    import polars as pl  # noqa: PLC0415  (heavy: only who brings a data frame pays)

    if isinstance(frame, pl.LazyFrame):
        return frame.collect()
    if isinstance(frame, pl.DataFrame):
        return frame
    try:
        return pl.DataFrame(_readable(frame), strict=False, infer_schema_length=None)
    except (pl.exceptions.PolarsError, TypeError, ValueError) as error:
        raise SourceError(f"this {type(frame).__name__} cannot be read as a table: {error}") from None


def _readable(frame: Any) -> Any:
    """Return what polars makes a data frame of."""
    if hasattr(frame, "to_dict"):  # pandas, which needs more packages for every other way out
        frame = frame.to_dict("list")
    if isinstance(frame, Mapping):
        return {
            str(name): list(map(_known, cells)) if isinstance(cells, list | tuple) else cells
            for name, cells in frame.items()
        }
    if hasattr(frame, "__arrow_c_stream__") or (
        isinstance(frame, Sequence) and not isinstance(frame, str | bytes)
    ):
        return frame
    raise SourceError(
        f"a {type(frame).__name__} is no table; bring a polars or pandas data frame, an Arrow table, "
        "a mapping of columns, or a sequence of rows as mappings"
    )


def _known(cell: Any) -> Any:
    """Return a cell, or None for NaN, NaT and NA, by which pandas means that nothing is known."""
    if isinstance(cell, np.ndarray):
        return cell.tolist()
    try:
        return cell if hasattr(cell, "__len__") or cell == cell else None  # noqa: PLR0124
    except TypeError:  # whether NA equals anything is not defined
        return None
