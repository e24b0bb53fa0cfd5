"""``pinakes export``: the vectors of a space as files that anybody reads."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import pinakes
from pinakes.cli.options import Folder, Json, Ref
from pinakes.cli.output import print_json, say


def export(
    folder: Folder,
    out: Annotated[Path, typer.Argument(help="The folder to write into.", metavar="OUT")],
    space: Annotated[str, typer.Option(help="The space whose vectors are wanted.")] = "picture",
    ref: Ref = "live",
    json: Json = False,
) -> None:
    """Write the vectors of a space as .npy, and the id and role of each row as Parquet.

    Example: pinakes export photos --space picture vectors/
    """
    with pinakes.open(folder, ref=ref) as engine:
        done = engine.export(space, out)
    if json:
        print_json(asdict(done))
    else:
        say(f"wrote {done.rows:,} vectors of {done.dim} numbers: {done.vectors}, {done.table}")
