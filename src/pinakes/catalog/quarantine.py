"""Quarantine: what the source offers that is not in the collection now, and why."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from pinakes.catalog.schema import quarantine
from pinakes.kernels.clock import utc_now


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was refused.

    Attributes:
        place: where in the source, such as ``items.csv:17``.
        reason: a stable code, such as ``repeated_id`` or ``undecodable``.
        detail: what was found and what would be right.
        item_id: the item concerned, where it is known.
        uri: the picture concerned, where it is one.
        field: the attribute, right or space concerned, where it is one.
    """

    place: str
    reason: str
    detail: str
    item_id: str | None = None
    uri: str | None = None
    field: str | None = None


def put_entries(connection: sa.Connection, run: int, entries: Iterable[Entry]) -> None:
    """Add what a run refused."""
    at = utc_now()
    rows = [
        {
            "run": run,
            "at": at,
            "place": entry.place,
            "reason": entry.reason,
            "detail": entry.detail,
            "item_id": entry.item_id,
            "uri": entry.uri,
            "field": entry.field,
        }
        for entry in entries
    ]
    if rows:
        connection.execute(quarantine.insert(), rows)


def clear_items(connection: sa.Connection, run: int, ids: Collection[str]) -> None:
    """Drop what earlier runs than this one said of the given items."""
    connection.execute(quarantine.delete().where(quarantine.c.item_id.in_(ids), quarantine.c.run < run))


def clear_before(connection: sa.Connection, run: int) -> None:
    """Drop everything that earlier runs said: this one has read the whole source."""
    connection.execute(quarantine.delete().where(quarantine.c.run < run))


def read_entries(connection: sa.Connection, items: Collection[str] | None = None) -> Iterator[Entry]:
    """Read the entries in the order in which they were made; of some items, or all."""
    query = sa.select(quarantine).order_by(quarantine.c.id)
    if items is not None:
        query = query.where(quarantine.c.item_id.in_(items))
    for row in connection.execute(query, execution_options={"yield_per": 500}):
        yield Entry(row.place, row.reason, row.detail, row.item_id, row.uri, row.field)


def count_reasons(connection: sa.Connection) -> Counter[str]:
    """Return the number of entries by reason."""
    number = sa.func.count().label("number")
    rows = connection.execute(sa.select(quarantine.c.reason, number).group_by(quarantine.c.reason))
    return Counter({row.reason: row.number for row in rows})
