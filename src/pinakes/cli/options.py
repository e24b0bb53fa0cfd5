"""The arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Folder: TypeAlias = Annotated[Path, typer.Argument(help="The collection's folder.", metavar="DIR")]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Ref: TypeAlias = Annotated[str, typer.Option(help="The ref; live is the one that is served.")]
Waive: TypeAlias = Annotated[
    list[str] | None, typer.Option(help="A gate that may fail, recorded by name; may be repeated.")
]
