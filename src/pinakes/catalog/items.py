"""Items and their views: the state that a freeze turns into a snapshot."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from pinakes.catalog.codec import decode_attributes, decode_rights, encode_attributes, encode_rights
from pinakes.catalog.database import path_of
from pinakes.catalog.identity import item_hash, row_hash
from pinakes.catalog.journal import touch
from pinakes.catalog.media import drop_unused_media
from pinakes.catalog.schema import items, media, views
from pinakes.errors import IntegrityError
from pinakes.types import AttributeType, Item, Value, View

ROWS_AT_A_TIME = 500
"""Rows that are fetched, or ids that are named in one statement, at a time."""


@dataclass(frozen=True, slots=True)
class PlacedItem:
    """An item and its place in the source, such as ``items.csv:17``."""

    item: Item
    place: str


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item as the catalogue holds it.

    Attributes:
        item: the item.
        place: where in the source it was found.
        content_hash: `item_hash` without the attributes that were live when it was stored.
    """

    item: Item
    place: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class Upserted:
    """What became of the items of one `put_items`: their ids, in the order given."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()


def put_items(
    connection: sa.Connection, run: int, placed: Iterable[PlacedItem], live: Collection[str] = ()
) -> Upserted:
    """Add or replace items with their views, and mark them as seen by a run.

    An item is updated if anything changed that a person can see: its content, live attributes or where its
    pictures lie. A change of place alone is stored, but is no update.

    Args:
        connection: a write transaction.
        run: the run that brings them.
        placed: the items, each id once; their media must be in the catalogue already.
        live: attributes that the content hash leaves out.
    """
    new = {entry.item.id: entry for entry in placed}
    rows = {id: _item_row(entry, run, live) for id, entry in new.items()}
    known = _row_hashes(connection, new)
    added = [id for id in rows if id not in known]
    unchanged = [id for id in rows if known.get(id) == rows[id]["row_hash"]]
    updated = [id for id in rows if id in known and known[id] != rows[id]["row_hash"]]

    replaced = _media_of(connection, updated)
    connection.execute(views.delete().where(views.c.item_id.in_(updated)))
    _execute_many(connection, items.insert(), [{**rows[id], "added_run": run} for id in added])
    _execute_many(connection, _UPDATE, [{"key": id, **rows[id]} for id in updated])
    seen = [{"key": id, "place": new[id].place, "seen_run": run} for id in unchanged]
    _execute_many(connection, _UPDATE, seen)
    changed = [*added, *updated]
    _execute_many(connection, views.insert(), [row for id in changed for row in _view_rows(new[id].item)])
    touch(connection, changed)
    drop_unused_media(connection, replaced)
    return Upserted(tuple(added), tuple(updated), tuple(unchanged))


def delete_items(connection: sa.Connection, ids: Sequence[str]) -> tuple[str, ...]:
    """Delete items with their views and the media that nothing shows any more.

    Returns:
        The ids that were there, in the order given.
    """
    held = _row_hashes(connection, ids)
    shown = _media_of(connection, ids)
    connection.execute(views.delete().where(views.c.item_id.in_(ids)))
    connection.execute(items.delete().where(items.c.id.in_(ids)))
    drop_unused_media(connection, shown)
    deleted = tuple(id for id in ids if id in held)
    touch(connection, deleted)
    return deleted


def change_attributes(
    connection: sa.Connection,
    id: str,
    values: Mapping[str, Value],
    types: Mapping[str, AttributeType],
    live: Collection[str],
) -> bool:
    """Change live attributes of an item, and return whether there is such an item.

    Args:
        connection: a write transaction.
        id: of the item.
        values: the new ones; None takes an attribute away.
        types: the type of every attribute.
        live: the attributes that the content hash leaves out; all of ``values`` are among them.
    """
    stored = next(stream_items(connection, types, [id]), None)
    if stored is None:
        return False
    item = replace(stored.item, attributes={**stored.item.attributes, **values})
    row = {
        "key": id,
        "attributes": encode_attributes(item.attributes),
        "row_hash": row_hash(item, stored.content_hash, live),
    }
    connection.execute(_UPDATE, row)
    touch(connection, [id])
    return True


def places_of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, str]:
    """Return where in a source each of the given items was found, by id, as far as it is there."""
    query = sa.select(items.c.id, items.c.place)
    return {row.id: row.place for row in _select(connection, query, items.c.id, ids)}


def stream_items(
    connection: sa.Connection, types: Mapping[str, AttributeType], ids: Sequence[str] | None = None
) -> Iterator[StoredItem]:
    """Read items with their views, sorted by id in code point order, in bounded memory.

    Args:
        connection: a read transaction; it sees one state however long the reading takes.
        types: the type of every attribute; attributes without one are left out.
        ids: only these; None for all.

    Raises:
        IntegrityError: a stored value does not fit the schema.
    """
    if ids is None:
        yield from _read(connection, _WITH_VIEWS, types)
        return
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), ROWS_AT_A_TIME):
        part = ordered[start : start + ROWS_AT_A_TIME]
        yield from _read(connection, _WITH_VIEWS.where(items.c.id.in_(part)), types)


def item_ids(connection: sa.Connection) -> tuple[str, ...]:
    """Return the id of every item, sorted in code point order."""
    return tuple(connection.execute(sa.select(items.c.id).order_by(items.c.id)).scalars())


def content_hashes(connection: sa.Connection, ids: Sequence[str] | None = None) -> dict[str, str]:
    """Return the content hash of every item, or of those of ``ids`` that are there, by id."""
    query = sa.select(items.c.id, items.c.content_hash).order_by(items.c.id)
    return {row.id: row.content_hash for row in _select(connection, query, items.c.id, ids)}


def shown_hashes(connection: sa.Connection, ids: Sequence[str] | None = None) -> dict[str, str]:
    """Return what a release shows of items, in one text: content hash and uris, by id.

    Unlike the content hash alone it changes when a picture is moved, so that a release never points nowhere.

    Args:
        connection: a transaction.
        ids: only these, each once, as far as they are there; None for all.
    """
    shown = content_hashes(connection, ids)
    query = sa.select(views.c.item_id, views.c.uri).order_by(views.c.item_id, views.c.position)
    for row in _select(connection, query, views.c.item_id, ids):
        shown[row.item_id] += f"\n{row.uri}"
    return shown


def count_items(connection: sa.Connection) -> int:
    """Return the number of items."""
    return connection.execute(sa.select(sa.func.count()).select_from(items)).scalar_one()


def count_pictures(connection: sa.Connection) -> tuple[int, int]:
    """Return the number of views, and of distinct pictures that they show."""
    query = sa.select(sa.func.count(), sa.func.count(sa.distinct(views.c.media))).select_from(views)
    row = connection.execute(query).one()
    return int(row[0]), int(row[1])


def seen_items(connection: sa.Connection, run: int, ids: Collection[str]) -> set[str]:
    """Return those of the given items that a run has put already."""
    query = sa.select(items.c.id).where(items.c.id.in_(ids), items.c.seen_run == run)
    return set(connection.execute(query).scalars())


def count_seen(connection: sa.Connection, run: int) -> int:
    """Return the number of items that a run has put."""
    query = sa.select(sa.func.count()).select_from(items).where(items.c.seen_run == run)
    return connection.execute(query).scalar_one()


def first_unseen(connection: sa.Connection, run: int, limit: int = ROWS_AT_A_TIME) -> tuple[str, ...]:
    """Return the first ids, in code point order, of items that a run has not put."""
    query = sa.select(items.c.id).where(items.c.seen_run != run).order_by(items.c.id).limit(limit)
    return tuple(connection.execute(query).scalars())


def uris_of(connection: sa.Connection, ids: Collection[str]) -> set[str]:
    """Return where the pictures of the given items lie."""
    return set(connection.execute(sa.select(views.c.uri).where(views.c.item_id.in_(ids))).scalars())


_UPDATE = items.update().where(items.c.id == sa.bindparam("key"))  # sets the columns that a row names
_WITH_VIEWS = (
    sa.select(items, views.c.role, views.c.media, views.c.uri, media.c.width, media.c.height, media.c.phash)
    .select_from(items.outerjoin(views, views.c.item_id == items.c.id).outerjoin(media))
    .order_by(items.c.id, views.c.position)
)


def _read(
    connection: sa.Connection, query: sa.Select[Any], types: Mapping[str, AttributeType]
) -> Iterator[StoredItem]:
    rows = connection.execute(query, execution_options={"yield_per": ROWS_AT_A_TIME}).mappings()
    for id, group in groupby(rows, key=lambda row: row["id"]):
        lines = list(group)
        try:
            item = _to_item(lines, types)
        except (ValueError, TypeError) as error:
            raise IntegrityError(
                path_of(connection), f"item {id!r}: {error}; index again after a change of the schema"
            ) from None
        yield StoredItem(item, lines[0]["place"], lines[0]["content_hash"])


def _select(
    connection: sa.Connection, query: sa.Select[Any], key: sa.Column[str], ids: Sequence[str] | None
) -> Iterator[sa.Row[Any]]:
    """Yield the rows of a query, or those of them whose key is among the given ids, part by part."""
    if ids is None:
        yield from connection.execute(query)
        return
    for start in range(0, len(ids), ROWS_AT_A_TIME):
        yield from connection.execute(query.where(key.in_(ids[start : start + ROWS_AT_A_TIME])))


def _to_item(lines: Sequence[sa.RowMapping], types: Mapping[str, AttributeType]) -> Item:
    """Return the item whose row stands in every line, beside one view each (or none)."""
    first = lines[0]
    return Item(
        id=first["id"],
        title=first["title"],
        text=first["text"],
        attributes=decode_attributes(first["attributes"], types),
        rights=decode_rights(first["rights"]),
        views=tuple(
            View(line["role"], line["media"], line["uri"], line["width"], line["height"], line["phash"])
            for line in lines
            if line["media"] is not None
        ),
        vectors=first["vectors"],
    )


def _item_row(entry: PlacedItem, run: int, live: Collection[str]) -> dict[str, Any]:
    item = entry.item
    content_hash = item_hash(item, live)
    return {
        "id": item.id,
        "content_hash": content_hash,
        "row_hash": row_hash(item, content_hash, live),
        "title": item.title,
        "text": item.text,
        "attributes": encode_attributes(item.attributes),
        "rights": encode_rights(item.rights),
        "vectors": dict(item.vectors),
        "place": entry.place,
        "updated_run": run,
        "seen_run": run,
    }


def _view_rows(item: Item) -> list[dict[str, Any]]:
    return [
        {"item_id": item.id, "position": position, "role": view.role, "media": view.media, "uri": view.uri}
        for position, view in enumerate(item.views)
    ]


def _row_hashes(connection: sa.Connection, ids: Collection[str]) -> dict[str, str]:
    rows = connection.execute(sa.select(items.c.id, items.c.row_hash).where(items.c.id.in_(ids)))
    return {row.id: row.row_hash for row in rows}


def _media_of(connection: sa.Connection, ids: Collection[str]) -> set[str]:
    return set(connection.execute(sa.select(views.c.media).where(views.c.item_id.in_(ids))).scalars())


def _execute_many(connection: sa.Connection, statement: sa.Executable, rows: list[dict[str, Any]]) -> None:
    if rows:  # an empty list would execute the statement once, without values
        connection.execute(statement, rows)
