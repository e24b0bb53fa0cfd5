"""How commands speak: tables for people, JSON for programs, errors on standard error."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

OK, FAILED, USAGE = 0, 1, 2
"""Exit codes: done; a gate failed or there was no hit; the command cannot be run as given."""


PIPE_WIDTH = 160
"""Characters of a line where standard output is no terminal: tables are not cut to 80."""


def console() -> Console:
    """Return a console on standard output; colours and width as the terminal has them."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)


def errors() -> Console:
    """Return a console on standard error."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print a value as JSON, one document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def say(text: str, style: str = "") -> None:
    """Print a line as it stands: what looks like markup in an id, a title or a path belongs to it."""
    console().print(Text(text, style=style))


def number_of(count: int, noun: str) -> str:
    """Return a number with its noun: ``1 item``, ``2,000 items``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def print_error(message: str) -> None:
    """Print an error for people on standard error."""
    errors().print(f"[bold red]error:[/] {escape(message)}")


def print_notes(notes: Iterable[str]) -> None:
    """Print what the user should know, one line each, on standard error."""
    for note in notes:
        errors().print(f"[yellow]note:[/] {escape(note)}")


def table(*columns: str, rows: Sequence[Sequence[object]], right: Iterable[str] = ()) -> Table:
    """Return a plain table.

    Args:
        columns: headings.
        rows: cells; None is shown as a dash.
        right: headings of columns that are aligned to the right.
    """
    view = Table(box=None, pad_edge=False, header_style="bold")
    numeric = set(right)
    for column in columns:
        view.add_column(column, justify="right" if column in numeric else "left", overflow="fold")
    for row in rows:
        view.add_row(*("-" if cell is None else escape(str(cell)) for cell in row))
    return view
