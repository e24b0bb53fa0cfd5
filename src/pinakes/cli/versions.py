"""Commands on versions: freeze, verify, publish, roll back, prune."""

from dataclasses import asdict
from typing import Annotated

import typer

from pinakes.cli.options import Folder, Json, Ref, Waive
from pinakes.cli.output import FAILED, console, number_of, print_json, print_notes, say, table
from pinakes.cli.progress import progress_bars
from pinakes.collection import Collection
from pinakes.ingest.freeze import FreezeReport
from pinakes.snapshots.release import Release

STAYS = (
    "the catalogue stays as it is: the next index, add, delete or compact publishes again what was taken back"
)


def freeze(
    folder: Folder,
    waive: Waive = None,
    json: Json = False,
) -> None:
    """Write what changed since the last release as a verified snapshot, without publishing it."""
    with progress_bars(quiet=json) as report:
        frozen = Collection(folder, report).freeze(waive=tuple(waive or ()))
    _show_freeze(frozen, json=json)


def compact(
    folder: Folder,
    waive: Waive = None,
    json: Json = False,
) -> None:
    """Write base and deltas together as one new base and publish it; fitted encoders are kept."""
    with progress_bars(quiet=json) as report:
        collection = Collection(folder, report)
        frozen = collection.compact(waive=tuple(waive or ()))
    _show_freeze(frozen, json=json)
    if not json:
        console().print(f"live -> {collection.status().release}")


def verify(folder: Folder, ref: Ref = "live", json: Json = False) -> None:
    """Hash and check every file of a release; ends with status 1 when anything is wrong."""
    report = Collection(folder).verify(ref)
    if json:
        print_json(asdict(report))
    else:
        for problem in report.problems:
            say(str(problem), "red")
        verdict = "[green]verified[/]" if report.ok else "[bold red]damaged[/]"
        console().print(
            f"{verdict}: {', '.join(report.checked)}, {number_of(report.files, 'file')}, "
            f"{report.bytes / 1e6:.1f} MB, {number_of(len(report.problems), 'problem')}"
        )
    if not report.ok:
        raise typer.Exit(FAILED)


def publish(
    folder: Folder,
    snapshot: Annotated[str, typer.Argument(help="The snapshot, such as v0002.", metavar="SNAPSHOT")],
    ref: Ref = "live",
    json: Json = False,
) -> None:
    """Publish a snapshot: point a ref at it, with the base and the deltas before it."""
    _show_release(Collection(folder).publish(snapshot, ref), ref, json=json)


def rollback(
    folder: Folder,
    to: Annotated[str | None, typer.Option(help="The release; the one before when not given.")] = None,
    ref: Ref = "live",
    json: Json = False,
) -> None:
    """Go back to an earlier release: point a ref at it again."""
    _show_release(Collection(folder).rollback(to, ref), ref, json=json)
    if not json:
        print_notes((STAYS,))


def prune(
    folder: Folder,
    keep: Annotated[int, typer.Option(help="How many releases of each ref's history to keep.")] = 3,
    json: Json = False,
) -> None:
    """Delete snapshots that no recent release needs, and fetched pictures that nothing shows."""
    report = Collection(folder).prune(keep)
    if json:
        print_json(asdict(report))
        return
    console().print(
        f"removed {', '.join(report.removed) or 'no snapshot'} and {report.pictures} pictures "
        f"({report.bytes / 1e6:.1f} MB)"
        + (f"; in use, left alone: {', '.join(report.held)}" if report.held else "")
    )


def _show_release(release: Release, ref: str, *, json: bool) -> None:
    if json:
        print_json({"ref": ref, "release": release.id, "snapshots": [pin.name for pin in release.snapshots]})
    else:
        console().print(f"{ref} -> {release.id}")


def _show_freeze(frozen: FreezeReport, *, json: bool) -> None:
    if json:
        print_json(asdict(frozen))
        return
    if frozen.snapshot is None:
        console().print("nothing changed since the last release")
        return
    say(f"{frozen.snapshot}: {number_of(frozen.items, 'item')}, {frozen.seconds:.1f} s")
    rows = [
        (g.name, "waived" if g.waived else g.status, g.n, _number(g.value), _number(g.limit), g.detail)
        for g in frozen.gates
    ]
    console().print(
        table("gate", "status", "n", "value", "limit", "", rows=rows, right=("n", "value", "limit"))
    )


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:g}"
