"""Tables as delimited text (RFC 4180): CSV and TSV, with commas, semicolons, tabs or bars between cells."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pinakes.errors import SourceError
from pinakes.sources.lines import read_lines
from pinakes.sources.rows import BrokenRow, Row
from pinakes.sources.text import clean_text

DELIMITERS = (",", ";", "\t", "|")
"""What may stand between cells; the header decides, and the first of these wins a tie."""

_DECLARED = re.compile(r"sep=([^\w\s]|\t)\s*")
"""The line that some spreadsheets write before the header."""


@dataclass(frozen=True, slots=True)
class DelimitedRows:
    """A CSV or TSV file whose first row names the columns."""

    path: Path

    def columns(self) -> tuple[str, ...]:
        header, _ = _open(self.path)
        return tuple(name for name in header if name)

    def rows(self) -> Iterator[Row | BrokenRow]:
        header, reader = _open(self.path)
        while (cells := reader.next()) is not None:
            if isinstance(cells, BrokenRow):
                yield cells
            elif len(cells) != len(header):
                yield BrokenRow(
                    reader.begin,
                    f"{len(cells)} cells where the header has {len(header)}; quote cells that hold "
                    f"{reader.delimiter!r}",
                )
            else:
                yield Row(
                    reader.begin, {name: cell for name, cell in zip(header, cells, strict=True) if name}
                )


@dataclass(slots=True)
class _Lines:
    """Lines that can be read again, so that a quote that is never closed costs one line and not the rest.

    Attributes:
        taken: lines given out since the last row began.
        number: of the line that was given out last, from 1.
    """

    source: Iterator[str]
    taken: list[str] = field(default_factory=list)
    pushed: list[str] = field(default_factory=list)
    number: int = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.pushed.pop() if self.pushed else next(self.source)
        self.number += 1
        self.taken.append(line)
        return line

    def rewind_to_second(self) -> None:
        """Give out again all lines of the current row but its first."""
        again = self.taken[1:]
        self.pushed.extend(reversed(again))
        self.number -= len(again)


class _Reader:
    """Reads one row after the other, and goes on after one that is malformed."""

    def __init__(self, lines: _Lines, delimiter: str) -> None:
        self.lines, self.delimiter, self.begin = lines, delimiter, 0
        self._csv = csv.reader(lines, delimiter=delimiter, strict=True)

    def next(self) -> list[str] | BrokenRow | None:
        """Return the cells of the next row that is not blank, or None at the end of the file."""
        while True:
            self.lines.taken.clear()
            self.begin = self.lines.number + 1
            try:
                cells = next(self._csv)
            except StopIteration:
                return None
            except csv.Error as error:
                self.lines.rewind_to_second()
                return BrokenRow(self.begin, f"not a row of a delimited table: {error}")
            if cells:
                return cells


def _open(path: Path) -> tuple[list[str], _Reader]:
    """Return the names in the header, empty for unnamed columns, and a reader of what follows."""
    lines = _Lines(read_lines(path))
    first = next((line for line in lines if line.strip()), None)
    declared = _DECLARED.fullmatch(first or "")
    if declared:
        first = next(lines, None)
    if first is None:
        raise SourceError(f"{path} is empty; its first line must name the columns")
    delimiter = declared[1] if declared else max(DELIMITERS, key=first.count)
    lines.pushed.append(first)
    lines.number -= 1
    reader = _Reader(lines, delimiter)
    cells = reader.next()
    if not isinstance(cells, list):
        detail = cells.detail if cells else "it is empty"
        raise SourceError(f"{path}: the first line must name the columns: {detail}")
    header = [clean_text(name) for name in cells]
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    if repeated:
        raise SourceError(f"{path}: two columns are named {repeated[0]!r}; give each its own name")
    return header, reader
