"""``pinakes export``: the vectors of a space as files that anybody reads."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import pinakes
from pinakes.cli.options import Folder, Json, Ref
from pinakes.cli.output import print_json, say
from pinakes.errors import UsageError


def export(
    folder: Folder,
    out: Annotated[Path, typer.Argument(help="The folder to write into.", metavar="OUT")],
    space: Annotated[
        str | None, typer.Option(help="The space whose vectors are wanted; the only one when not given.")
    ] = None,
    ref: Ref = "live",
    json: Json = False,
) -> None:
    """Write the vectors of a space as .npy, and the id and role of each row as Parquet.

    Example: pinakes export photos vectors/
    """
    with pinakes.open(folder, ref=ref) as engine:
        done = engine.export(space or _only(engine.spaces), out)
    if json:
        print_json(asdict(done))
    else:
        say(f"wrote {done.rows:,} vectors of {done.dim} numbers: {done.vectors}, {done.table}")


def _only(spaces: Sequence[str]) -> str:
    """Return the space of a collection that has no other."""
    if not spaces:
        raise UsageError("this collection has no vectors to export: it is searched by words alone")
    if len(spaces) > 1:
        raise UsageError(f"this collection has several spaces: name one with --space: {', '.join(spaces)}")
    return spaces[0]
