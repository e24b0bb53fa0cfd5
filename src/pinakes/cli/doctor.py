"""``pinakes doctor``: what an owner would want to know and did not ask."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import pinakes
from pinakes.cli.duplicate_sheet import write_duplicate_sheet
from pinakes.cli.options import Json
from pinakes.cli.output import console, number_of, print_json, print_notes, say, table
from pinakes.cli.progress import progress_bars
from pinakes.cli.vectors import look_at_vectors
from pinakes.collection import Collection
from pinakes.errors import UsageError
from pinakes.ingest.outcome import Diagnosis
from pinakes.retrieval.duplicates import Duplicates

FAMILIES = 10
"""Families of duplicates that are named in the table; the sheet and the JSON have them all."""
UNKEPT = (
    "near-duplicates were not looked for: the collection can only be read, and what is found is kept in it"
)


def doctor(
    folder: Annotated[
        Path, typer.Argument(help="The collection's folder, or a .npy file with vectors.", metavar="DIR|FILE")
    ],
    duplicates: Annotated[
        bool, typer.Option(help="Look for near-duplicates; only new pictures cost time.")
    ] = True,
    sheet: Annotated[
        Path | None, typer.Option(help="Write a page with the families of duplicates.", dir_okay=False)
    ] = None,
    index: Annotated[
        str | None,
        typer.Option(help="Of vectors: measure the recall of this FAISS index.", metavar="FACTORY"),
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Of vectors: write a page.", dir_okay=False)] = None,
    json: Json = False,
) -> None:
    """Look for silent trouble: duplicates, spellings of one value, quarantine, missing or damaged files.

    Of a .npy file, whoever made it: lengths, NaN, copies, mixed models, random vectors, hubs, and what half
    precision and a FAISS index lose.

    Example: pinakes doctor vectors.npy --index IVF256,PQ32 --html vectors.html
    """
    if folder.suffix == ".npy":
        look_at_vectors(folder, index, html, json=json)
        return
    if index is not None or html is not None:
        raise UsageError(f"--index and --html are for a .npy file with vectors; {folder} is none")
    with progress_bars(quiet=json) as report:
        collection = Collection(folder, report)
        diagnosis = collection.doctor()
        found = None
        if collection.status().release is not None and not diagnosis.problems:
            if duplicates:
                if os.access(collection.paths.machinery, os.W_OK):
                    collection.find_duplicates()
                else:
                    print_notes((UNKEPT,))
            with pinakes.open(folder) as engine:
                found = engine.duplicates()
                if sheet is not None:
                    write_duplicate_sheet(sheet, engine, found)
    if json:
        print_json({**asdict(diagnosis), "duplicates": asdict(found) if found else None})
    else:
        _print(diagnosis, found)


def _print(report: Diagnosis, found: Duplicates | None) -> None:
    screen = console()
    for problem in report.problems:
        say(str(problem), "red")
    if report.variants:
        screen.print("[bold]one value in several spellings[/]")
        rows = [(v.attribute, ", ".join(f"{s!r} ({n})" for s, n in v.spellings)) for v in report.variants]
        screen.print(table("attribute", "spellings (items)", rows=rows))
    if report.quarantine:
        screen.print("[bold]in quarantine[/]")
        entries = [(e.place, e.reason, e.uri or e.item_id, e.detail) for e in report.quarantine]
        screen.print(table("where", "reason", "what", "detail", rows=entries))
    if found and found.families:
        screen.print(f"[bold]items that show the same pictures: {len(found.families)} families[/]")
        families = [(family.kind, len(family.items), ", ".join(family.items)) for family in found.families]
        screen.print(table("kind", "items", "ids", rows=families[:FAMILIES], right=("items",)))
        if len(families) > FAMILIES:
            screen.print(f"[dim]and {len(families) - FAMILIES} more: see --sheet FILE or --json[/]")
    if found and found.unseen:
        screen.print(f"[dim]not searched for near-duplicates: {number_of(found.unseen, 'picture')}[/]")
    if not (report.problems or report.variants or report.quarantine or (found and found.families)):
        screen.print("[green]nothing to report[/]")
