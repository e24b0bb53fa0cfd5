"""Events: what people and processes did that a later reader may ask about, in the order it happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from pinakes.catalog.schema import events
from pinakes.kernels.clock import utc_now


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        id: counts up.
        at: UTC time in ISO 8601.
        kind: such as ``delete`` or ``publish``.
        detail: whatever belongs to it, as JSON values.
    """

    id: int
    at: str
    kind: str
    detail: Mapping[str, Any]


def record_event(connection: sa.Connection, kind: str, detail: Mapping[str, Any]) -> None:
    """Write down that something happened."""
    connection.execute(events.insert().values(at=utc_now(), kind=kind, detail=dict(detail)))


def read_events(
    connection: sa.Connection, kind: str | None = None, after: int = 0, limit: int = 1000
) -> list[Event]:
    """Return events in the order in which they happened.

    Args:
        connection: a transaction.
        kind: only these; None for all.
        after: only those with a higher id, to read on where one stopped.
        limit: at most so many.
    """
    query = sa.select(events).where(events.c.id > after).order_by(events.c.id).limit(limit)
    if kind is not None:
        query = query.where(events.c.kind == kind)
    return [Event(**row) for row in connection.execute(query).mappings()]
