"""What every table format is read as: rows with named cells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Attributes:
        number: for people: the line of the file on which the row begins, or the row's number, from 1.
        values: cell by column, as the format gives it; an absent cell and a null one are the same.
    """

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that cannot be read.

    Attributes:
        number: as of a row.
        detail: what was found and what would be right.
    """

    number: int
    detail: str


class Rows(Protocol):
    """A table that can be read from the start, again and again, in bounded memory.

    Attributes:
        path: the file.
    """

    @property
    def path(self) -> Path: ...

    def columns(self) -> tuple[str, ...] | None:
        """Return the names of the columns, or None where each row has its own.

        Raises:
            SourceError: the file cannot be read.
        """
        ...

    def rows(self) -> Iterator[Row | BrokenRow]:
        """Read the rows in the order of the file.

        Raises:
            SourceError: the file cannot be read, or not to its end.
        """
        ...
