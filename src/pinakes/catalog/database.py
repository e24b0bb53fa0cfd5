"""Opening the catalogue, and what a transaction on it is."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pinakes.catalog.schema import METADATA, SCHEMA_VERSION, schema_version
from pinakes.errors import FormatVersionError, IntegrityError, LockedError, PinakesError, StorageError
from pinakes.kernels.hashing import canonical_json

BUSY_TIMEOUT_MS = 10_000
"""How long a transaction waits for another one. A chunk of an ingest commits within a second."""

PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",  # first: changing the journal mode may have to wait as well
    "PRAGMA journal_mode = WAL",  # readers go on while the one writer writes
    # With WAL, NORMAL could lose the last commits in a power cut. An ingest would make up for that, an
    # upsert that a client was told is in the inbox would not; one fsync per chunk of an ingest costs little.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)

_DISK = {
    sqlite3.SQLITE_FULL: "no space left",
    sqlite3.SQLITE_READONLY: "it can only be read",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; its folder has to be writable, even to read it",
    sqlite3.SQLITE_PERM: "not permitted",
    sqlite3.SQLITE_AUTH: "not permitted",
    sqlite3.SQLITE_IOERR: "the disk failed",
}
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@dataclass(frozen=True, slots=True)
class Database:
    """An open catalogue. Every function of this package works inside one of its transactions.

    Attributes:
        path: the file.
        engine: SQLAlchemy's engine on it.
    """

    path: Path
    engine: sa.Engine

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Open a transaction that sees one state of the catalogue throughout, whoever writes meanwhile.

        Raises:
            LockedError: another process kept the file locked for ten seconds.
            StorageError: the disk refused.
            IntegrityError: the file is damaged.
        """
        with database_errors(self.path), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Open a transaction that commits as a whole at its end, or not at all.

        Raises:
            LockedError: another process kept the file locked for ten seconds.
            StorageError: the disk refused: full, read-only, not permitted.
            IntegrityError: the file is damaged.
        """
        with database_errors(self.path), self.engine.connect() as connection:
            writing = connection.execution_options(writing=True)
            with writing.begin():
                yield writing

    def close(self) -> None:
        """Close the file; open transactions are rolled back."""
        self.engine.dispose()


def open_catalog(path: Path) -> Database:
    """Open a catalogue, creating it (and its folder) where there is none.

    Args:
        path: the SQLite file, ``.pinakes/catalog.db`` of a collection.

    Raises:
        StorageError: it cannot be created or opened.
        IntegrityError: the file is not a catalogue, or damaged.
        FormatVersionError: a newer Pinakes wrote it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot create {path.parent}: {error.strerror}") from None
    return _checked(Database(path, _engine(str(path), _prepare)), _create_or_check)


def open_to_read(path: Path) -> Database:
    """Open a catalogue that is there, to read it alone: also one that this user may not write to.

    Raises:
        StorageError: it cannot be opened.
        IntegrityError: the file is not a catalogue, or damaged.
        FormatVersionError: a newer Pinakes wrote it; or an older one, and it may not be brought up to date.
    """
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        return open_catalog(path)
    return _checked(_read_only(path), _check)


def _read_only(path: Path) -> Database:
    # A log beside the file belongs to somebody who has it open, whose lock SQLite reads with him. Without one
    # nothing waits to be written, and the file is all there is: only then it needs no lock, which SQLite
    # would write beside it. Whoever begins to write meanwhile writes to a log first.
    waits = path.with_name(path.name + "-wal").exists()
    options = {"mode": "ro", "uri": "true"} | ({} if waits else {"immutable": "1"})
    return Database(path, _engine(path.absolute().as_uri(), _prepare_to_read, options))


def _engine(
    name: str, prepare: Callable[[sqlite3.Connection, object], None], options: dict[str, str] | None = None
) -> sa.Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=name, query=options or {}),
        json_serializer=_to_json,
        json_deserializer=json.loads,
    )
    sa.event.listen(engine, "connect", prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _checked(database: Database, check: Callable[[Database], None]) -> Database:
    try:
        check(database)
    except PinakesError:
        database.close()
        raise
    return database


def path_of(connection: sa.Connection) -> Path:
    """Return the file that a connection works on, for error messages."""
    return Path(connection.engine.url.database or "catalog.db")


@contextmanager
def database_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite reports about the file at ``path`` into errors of Pinakes."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        # The low byte is the kind of trouble; the rest tells where in SQLite it arose.
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        if code in _DISK:
            raise StorageError(f"cannot use {path}: {_DISK[code]} ({error.orig})") from error
        if code in _BUSY:
            raise LockedError(f"{path}: another process kept it locked; try again") from error
        if code in _DAMAGED:
            raise IntegrityError(path, f"not an intact catalogue: {error.orig}") from error
        raise


def _create_or_check(database: Database) -> None:
    with database.write() as connection:
        if not sa.inspect(connection).has_table(schema_version.name):
            METADATA.create_all(connection)
            connection.execute(schema_version.insert().values(version=SCHEMA_VERSION))
            return
        version = connection.execute(sa.select(schema_version.c.version)).scalar_one_or_none()
        if version is not None and version < SCHEMA_VERSION:
            METADATA.create_all(connection)
            connection.execute(schema_version.update().values(version=SCHEMA_VERSION))
    _refuse_newer(database, version)


def _check(database: Database) -> None:
    with database.read() as connection:
        if not sa.inspect(connection).has_table(schema_version.name):
            raise IntegrityError(database.path, "not a catalogue: it has no table schema_version")
        version = connection.execute(sa.select(schema_version.c.version)).scalar_one_or_none()
    _refuse_newer(database, version)
    if version is not None and version < SCHEMA_VERSION:
        raise FormatVersionError(
            database.path,
            f"catalogue format {version}; `pinakes status` by who may write brings it to {SCHEMA_VERSION}",
        )


def _refuse_newer(database: Database, version: int | None) -> None:
    if version is None:
        raise IntegrityError(database.path, "the table schema_version is empty")
    if version > SCHEMA_VERSION:
        raise FormatVersionError(
            database.path,
            f"catalogue format {version}; this Pinakes reads up to {SCHEMA_VERSION}: upgrade it",
        )


def _to_json(value: Any) -> str:
    return canonical_json(value).decode("utf-8")


def _prepare(raw: sqlite3.Connection, _record: object) -> None:
    raw.isolation_level = None  # the driver must not open transactions of its own: _begin does
    for pragma in PRAGMAS:
        raw.execute(pragma)


def _prepare_to_read(raw: sqlite3.Connection, _record: object) -> None:
    raw.isolation_level = None
    raw.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


def _begin(connection: sa.Connection) -> None:
    # A transaction that begins by reading and then writes fails at once if somebody wrote in between;
    # taking the write lock first makes it wait instead.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
