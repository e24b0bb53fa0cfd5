"""Commands that carry a collection elsewhere: backup and restore."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pinakes.cli.output import number_of, print_json, say
from pinakes.collection import Collection
from pinakes.creation import restore_collection

Folder = Annotated[Path, typer.Argument(help="The collection's folder.", metavar="DIR")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def backup(
    folder: Folder,
    file: Annotated[Path, typer.Argument(help="The .tar file to write.")],
    json: Json = False,
) -> None:
    """Write settings, catalogue, what the refs point to and models to one file; no pictures.

    Earlier releases are not in it: after `restore` there is nothing to roll back to.
    """
    report = Collection(folder).backup(file)
    if json:
        print_json(asdict(report))
    else:
        say(
            f"{file}: {number_of(report.files, 'file')}, {report.bytes / 1e6:.1f} MB, with "
            f"{', '.join(report.snapshots)}; without pictures and earlier releases"
        )


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `pinakes backup` wrote.")],
    into: Annotated[Path, typer.Argument(help="A new or empty folder.", metavar="DIR")],
    json: Json = False,
) -> None:
    """Check every hash of a backup and put the collection into a new folder."""
    report = restore_collection(file, into)
    if json:
        print_json(asdict(report))
    else:
        say(f"{into}: {number_of(report.files, 'file')}, {report.bytes / 1e6:.1f} MB, every hash checked")
