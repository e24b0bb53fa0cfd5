"""The journal: which items were touched when, and up to where what was written elsewhere shows the catalogue.

A freeze that knows its parents' mark looks at the items touched since, and not at all of them.
"""

from collections.abc import Collection

import sqlalchemy as sa

from pinakes.catalog.schema import marks, touched


def touch(connection: sa.Connection, ids: Collection[str]) -> None:
    """Note that items were added, changed or deleted, in the transaction that did so."""
    if not ids:
        return
    number = last_touch(connection) + 1
    connection.execute(touched.delete().where(touched.c.item_id.in_(ids)))
    connection.execute(touched.insert(), [{"item_id": id, "number": number} for id in ids])


def last_touch(connection: sa.Connection) -> int:
    """Return the number of the latest transaction that touched items; 0 before the first."""
    return connection.execute(sa.select(sa.func.max(touched.c.number))).scalar_one() or 0


def touched_since(connection: sa.Connection, number: int) -> tuple[str, ...]:
    """Return the items that a later transaction touched, sorted; some may be there no more."""
    query = sa.select(touched.c.item_id).where(touched.c.number > number).order_by(touched.c.item_id)
    return tuple(connection.execute(query).scalars())


def put_mark(connection: sa.Connection, name: str, digest: str, number: int) -> None:
    """Note that something written elsewhere shows the catalogue as of a number.

    Args:
        connection: a write transaction.
        name: of what was written, such as a snapshot.
        digest: of its bytes, so that another of the same name is not taken for it.
        number: `last_touch` as it was read before the items were.
    """
    connection.execute(marks.delete().where(marks.c.name == name))
    connection.execute(marks.insert().values(name=name, digest=digest, number=number))


def read_mark(connection: sa.Connection, name: str, digest: str) -> int | None:
    """Return up to where something written elsewhere shows the catalogue, or None where that is not known."""
    query = sa.select(marks.c.number).where(marks.c.name == name, marks.c.digest == digest)
    return connection.execute(query).scalar_one_or_none()
