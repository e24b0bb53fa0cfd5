"""Tables as JSON Lines: one object on each line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from pinakes.errors import SourceError
from pinakes.sources.lines import read_lines
from pinakes.sources.rows import BrokenRow, Row


@dataclass(frozen=True, slots=True)
class JsonRows:
    """A file with one JSON object on each line; blank lines are passed over."""

    path: Path

    def columns(self) -> None:
        return None

    def rows(self) -> Iterator[Row | BrokenRow]:
        lines = read_lines(self.path)
        first = next(lines, "")
        if first.lstrip().startswith("["):
            raise SourceError(
                f"{self.path} is one JSON array; write one object on each line, "
                "for example: jq -c '.[]' items.json > items.jsonl"
            )
        for number, line in enumerate(chain([first], lines), start=1):
            if line.strip():
                yield _parse(number, line)


def _parse(number: int, line: str) -> Row | BrokenRow:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        return BrokenRow(number, f"not JSON: {error}")
    if not isinstance(values, dict):
        return BrokenRow(number, f"a JSON {type(values).__name__} where one object per line is expected")
    return Row(number, values)
