"""The pictures of the collection, each once, by the sha256 of its bytes."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from pinakes.catalog.schema import media, views


@dataclass(frozen=True, slots=True)
class Medium:
    """One picture file.

    Attributes:
        sha256: of the file's bytes, in hex.
        bytes: size of the file.
        width: pixels, after orientation.
        height: pixels, after orientation.
        format: such as ``JPEG``.
        phash: perceptual hash, 16 hex digits; None where the picture is too flat to have one.
    """

    sha256: str
    bytes: int
    width: int
    height: int
    format: str
    phash: str | None


def read_media(connection: sa.Connection, digests: Collection[str]) -> dict[str, Medium]:
    """Return those of the given media that the catalogue holds, by sha256."""
    rows = connection.execute(sa.select(media).where(media.c.sha256.in_(digests))).mappings()
    return {row["sha256"]: Medium(**row) for row in rows}


def put_media(connection: sa.Connection, new: Iterable[Medium]) -> None:
    """Add media; those that are there already stay as they are, since equal bytes say the same."""
    by_digest = {medium.sha256: medium for medium in new}
    held = read_media(connection, by_digest)
    rows = [asdict(medium) for digest, medium in sorted(by_digest.items()) if digest not in held]
    if rows:
        connection.execute(media.insert(), rows)


def drop_unused_media(connection: sa.Connection, digests: Collection[str]) -> None:
    """Remove those of the given media that no view shows any more."""
    used = sa.exists().where(views.c.media == media.c.sha256)
    connection.execute(media.delete().where(media.c.sha256.in_(digests), ~used))


def stream_pictures(connection: sa.Connection) -> Iterator[tuple[str, str]]:
    """Yield every picture that an item shows, once: its sha256, and a uri where it was found; by sha256."""
    query = sa.select(views.c.media, sa.func.min(views.c.uri)).group_by(views.c.media).order_by(views.c.media)
    for digest, uri in connection.execute(query):
        yield str(digest), str(uri)
