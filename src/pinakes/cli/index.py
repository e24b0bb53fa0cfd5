"""``pinakes index`` and ``pinakes add``: from a source to a published release."""

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from pinakes.cli.options import Folder, Json, Waive
from pinakes.cli.output import (
    console,
    number_of,
    print_json,
    print_notes,
    say,
    table,
)
from pinakes.cli.progress import progress_bars
from pinakes.collection import Collection
from pinakes.creation import index as index_source
from pinakes.errors import UsageError
from pinakes.ingest.census import take_census
from pinakes.ingest.encoders import of_pictures
from pinakes.ingest.outcome import IndexReport
from pinakes.ingest.rehearsal import Rehearsal, rehearse
from pinakes.ingest.setup import Options, Setup, find_setup, write_setup
from pinakes.ingest.workshop import open_families
from pinakes.sources.headings import attribute_name
from pinakes.sources.open import open_source
from pinakes.sources.places import PICTURE_SPACE
from pinakes.sources.preview import Preview, preview


def index(
    source: Annotated[Path, typer.Argument(help="A folder of pictures, or a table.", metavar="SOURCE")],
    into: Annotated[
        Path | None, typer.Option(help="The collection's folder, where it is not the source itself.")
    ] = None,
    encoder: Annotated[
        str | None, typer.Option(help="The encoder: descriptor, clip, text, clip:FOLDER, ...")
    ] = None,
    id: Annotated[
        str | None, typer.Option("--id", help="The column with the ids, where the guess is wrong.")
    ] = None,
    view: Annotated[
        list[str] | None, typer.Option(help="ROLE=COLUMN of a table's pictures; may be repeated.")
    ] = None,
    views: Annotated[
        str | None, typer.Option(help="File name pattern that groups pictures, such as '{id}_{role}.jpg'.")
    ] = None,
    fetch: Annotated[
        bool, typer.Option("--fetch", help="Fetch https:// and s3:// pictures, and keep them.")
    ] = False,
    refetch: Annotated[
        bool, typer.Option("--refetch", help="Fetch also what was fetched or refused before.")
    ] = False,
    vectors: Annotated[
        Path | None, typer.Option(help="A .npy file with a vector for each row of the table.", metavar="FILE")
    ] = None,
    space: Annotated[
        str | None, typer.Option(help="The space of --vectors; the name of its file when not given.")
    ] = None,
    prune: Annotated[bool, typer.Option(help="Delete items that the source no longer has.")] = False,
    waive: Waive = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Show what would be read, try 20 pictures, write pinakes.toml, and stop."
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Make a folder of pictures or a table searchable; run it again to bring it up to date.

    Example: pinakes index photos
    """
    given_views = _views(view or [], views)
    if space is not None and vectors is None:
        raise UsageError("--space names the space of --vectors FILE: give that, too")
    brought = {} if vectors is None else {space or attribute_name(vectors.stem, (PICTURE_SPACE,)): vectors}
    if dry_run:
        options = Options(encoder, id, given_views, fetch or refetch, brought)
        setup = find_setup(source, into, options)
        found = preview(setup.settings, setup.folder)
        census = take_census(open_source(setup.settings, setup.folder).records())
        tried = rehearse(census.sample, of_pictures(open_families(setup.settings), setup.settings))
        write_setup(setup)
        _show_preview(setup, found, tried, json=json)
        tried.raise_problems()
        return
    with progress_bars(quiet=json) as report:
        done = index_source(
            source,
            into,
            encoder=encoder,
            id=id,
            views=given_views,
            fetch=fetch,
            refetch=refetch,
            vectors=brought,
            prune=prune,
            waive=tuple(waive or ()),
            progress=report,
        )
    _show(done, json=json)


def add(
    folder: Folder,
    file: Annotated[Path, typer.Argument(help="A table with the columns of the source.", metavar="TABLE")],
    fetch: Annotated[
        bool, typer.Option("--fetch", help="Fetch https:// and s3:// pictures this time.")
    ] = False,
    json: Json = False,
) -> None:
    """Add or replace the items of another table, and publish a release with them."""
    with progress_bars(quiet=json) as report:
        done = Collection(folder, report).add(file, fetch=fetch)
    _show(done, json=json)


def _show(done: IndexReport, *, json: bool) -> None:
    if json:
        print_json(asdict(done))
    else:
        _print(done)


def _print(done: IndexReport) -> None:
    screen, added, frozen = console(), done.add, done.freeze
    print_notes(done.notes)
    screen.print(
        f"{added.read:,} read: {added.added:,} added, {added.updated:,} updated, "
        f"{added.unchanged:,} unchanged, {added.quarantined:,} quarantined, {added.vanished:,} vanished"
        + (f" ({added.pruned:,} deleted)" if added.pruned else "")
        + (f"; {number_of(added.left_out, 'value')} left out" if added.left_out else "")
    )
    pictures = added.pictures
    rate = f" ({pictures.decoded / added.seconds:,.0f} images/s)" if pictures.decoded else ""
    screen.print(
        f"pictures: {pictures.decoded:,} decoded{rate}, {pictures.unchanged:,} unchanged, "
        f"{pictures.refused:,} refused, {pictures.missing:,} missing"
    )
    if added.quarantined or added.left_out or pictures.refused or pictures.missing:
        say(f"what was left out, and why: pinakes doctor {shlex.quote(str(done.folder))}")
    features = added.features
    if features.hit_rate is not None:
        screen.print(
            f"features: {features.made:,} made, {features.found:,} found in the cache "
            f"({features.hit_rate:.0%})"
        )
    if frozen.snapshot is None:
        screen.print("nothing changed since the last release")
    else:
        passed = sum(gate.status == "pass" for gate in frozen.gates)
        waived = sum(gate.waived for gate in frozen.gates)
        screen.print(
            f"{frozen.snapshot}: {number_of(frozen.items, 'item')}, {number_of(frozen.views, 'view')}, "
            f"{passed} gates passed" + (f", {waived} waived" if waived else "")
        )
    screen.print(f"[bold]live -> {done.release}[/] in {done.seconds:.1f} s")
    if added.read and added.added + added.quarantined == added.read:  # new: nobody knows yet where it lies
        say(f"search it with: pinakes search {shlex.quote(str(done.folder))} WORDS")


def _show_preview(setup: Setup, found: Preview, tried: Rehearsal, *, json: bool) -> None:
    pictures = found.found + (found.remote if setup.settings.source.fetch.enabled else 0)
    estimate = {
        "seconds": round(tried.seconds(pictures), 1),
        "megabytes": round(tried.megabytes(pictures), 1),
    }
    if json:
        shown = {key: value for key, value in asdict(found).items() if key != "settings"}
        print_json(
            {**shown, "settings": setup.settings.model_dump(mode="json"), "estimate": estimate,
             "sample": asdict(tried), "notes": list(setup.notes), "folder": str(setup.folder)}
        )  # fmt: skip
        return
    screen = console()
    print_notes(setup.notes)
    fields = setup.settings.source.fields.model_dump(exclude_defaults=True)
    if fields:  # a folder has none
        screen.print(table("field", "column", rows=[(n, _column(value)) for n, value in fields.items()]))
    attributes = [(n, a.type.value, a.column or n) for n, a in setup.settings.attributes.items()]
    if attributes:
        screen.print(table("attribute", "type", "column", rows=attributes))
    for sample in found.samples:
        record = sample.record
        screen.print(f"[bold]{escape(record.id)}[/] {escape(record.title)}")
        for picture, there in zip(record.pictures, sample.found, strict=True):
            state = {True: "found", False: "[red]missing[/]", None: "an address"}[there]
            screen.print(f"  {picture.role}: {escape(picture.uri)} ({state})")
    screen.print(
        f"{found.items:,} items, {sum(found.rejected.values()):,} rejected; pictures: {found.found:,} found "
        f"({found.bytes / 1e6:.1f} MB), {found.missing:,} missing, {found.remote:,} addresses"
    )
    for made in tried.encoders:
        near = (
            "" if made.own is None else f", copies {made.own:.3f} to their own, {made.others:.3f} to others"
        )
        screen.print(
            f"{made.encoder}: {made.dim} numbers, lengths {made.norms[0]:.3f} to {made.norms[1]:.3f}{near}"
        )
    if tried.pictures:
        refused = f", {tried.refused} refused" if tried.refused else ""
        screen.print(f"{tried.note(pictures)}{refused}")
    say(f"wrote {setup.folder / 'pinakes.toml'}")


def _column(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{role} = {column}" for role, column in value.items())
    return ", ".join(value) if isinstance(value, list | tuple) else str(value)


def _views(pairs: list[str], pattern: str | None) -> str | dict[str, str] | None:
    if pairs and pattern:
        raise UsageError("--view is for tables and --views for folders: give one of them")
    roles = {}
    for pair in pairs:
        role, separator, column = pair.partition("=")
        if not separator or not role or not column:
            raise UsageError(f"--view takes ROLE=COLUMN, such as front=image; got {pair!r}")
        roles[role] = column
    return roles or pattern
