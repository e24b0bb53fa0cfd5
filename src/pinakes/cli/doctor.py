"""``pinakes doctor``: what an owner would want to know and did not ask."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pinakes.cli.output import console, print_json, table
from pinakes.collection import Collection


def doctor(
    folder: Annotated[Path, typer.Argument(help="The collection's folder.", metavar="DIR")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look for silent trouble: spellings of one value, quarantine, missing pictures, damaged files."""
    report = Collection(folder).doctor()
    if json:
        print_json(asdict(report))
        return
    screen = console()
    for problem in report.problems:
        screen.print(f"[red]{problem}[/]")
    if report.variants:
        screen.print("[bold]one value in several spellings[/]")
        rows = [(v.attribute, ", ".join(f"{s!r} ({n})" for s, n in v.spellings)) for v in report.variants]
        screen.print(table("attribute", "spellings (items)", rows=rows))
    if report.quarantine:
        screen.print("[bold]in quarantine[/]")
        entries = [(e.place, e.reason, e.uri or e.item_id, e.detail) for e in report.quarantine]
        screen.print(table("where", "reason", "what", "detail", rows=entries))
    if not (report.problems or report.variants or report.quarantine):
        screen.print("[green]nothing to report[/]")
