"""Items as they were before a batch of changes, until a freeze has accepted it.

A batch is written a chunk at a time, so that a kill costs little, and judged as a whole afterwards. What it
replaces is held from the same transactions: a batch that a gate refuses is taken back, however it was cut.
"""

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from pinakes.catalog.items import ROWS_AT_A_TIME, delete_items
from pinakes.catalog.journal import touch
from pinakes.catalog.schema import held, items, media, views


def hold_items(connection: sa.Connection, ids: Collection[str]) -> None:
    """Hold items as they are; of one that is held already, the earlier state counts.

    Args:
        connection: the write transaction that changes or deletes them, before it does.
        ids: of the items; those that do not exist are held as such. At most some hundred.
    """
    known = set(connection.execute(sa.select(held.c.item_id).where(held.c.item_id.in_(ids))).scalars())
    new = [id for id in dict.fromkeys(ids) if id not in known]
    if not new:
        return
    states: dict[str, dict[str, list[dict[str, object]]]] = {
        row["id"]: {"items": [dict(row)], "views": [], "media": []}
        for row in connection.execute(sa.select(items).where(items.c.id.in_(new))).mappings()
    }
    for row in connection.execute(sa.select(views).where(views.c.item_id.in_(new))).mappings():
        states[row["item_id"]]["views"].append(dict(row))
    shown = sa.select(views.c.item_id, media).join(media).where(views.c.item_id.in_(new))
    for row in connection.execute(shown).mappings():
        medium = {name: value for name, value in row.items() if name != "item_id"}
        states[row["item_id"]]["media"].append(medium)
    rows = [{"item_id": id, "state": states.get(id)} for id in new]
    connection.execute(held.insert(), rows)


def release_held(connection: sa.Connection) -> None:
    """Let go of everything that is held: it was accepted."""
    connection.execute(held.delete())


def restore_held(connection: sa.Connection) -> tuple[str, ...]:
    """Put every item that is held back as it was, and return their ids, sorted.

    Args:
        connection: a write transaction.
    """
    ids = tuple(connection.execute(sa.select(held.c.item_id).order_by(held.c.item_id)).scalars())
    for start in range(0, len(ids), ROWS_AT_A_TIME):
        _restore(connection, ids[start : start + ROWS_AT_A_TIME])
    release_held(connection)
    return ids


def _restore(connection: sa.Connection, ids: Sequence[str]) -> None:
    delete_items(connection, ids)
    states = connection.execute(sa.select(held.c.state).where(held.c.item_id.in_(ids))).scalars().all()
    found = [state for state in states if state is not None]
    mediums = {row["sha256"]: row for state in found for row in state["media"]}
    there = set(connection.execute(sa.select(media.c.sha256).where(media.c.sha256.in_(mediums))).scalars())
    for table, rows in (
        (media, [row for sha256, row in sorted(mediums.items()) if sha256 not in there]),
        (items, [row for state in found for row in state["items"]]),
        (views, [row for state in found for row in state["views"]]),
    ):
        if rows:
            connection.execute(table.insert(), rows)
    touch(connection, ids)
