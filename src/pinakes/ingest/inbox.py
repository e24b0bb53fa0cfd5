"""The inbox, for those who ask for changes: accepted at once and for good, made by the one who drains it."""

import base64
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.catalog.codec import decode_attributes, decode_rights, encode_attributes, encode_rights
from pinakes.catalog.database import Database, open_catalog
from pinakes.catalog.inbox import Fate, Op, count_waiting, is_upserted, put_changes, read_fate
from pinakes.catalog.items import change_attributes, content_hashes
from pinakes.catalog.lease import is_held
from pinakes.errors import UnknownNameError
from pinakes.ingest.live import publish_live
from pinakes.media.originals import Originals
from pinakes.settings import Settings
from pinakes.snapshots.layout import CollectionPaths
from pinakes.sources.base import PictureRef, Record
from pinakes.types import AttributeType, Value

UPLOADED = "upload://"
"""Before the sha256 of a picture that came with an item: its address, under which the original is kept."""


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """One change that is asked for: an item to add or replace, or the id of one to delete."""

    op: Op
    payload: Mapping[str, Any]


def upsert(record: Record) -> ChangeRequest:
    """Ask for an item to be added or replaced."""
    payload = {
        "id": record.id,
        "title": record.title,
        "text": record.text,
        "attributes": encode_attributes(record.attributes),
        "rights": encode_rights(record.rights),
        "pictures": [{"role": picture.role, "uri": picture.uri} for picture in record.pictures],
        "vectors": {space: _packed(vector) for space, vector in record.vectors.items()},
    }
    return ChangeRequest(Op.UPSERT, payload)


def deletion(item: str) -> ChangeRequest:
    """Ask for an item to be deleted."""
    return ChangeRequest(Op.DELETE, {"id": item})


def read_record(
    payload: Mapping[str, Any], where: str, types: Mapping[str, AttributeType], originals: Originals
) -> Record:
    """Return the item of an upsert as a source would give it; attributes without a type are left out."""
    return Record(
        where=where,
        id=payload["id"],
        title=payload["title"],
        text=payload["text"],
        attributes=decode_attributes(payload["attributes"], types),
        rights=decode_rights(payload["rights"]),
        pictures=tuple(_picture(given["role"], given["uri"], originals) for given in payload["pictures"]),
        vectors={space: _unpacked(given) for space, given in payload["vectors"].items()},
    )


def _packed(vector: NDArray[np.floating]) -> str:
    """Return the bytes of a vector as text: digits take twenty times as long."""
    return base64.b64encode(vector.astype("<f4").tobytes()).decode("ascii")


def _unpacked(given: str | Sequence[float]) -> NDArray[np.float32]:
    """Return a vector, float32; changes that waited when this was another version hold its numbers."""
    if isinstance(given, str):
        return np.frombuffer(base64.b64decode(given), dtype="<f4").astype(np.float32)
    return np.array(given, dtype=np.float32)


def _picture(role: str, uri: str, originals: Originals) -> PictureRef:
    uploaded = uri.startswith(UPLOADED)
    return PictureRef(role, uri, originals.path(uri.removeprefix(UPLOADED)) if uploaded else None)


class Inbox:
    """Takes changes in; threads and processes may share a collection's.

    Args:
        paths: of the collection.
    """

    def __init__(self, paths: CollectionPaths) -> None:
        self._paths = paths
        self._lock = threading.Lock()
        self._opened: Database | None = None

    @property
    def catalog(self) -> Database:
        """The catalogue, opened when it is first needed and kept open."""
        with self._lock:
            if self._opened is None:
                self._opened = open_catalog(self._paths.catalog_db)
            return self._opened

    def accept(self, asked: Sequence[ChangeRequest]) -> tuple[int, ...]:
        """Take changes in, all or none; they survive a crash and a power cut when this returns.

        Returns:
            The number of each, by which `fate` says what became of it.

        Raises:
            StorageError: the disk refused.
        """
        texts = [(change.op, json.dumps(change.payload)) for change in asked]  # before anybody has to wait
        with self.catalog.write() as connection:
            return put_changes(connection, texts)

    def accept_deletion(self, item: str) -> int:
        """Take in that an item is to be deleted; see `accept`.

        Raises:
            UnknownNameError: there is no such item, and none is on its way.
            StorageError: the disk refused.
        """
        with self.catalog.read() as connection:
            known = content_hashes(connection, [item]) or is_upserted(connection, item)
        if not known:
            raise UnknownNameError("item", item, ())
        return self.accept([deletion(item)])[0]

    def fate(self, change: int) -> Fate:
        """Return what became of a change.

        Raises:
            UnknownNameError: there is no such change, or it was made long ago.
        """
        with self.catalog.read() as connection:
            found = read_fate(connection, change)
        if found is None:
            raise UnknownNameError("change", str(change), ())
        return found

    def waiting(self) -> int:
        """Return how many changes are still to be made."""
        with self.catalog.read() as connection:
            return count_waiting(connection)

    def is_drained(self) -> bool:
        """Return whether a process is there that makes the changes."""
        return is_held(self._paths.inbox_lock)

    def change_live(self, settings: Settings, item: str, values: Mapping[str, Value]) -> None:
        """Change live attributes of an item; every reader sees them within a second.

        That waits for nobody who writes snapshots.

        Args:
            settings: of the collection.
            item: its id.
            values: live attributes in their types; None takes one away.

        Raises:
            UnknownNameError: there is no such item.
            StorageError: the disk refused.
        """
        database = self.catalog
        with database.write() as connection:
            found = change_attributes(
                connection, item, values, settings.attribute_types, settings.live.fields
            )
        if not found:
            raise UnknownNameError("item", item, ())
        publish_live(self._paths, settings, database)

    def close(self) -> None:
        """Close the catalogue; it is opened again when it is needed."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
            self._opened = None
