"""A small world to ingest: a folder of pictures, a source that is a list, and a look at the catalogue."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from PIL import Image
from toy_encoder import MeanColour, MemoryCache

from pinakes.catalog.database import Database, open_catalog
from pinakes.catalog.items import stream_items
from pinakes.catalog.media import read_media
from pinakes.catalog.quarantine import Entry, read_entries
from pinakes.catalog.schema import media
from pinakes.ingest.add import add_records
from pinakes.ingest.pipeline import Ingest
from pinakes.ingest.remote import Remote
from pinakes.ingest.report import AddReport
from pinakes.media.originals import Originals
from pinakes.settings import Settings, parse_settings
from pinakes.sources.base import PictureRef, Record, Rejection

SETTINGS = parse_settings(
    {
        "attributes": {"price": {"type": "float"}, "made": {"type": "date"}, "tags": {"type": "set"}},
        "live": {"fields": ["price"]},
    }
)


@dataclass(frozen=True)
class ListSource:
    entries: Sequence[Record | Rejection | Exception]

    def records(self) -> Iterator[Record | Rejection]:
        for entry in self.entries:
            if isinstance(entry, Exception):
                raise entry
            yield entry


def settled_clock() -> int:
    """Return a time ten seconds from now, at which all files that exist have long been as they are."""
    return time.time_ns() + 10_000_000_000


@dataclass
class World:
    folder: Path
    encoder: MeanColour = field(default_factory=MeanColour)
    cache: Any = field(default_factory=MemoryCache)
    settings: Settings = SETTINGS

    def __post_init__(self) -> None:
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.database: Database = open_catalog(self.folder / ".pinakes" / "catalog.db")

    @property
    def pictures(self) -> Path:
        return self.folder / "pictures"

    def ingest(self, **changes: Any) -> Ingest:
        given = {
            "remote": Remote(Originals(self.folder / "media")),
            "workers": 1,
            "clock": settled_clock,
            **changes,
        }
        return Ingest(self.database, self.settings, {"picture": self.encoder}, self.cache, **given)

    def add(self, *entries: Record | Rejection | Exception, prune: bool = False, **changes: Any) -> AddReport:
        return add_records(self.ingest(**changes), ListSource(entries), prune=prune)

    def paint(self, name: str, red: int = 0, green: int = 0, size: tuple[int, int] = (20, 16)) -> Path:
        path = self.pictures / name
        Image.new("RGB", size, (red, green, 0)).save(path, "BMP")
        return path

    def spoil(self, name: str) -> Path:
        path = self.pictures / name
        path.write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
        return path

    def ref(self, name: str, role: str = "front") -> PictureRef:
        return PictureRef(role, name, self.pictures / name)

    def record(self, id: str, *names: str, title: str = "", **fields: Any) -> Record:
        pictures = tuple(self.ref(name, f"view:{number}") for number, name in enumerate(names))
        return Record(f"row {id}", id, title=title, pictures=pictures, **fields)


def dump(database: Database, settings: Settings = SETTINGS) -> dict[str, Any]:
    """Return all that a catalogue says, without runs and times."""
    with database.read() as connection:
        digests = connection.execute(sa.select(media.c.sha256)).scalars().all()
        entries = sorted(read_entries(connection), key=repr)
        return {
            "items": list(stream_items(connection, settings.attribute_types)),
            "media": read_media(connection, digests),
            "quarantine": entries,
        }


def quarantine_of(database: Database) -> list[Entry]:
    with database.read() as connection:
        return list(read_entries(connection))
