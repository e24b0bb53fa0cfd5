"""The inbox: changes that arrive while nobody ingests, kept until the one ingest process takes them."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from pinakes.catalog.schema import inbox
from pinakes.kernels.clock import utc_now

KEPT = 10_000
"""Changes of which it is still known what became of them."""


class Op(StrEnum):
    """What a change asks for."""

    UPSERT = "upsert"
    DELETE = "delete"


class InboxState(StrEnum):
    """How far a change is."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes:
        id: counts up; changes are made in this order.
        at: when it arrived, UTC in ISO 8601.
        op: what it asks for.
        text: ``payload`` as JSON.
    """

    id: int
    at: str
    op: Op
    text: str

    @cached_property
    def payload(self) -> Mapping[str, Any]:
        """The item to upsert, or the id to delete, as JSON values."""
        return json.loads(self.text)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a change.

    Attributes:
        item: id of the item that it is about.
        state: how far it is.
        detail: why it was refused, or what was left out of the item.
    """

    item: str
    state: InboxState
    detail: str | None


def put_changes(connection: sa.Connection, asked: Sequence[tuple[Op, str]]) -> tuple[int, ...]:
    """Add changes; once the transaction has committed, they survive a crash and a power cut.

    One statement, with payloads that are text already: other processes wait while this one writes.

    Args:
        connection: a write transaction.
        asked: of each change what it asks for, and its payload as JSON.

    Returns:
        The id of each change, to ask later what became of it.
    """
    if not asked:
        return ()
    at = utc_now()
    rows = [{"at": at, "op": op, "payload": text, "state": InboxState.WAITING} for op, text in asked]
    new = inbox.insert().returning(inbox.c.id, sort_by_parameter_order=True)
    return tuple(connection.execute(new, rows).scalars())


def claim_changes(connection: sa.Connection, claimer: str, limit: int = 256) -> list[Change]:
    """Claim the oldest changes that nobody living works on.

    The caller holds the writer lease, so every other claimer is dead, and what it claimed is claimed again: a
    change is made at least once, which is why each must be idempotent.

    Args:
        connection: a write transaction.
        claimer: names this process, differently from any before it, such as by its run.
        limit: at most so many.
    """
    free = sa.or_(
        inbox.c.state == InboxState.WAITING,
        sa.and_(inbox.c.state == InboxState.CLAIMED, inbox.c.claimed_by != claimer),
    )
    query = sa.select(inbox.c.id, inbox.c.at, inbox.c.op, inbox.c.payload).where(free)
    rows = connection.execute(query.order_by(inbox.c.id).limit(limit)).all()
    claimed = inbox.update().where(inbox.c.id.in_([row.id for row in rows]))
    connection.execute(claimed.values(state=InboxState.CLAIMED, claimed_by=claimer))
    return [Change(row.id, row.at, Op(row.op), row.payload) for row in rows]


def settle_changes(
    connection: sa.Connection, changes: Collection[Change], state: InboxState, detail: str | None = None
) -> None:
    """Say what became of changes; of what they asked for, the id of the item alone is kept.

    Args:
        connection: a write transaction.
        changes: those that are settled.
        state: ``done`` or ``refused``.
        detail: why it was refused, or what was left out.
    """
    settled = inbox.update().where(inbox.c.id == sa.bindparam("key"))
    at = utc_now()
    rows = [{"key": change.id, "payload": json.dumps({"id": change.payload["id"]})} for change in changes]
    if rows:
        connection.execute(settled.values(state=state, settled=at, detail=detail), rows)


def count_waiting(connection: sa.Connection) -> int:
    """Return how many changes are still to be made."""
    open_states = (InboxState.WAITING, InboxState.CLAIMED)
    query = sa.select(sa.func.count()).select_from(inbox).where(inbox.c.state.in_(open_states))
    return connection.execute(query).scalar_one()


def open_payloads(connection: sa.Connection) -> Iterator[Mapping[str, Any]]:
    """Yield what the changes carry that are still to be made."""
    open_states = (InboxState.WAITING, InboxState.CLAIMED)
    for row in connection.execute(sa.select(inbox.c.payload).where(inbox.c.state.in_(open_states))):
        yield json.loads(row.payload)


def is_upserted(connection: sa.Connection, item: str) -> bool:
    """Return whether the last open change of an item adds or replaces it."""
    open_states = (InboxState.WAITING, InboxState.CLAIMED)
    query = (
        sa.select(inbox.c.op)
        .where(inbox.c.state.in_(open_states), sa.func.json_extract(inbox.c.payload, "$.id") == item)
        .order_by(inbox.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).scalar() == Op.UPSERT


def forget_settled(connection: sa.Connection, keep: int = KEPT) -> None:
    """Drop what became of all but the latest changes."""
    newest = connection.execute(sa.select(sa.func.max(inbox.c.id))).scalar_one() or 0
    settled = inbox.c.state.in_((InboxState.DONE, InboxState.REFUSED))
    connection.execute(inbox.delete().where(inbox.c.id <= newest - keep, settled))


def read_fate(connection: sa.Connection, id: int) -> Fate | None:
    """Return what became of a change, or None for an id that never was, or was forgotten."""
    query = sa.select(inbox.c.payload, inbox.c.state, inbox.c.detail).where(inbox.c.id == id)
    row = connection.execute(query).one_or_none()
    return row and Fate(json.loads(row.payload)["id"], InboxState(row.state), row.detail)
