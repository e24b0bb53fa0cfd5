"""Commands that carry a collection elsewhere: backup and restore."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pinakes.cli.options import Folder, Json
from pinakes.cli.output import number_of, print_json, say
from pinakes.collection import Collection
from pinakes.snapshots.backup import restore as restore_backup


def backup(
    folder: Folder,
    file: Annotated[Path, typer.Argument(help="The .tar file to write.", metavar="FILE")],
    json: Json = False,
) -> None:
    """Write a collection to one file: settings, catalogue, served releases and models.

    Pictures that were sent or fetched go with it, those of the source do not. Earlier releases are not
    in it: after `restore` there is nothing to roll back to.
    """
    report = Collection(folder).backup(file)
    if json:
        print_json(asdict(report))
    else:
        say(
            f"{file}: {number_of(report.files, 'file')}, {report.bytes / 1e6:.1f} MB, with "
            f"{', '.join(report.snapshots)}; without the pictures of the source and earlier releases"
        )


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `pinakes backup` wrote.", metavar="FILE")],
    into: Annotated[Path, typer.Argument(help="A new or empty folder.", metavar="DIR")],
    json: Json = False,
) -> None:
    """Put a collection from a backup into a new folder, after every hash was checked."""
    report = restore_backup(file, into)
    if json:
        print_json(asdict(report))
    else:
        say(f"{into}: {number_of(report.files, 'file')}, {report.bytes / 1e6:.1f} MB, every hash checked")
