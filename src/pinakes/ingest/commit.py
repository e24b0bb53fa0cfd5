"""One chunk of records into the catalogue, in one transaction."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from pinakes.catalog.files import forget_unused_files, put_files
from pinakes.catalog.held import hold_items
from pinakes.catalog.items import PlacedItem, put_items, seen_items, uris_of
from pinakes.catalog.media import put_media
from pinakes.catalog.quarantine import Entry, clear_items, put_entries
from pinakes.ingest.pictures import NOT_LOCAL, Outcome, Waiting
from pinakes.kernels.hashing import sha256_bytes
from pinakes.sources.base import Record, Rejection
from pinakes.types import Item, View


@dataclass(slots=True)
class Chunk:
    """Consecutive entries of a source, on their way into the catalogue.

    Attributes:
        records: those that may become items.
        rejections: those that cannot.
        outcomes: what came of each picture that the records name, by uri.
        waiting: the pictures that are still to be decoded, by uri; empty when the chunk can be committed.
    """

    records: list[Record] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    waiting: dict[str, Waiting] = field(default_factory=dict)


def commit_chunk(
    connection: sa.Connection, run: int, chunk: Chunk, live: Collection[str], *, hold: bool = False
) -> Counter[str]:
    """Write the items, views, media, files and quarantine of a chunk.

    Args:
        connection: a write transaction.
        run: the run that reads the source.
        chunk: with nothing waiting, its features and vectors in the feature cache.
        live: attributes that the content hash leaves out.
        hold: hold the items that it changes as they were; see `pinakes.catalog.held`.

    Returns:
        How many entries were ``read``, ``added``, ``updated``, ``unchanged`` and ``quarantined``, and
        ``pictures_decoded``, ``pictures_unchanged``, ``pictures_refused`` and ``pictures_missing``; and as
        ``left_out`` how many values and vectors of the records could not be used.
    """
    counts: Counter[str] = Counter(read=len(chunk.records) + len(chunk.rejections))
    entries = [_entry(rejection) for rejection in chunk.rejections]
    placed: dict[str, PlacedItem] = {}
    earlier = seen_items(connection, run, [record.id for record in chunk.records])
    for record in chunk.records:
        if record.id in earlier or record.id in placed:
            entries.append(_refuse(record, "repeated_id", f"an entry before it has the id {record.id!r}"))
            continue
        counts.update(f"pictures_{chunk.outcomes[picture.uri].state}" for picture in record.pictures)
        counts["pictures_remote"] += sum(
            chunk.outcomes[picture.uri].reason == NOT_LOCAL for picture in record.pictures
        )
        missing = sum(rejection.uri is not None for rejection in record.left_out)
        counts.update(pictures_missing=missing, left_out=len(record.left_out) - missing)
        refused = [
            *(_entry(rejection) for rejection in record.left_out),
            *_refused_pictures(record, chunk.outcomes),
        ]
        entries += refused
        item = _assemble(record, chunk.outcomes)
        has_words = bool(item.title.strip() or item.text.strip()) and not record.only_pictures
        if has_words or item.views or item.vectors:
            placed[item.id] = PlacedItem(item, record.where)
        elif not (record.only_pictures and refused):  # which say it, picture by picture
            lacking = "usable picture" if record.only_pictures else "title, text, vector or usable picture"
            entries.append(_refuse(record, "nothing_left", f"it has no {lacking}"))
    counts["quarantined"] = counts["read"] - len(placed)

    shown = {view.media for entry in placed.values() for view in entry.item.views}
    outcomes = chunk.outcomes.values()
    left_behind = uris_of(connection, placed) - chunk.outcomes.keys()
    put_media(connection, [o.medium for o in outcomes if o.medium is not None and o.medium.sha256 in shown])
    if hold:
        hold_items(connection, placed)
    upserted = put_items(connection, run, placed.values(), live)
    forget_unused_files(connection, left_behind)
    put_files(connection, [outcome.remember for outcome in outcomes if outcome.remember is not None])
    clear_items(
        connection, run, {*placed, *(entry.item_id for entry in entries if entry.item_id is not None)}
    )
    put_entries(connection, run, entries)
    counts.update(added=len(upserted.added), updated=len(upserted.updated), unchanged=len(upserted.unchanged))
    return counts


def vector_digest(vector: NDArray[np.float32]) -> str:
    """Return the name of a brought vector: the sha256 of its little-endian float32 bytes."""
    return sha256_bytes(vector.astype("<f4").tobytes())


def _assemble(record: Record, outcomes: Mapping[str, Outcome]) -> Item:
    views = []
    for picture in record.pictures:
        medium = outcomes[picture.uri].medium
        if medium is not None:
            view = View(picture.role, medium.sha256, picture.uri, medium.width, medium.height, medium.phash)
            views.append(view)
    return Item(
        record.id,
        record.title,
        record.text,
        record.attributes,
        record.rights,
        tuple(views),
        {space: vector_digest(vector) for space, vector in record.vectors.items()},
    )


def _entry(rejection: Rejection) -> Entry:
    return Entry(
        rejection.where, rejection.reason, rejection.detail, rejection.id, rejection.uri, rejection.field
    )


def _refused_pictures(record: Record, outcomes: Mapping[str, Outcome]) -> list[Entry]:
    return [
        Entry(record.where, outcome.reason, outcome.detail, record.id, picture.uri)
        for picture in record.pictures
        if (outcome := outcomes[picture.uri]).medium is None
    ]


def _refuse(record: Record, reason: str, detail: str) -> Entry:
    return Entry(record.where, reason, detail, record.id)
