"""The stat cache: what is known of a file that has not changed since it was read."""

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Self

import sqlalchemy as sa

from pinakes.catalog.schema import files, views

RACY_NS = 2_000_000_000
"""A file that changed less than two seconds before it was looked at is not trusted: file systems count time
in steps of up to two seconds (FAT), so a later change could leave the same time. Git calls such a file
racily clean (git, Documentation/technical/racy-git.txt)."""


@dataclass(frozen=True, slots=True)
class Stat:
    """What tells that a file is still the one that was read.

    The time of the last status change (ctime) stands beside the time of the last modification, because
    copying and unpacking set the latter at will, and pictures without compression often have equal sizes.
    """

    size: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        """Take it from what `os.stat` returns."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns)

    def settled(self, now_ns: int) -> bool:
        """Whether any later change would show, for a file looked at at ``now_ns`` (ns since 1970)."""
        return now_ns - max(self.mtime_ns, self.ctime_ns) > RACY_NS


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that was read, and what came of it.

    Attributes:
        uri: as the source writes it.
        stat: of the file when it was read.
        sha256: of its bytes; None where it was refused.
        reason: why it was refused; None where it was not.
        detail: what was found and what is allowed, for a refused one.
    """

    uri: str
    stat: Stat
    sha256: str | None = None
    reason: str | None = None
    detail: str | None = None


def read_files(connection: sa.Connection, uris: Collection[str]) -> dict[str, KnownFile]:
    """Return what is known of the given files, by uri."""
    rows = connection.execute(sa.select(files).where(files.c.uri.in_(uris)))
    return {
        row.uri: KnownFile(
            row.uri, Stat(row.size, row.mtime_ns, row.ctime_ns), row.sha256, row.reason, row.detail
        )
        for row in rows
    }


def known_digests(connection: sa.Connection) -> Iterator[str]:
    """Yield the sha256 of every picture file that was read, and gave a picture."""
    query = sa.select(files.c.sha256).where(files.c.sha256.is_not(None))
    yield from connection.execute(query).scalars()


def put_files(connection: sa.Connection, known: Iterable[KnownFile]) -> None:
    """Store what is known of files, in place of what was."""
    by_uri = {file.uri: file for file in known}
    connection.execute(files.delete().where(files.c.uri.in_(by_uri)))
    if by_uri:
        rows = [
            {
                **asdict(file.stat),
                "uri": uri,
                "sha256": file.sha256,
                "reason": file.reason,
                "detail": file.detail,
            }
            for uri, file in sorted(by_uri.items())
        ]
        connection.execute(files.insert(), rows)


def forget_unused_files(connection: sa.Connection, uris: Collection[str]) -> None:
    """Drop what is known of those of the given files that no view shows any more."""
    used = sa.exists().where(views.c.uri == files.c.uri)
    connection.execute(files.delete().where(files.c.uri.in_(uris), ~used))
