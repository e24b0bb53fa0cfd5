"""``pinakes init``: a commented pinakes.toml to start from."""

import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from pinakes.cli.options import Json
from pinakes.cli.output import console, number_of, print_json, print_notes
from pinakes.ingest.template import is_empty, plan_template, write_template


def init(
    source: Annotated[
        Path, typer.Argument(help="A folder, empty or with pictures, or a table.", metavar="DIR")
    ],
    into: Annotated[
        Path | None, typer.Option(help="The collection's folder, where it is not DIR itself.")
    ] = None,
    json: Json = False,
) -> None:
    """Write a commented pinakes.toml to start from; index works without one, too.

    It holds what index would find out by itself. A file that is there is never replaced.

    Example: pinakes init photos
    """
    empty = is_empty(source.expanduser())
    setup = plan_template(source, into)
    path = write_template(setup)
    given = [str(source), *(["--into", str(into)] if into is not None else [])]
    following = f"pinakes index {shlex.join(given)}"
    if json:
        print_json({"file": str(path), "next": following, "notes": list(setup.notes)})
        return
    print_notes(setup.notes)
    found = number_of(len(setup.settings.attributes), "attribute")
    _say(f"wrote {path}: source {setup.settings.source.path}, {found}")
    first = "put pictures beside it, or name a table and its columns in it" if empty else "look through it"
    _say(f"{first}; then run: {following}")


def _say(line: str) -> None:
    """Print a line that is not cut: paths and commands are to be copied."""
    console().print(Text(line), soft_wrap=True)
