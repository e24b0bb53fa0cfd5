"""``pinakes export``: the vectors of a space as files that anybody reads."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import pinakes
from pinakes.cli.output import print_json, say


def export(
    folder: Annotated[Path, typer.Argument(help="The collection's folder.", metavar="DIR")],
    out: Annotated[Path, typer.Argument(help="The folder to write into.", metavar="OUT")],
    space: Annotated[str, typer.Option(help="The space whose vectors are wanted.")] = "picture",
    ref: Annotated[str, typer.Option(help="The ref whose release is read.")] = "live",
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write the vectors of a space as .npy, and their ids and roles as Parquet, row by row.

    Example: pinakes export photos --space picture vectors/
    """
    with pinakes.open(folder, ref=ref) as engine:
        done = engine.export(space, out)
    if json:
        print_json(asdict(done))
    else:
        say(f"wrote {done.rows:,} vectors of {done.dim} numbers: {done.vectors}, {done.table}")
