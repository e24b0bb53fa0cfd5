"""A table as items: one for each row."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import SourceError, UnknownNameError
from pinakes.settings import Settings
from pinakes.sources.base import Record, Rejection
from pinakes.sources.cells import as_vector
from pinakes.sources.mapping import RowMapper, named_columns
from pinakes.sources.npy import open_vectors
from pinakes.sources.paths import plain_path
from pinakes.sources.rows import BrokenRow, Row, Rows

DIM_SAMPLE = 200
"""Rows at the start of a table whose most common length decides the dimension of a brought vector."""


@dataclass(frozen=True, slots=True)
class TableSource:
    """A table.

    Attributes:
        table: its rows.
        settings: the field map and the attributes.
        folder: the collection's folder; pictures may lie below it, or below the table's own.
    """

    table: Rows
    settings: Settings
    folder: Path

    def records(self) -> Iterator[Record | Rejection]:
        """Read the table in its order. Memory grows by the ids alone.

        Raises:
            SourceError: the table cannot be read, no column is named as the id, or a ``.npy`` file with
                vectors is missing, is no matrix, or does not have one row for each row of the table.
            UnknownNameError: the settings name a column that the table does not have.
        """
        mapper, arrays = self._mapper(), self._arrays()
        columns = self.settings.source.fields.vectors
        seen: dict[str, int] = {}
        offered = 0
        for row in self.table.rows():
            offered += 1
            if isinstance(row, BrokenRow):
                yield Rejection(f"{mapper.table}:{row.number}", "unreadable_row", row.detail)
                continue
            cells = {
                space: _row_of(arrays[space], offered - 1) if space in arrays else row.values.get(column)
                for space, column in columns.items()
            }
            record = mapper.record(row, cells)
            first = seen.setdefault(record.id, row.number) if isinstance(record, Record) else row.number
            if first != row.number:
                detail = f"rows {first} and {row.number} have the id {record.id!r}; row {first} is kept"
                yield Rejection(record.where, "repeated_id", detail, id=record.id)
            else:
                yield record
        for space, array in arrays.items():
            if len(array) != offered:
                raise SourceError(
                    f"{columns[space]} has {len(array)} rows and {self.table.path.name} has {offered}; "
                    "vectors in a file need one row for each row of the table"
                )

    def _mapper(self) -> RowMapper:
        fields = self.settings.source.fields
        if fields.id is None:
            raise SourceError(f"no column of {self.table.path} is named as the id; set source.fields.id")
        named, known = named_columns(fields, self.settings.attributes), self.table.columns()
        for column in sorted(named):
            if known is not None and column not in known:
                said = UnknownNameError("column", column, known)
                raise UnknownNameError(
                    "column", column, known, f"{self.table.path}: {said}; pinakes.toml names this column"
                )
        base = plain_path(self.table.path.parent)
        folders = (base, plain_path(self.folder))
        return RowMapper(
            table=self.table.path.name,
            fields=fields,
            attributes=self.settings.attributes,
            dims=self._dims(),
            base=base,
            allowed=tuple(dict.fromkeys((*folders, *(folder.resolve() for folder in folders)))),
            named=named,
        )

    def _dims(self) -> dict[str, int]:
        """Return the dimension of each space."""
        dims = {space: array.shape[1] for space, array in self._arrays().items()}
        columns = {k: v for k, v in self.settings.source.fields.vectors.items() if k not in dims}
        if not columns:
            return dims
        rows = [row for row in islice(self.table.rows(), DIM_SAMPLE) if isinstance(row, Row)]
        for space, column in columns.items():
            lengths = Counter(filter(None, (_length(row, column) for row in rows)))
            dims[space] = lengths.most_common(1)[0][0] if lengths else 0
        return dims

    def _arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the brought vectors that lie in files, mapped and not read."""
        files = self.settings.source.fields.vectors.items()
        return {
            space: open_vectors(self.table.path.parent / name)
            for space, name in files
            if name.endswith(".npy")
        }


def _row_of(array: NDArray[np.generic], at: int) -> NDArray[np.generic] | None:
    return array[at] if at < len(array) else None


def _length(row: Row, column: str) -> int | None:
    try:
        return len(as_vector(row.values.get(column)))
    except ValueError:
        return None
