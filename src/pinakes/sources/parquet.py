"""Tables as Apache Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pinakes.errors import SourceError
from pinakes.sources.rows import Row

if TYPE_CHECKING:
    import polars as pl

BATCH = 4096
"""Rows that are held in memory at once."""


@dataclass(frozen=True, slots=True)
class ParquetRows:
    """A Parquet file. Cells with lists of numbers are NumPy arrays of shape (length,)."""

    path: Path

    def columns(self) -> tuple[str, ...]:
        import polars as pl  # noqa: PLC0415  (heavy: only those who read Parquet pay)

        try:
            return tuple(pl.read_parquet_schema(self.path))
        except FileNotFoundError:
            raise SourceError(f"cannot read {self.path}: no such file") from None
        except (pl.exceptions.PolarsError, OSError) as error:
            raise SourceError(f"{self.path} is not a Parquet file that can be read: {error}") from None

    def rows(self) -> Iterator[Row]:
        import polars as pl  # noqa: PLC0415

        names = self.columns()
        number = 0
        try:
            for batch in pl.scan_parquet(self.path).collect_batches(chunk_size=BATCH, lazy=True):
                cells = [_cells(batch[name]) for name in names]
                for values in zip(*cells, strict=True):
                    number += 1
                    yield Row(number, dict(zip(names, values, strict=True)))
        except (pl.exceptions.PolarsError, OSError) as error:
            raise SourceError(f"{self.path}: unreadable after row {number}: {error}") from None


def _cells(column: pl.Series) -> list[Any]:
    import polars as pl  # noqa: PLC0415

    if isinstance(column.dtype, pl.List | pl.Array) and column.dtype.inner.is_numeric():
        return [None if cell is None else cell.to_numpy() for cell in column]
    return column.to_list()
