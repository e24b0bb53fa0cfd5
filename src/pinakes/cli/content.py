"""Commands on what a collection holds: status, delete, block."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape

from pinakes.cli.options import Folder, Json
from pinakes.cli.output import console, number_of, print_json, print_notes, say, table
from pinakes.collection import Collection
from pinakes.ingest.reports import unknown_ids

Ids = Annotated[list[str], typer.Argument(help="Ids of items.", metavar="ID...")]


def status(folder: Folder, json: Json = False) -> None:
    """Show what a collection holds, what is served, and what is in quarantine."""
    found = Collection(folder).status()
    if json:
        print_json(asdict(found))
        return
    screen = console()
    name = found.name or folder.resolve().name
    screen.print(f"[bold]{escape(name)}[/]" + ("  [dim]generated sample data[/]" if found.synthetic else ""))
    facts = [
        ("items", found.items),
        ("views", found.views),
        ("pictures", found.media),
        ("release", found.release or "none yet"),
        ("snapshots", ", ".join(found.snapshots) or "none"),
        ("deltas", found.deltas),
        ("blocked", found.blocked),
        ("in quarantine", sum(found.quarantine.values())),
    ]
    screen.print(table("", "", rows=facts))
    for why in found.missing.values():
        screen.print(f"[yellow]missing:[/] {escape(why)}")
    print_notes(found.notes)
    if found.quarantine:
        screen.print(table("reason", "n", rows=sorted(found.quarantine.items()), right=("n",)))
    if found.runs:
        rows = [(r.id, r.verb, r.started, r.state, r.detail) for r in found.runs]
        screen.print(table("run", "verb", "started", "state", "", rows=rows))


def delete(folder: Folder, ids: Ids, json: Json = False) -> None:
    """Delete items from the collection, and publish a release without them."""
    report = Collection(folder).delete(ids)
    if json:
        print_json(asdict(report))
        return
    unknown = [item for item in ids if item not in report.deleted]
    say(f"deleted {number_of(len(report.deleted), 'item')}; live -> {report.release}")
    if unknown:
        say(f"not in the collection: {', '.join(unknown)}", "yellow")


def block(
    folder: Folder,
    ids: Ids,
    reason: Annotated[str, typer.Option(help="Why; kept with the block.")],
    json: Json = False,
) -> None:
    """Take items down at once: they are not shown by any release, old or new."""
    collection = Collection(folder)
    blocked = collection.block(ids, reason)
    unknown = unknown_ids(collection.paths, ids)
    if json:
        print_json({"blocked": sorted(blocked), "unknown": unknown})
        return
    say(f"blocked {number_of(len(ids), 'id')}; {len(blocked):,} in all")
    if unknown:
        say(f"not in the collection, and blocked should they come: {', '.join(unknown)}", "yellow")


def unblock(folder: Folder, ids: Ids, json: Json = False) -> None:
    """Let blocked items be shown again."""
    blocked = Collection(folder).unblock(ids)
    if json:
        print_json({"blocked": sorted(blocked)})
    else:
        say(f"unblocked {number_of(len(ids), 'id')}; {len(blocked):,} still blocked")
