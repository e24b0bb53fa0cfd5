"""Draining the inbox: waiting changes become items of the catalogue, each with what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pinakes.catalog.database import Database
from pinakes.catalog.inbox import Change, InboxState, Op, claim_changes, forget_settled, settle_changes
from pinakes.catalog.items import places_of
from pinakes.catalog.quarantine import read_entries
from pinakes.ingest.add import upsert_records
from pinakes.ingest.delete import delete_items
from pinakes.ingest.inbox import read_record
from pinakes.ingest.pipeline import Ingest
from pinakes.ingest.rules import EntryRules
from pinakes.sources.base import Record, Rejection

TOGETHER = 1_000
"""Changes that are made and published together."""


@dataclass(frozen=True, slots=True)
class Made:
    """What became of changes.

    Attributes:
        changes: all that were made, in their order.
        refused: why, by the number of a change that was not made.
        notes: what was left out of an item, by the number of the change that brought it.
    """

    changes: tuple[Change, ...] = ()
    refused: Mapping[int, str] = field(default_factory=dict)
    notes: Mapping[int, str] = field(default_factory=dict)


def claim(database: Database, claimer: str, limit: int = TOGETHER) -> list[Change]:
    """Claim the oldest changes; those too that a process claimed which has died since.

    Args:
        database: the catalogue; the caller holds the writer lease.
        claimer: names this drain, differently from any before it.
        limit: at most so many.
    """
    with database.write() as connection:
        return claim_changes(connection, claimer, limit)


def make_changes(ingest: Ingest, rules: EntryRules, changes: Sequence[Change]) -> Made:
    """Bring changes into the catalogue; of several to one item the last one counts.

    To make them again changes nothing: a process that was killed before it settled them is made up for.

    Raises:
        StorageError: the disk refused.
    """
    last = {change.payload["id"]: change for change in changes}
    upserts = {id: change for id, change in last.items() if change.op is Op.UPSERT}
    entries = {id: _entry(ingest, rules, change) for id, change in upserts.items()}
    if entries:
        upsert_records(ingest, entries.values(), verb="inbox")
    deleted = [id for id, change in last.items() if change.op is Op.DELETE]
    if deleted:
        delete_items(ingest.database, deleted, "asked for through the inbox")
    refused: dict[int, str] = {}
    notes: dict[int, str] = {}
    with ingest.database.read() as connection:
        places = places_of(connection, list(upserts))
        said: dict[str, list[str]] = {}
        for entry in read_entries(connection, upserts):
            said.setdefault(entry.place, []).append(entry.detail)
    for id, change in upserts.items():
        place = _place(change)
        if places.get(id) != place:
            refused[change.id] = "; ".join(said.get(place, ()))
        elif place in said:
            notes[change.id] = "; ".join(said[place])
    return Made(tuple(changes), refused, notes)


def settle(database: Database, made: Made) -> None:
    """Say what became of changes, after they were published."""
    plain = [c for c in made.changes if c.id not in made.refused and c.id not in made.notes]
    with database.write() as connection:
        settle_changes(connection, plain, InboxState.DONE)
        for change in made.changes:
            if change.id in made.refused:
                settle_changes(connection, [change], InboxState.REFUSED, made.refused[change.id])
            elif change.id in made.notes:
                settle_changes(connection, [change], InboxState.DONE, made.notes[change.id])
        forget_settled(connection)


def _entry(ingest: Ingest, rules: EntryRules, change: Change) -> Record | Rejection:
    place = _place(change)
    try:
        record = read_record(change.payload, place, rules.types, ingest.remote.originals)
    except ValueError as error:  # the type of an attribute was changed since it was accepted
        return Rejection(place, "wrong_type", str(error), change.payload["id"])
    return rules.check(record)


def _place(change: Change) -> str:
    return f"inbox:{change.id}"
