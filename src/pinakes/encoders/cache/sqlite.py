"""The feature cache in one SQLite file beside the catalogue."""

import json
import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import FormatVersionError, IntegrityError, StorageError

FORMAT = 1
TOGETHER = 500
"""Contents that are asked for in one statement; SQLite takes at most 32,766 values, older ones 999."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS features (
    fingerprint TEXT NOT NULL,
    content TEXT NOT NULL,
    dtype TEXT NOT NULL,
    shape TEXT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (fingerprint, content)
)
"""


class SQLiteCache:
    """A feature cache in a file; threads may share it, and other processes may read meanwhile.

    A process that is killed loses at most the batch that it was putting.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def open(self) -> Self:
        """Open the file, and make it where there is none.

        Raises:
            StorageError: it cannot be opened or written.
            IntegrityError: it is not a feature cache.
            FormatVersionError: it was written by a newer Pinakes.
        """
        with self._errors():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                self._path, timeout=30, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
        self._connection = connection
        return self

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        # With WAL, NORMAL could lose the last batches in a power cut. A picture would be encoded again,
        # but a vector that was brought may be nowhere else; one fsync for each batch costs little.
        connection.execute("PRAGMA synchronous = FULL")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > FORMAT:
            raise FormatVersionError(
                self._path, f"has format {version}, this Pinakes reads {FORMAT}: update it"
            )
        connection.execute(SCHEMA)
        connection.execute(f"PRAGMA user_version = {FORMAT}")

    def missing(self, contents: Collection[str], fingerprint: str) -> set[str]:
        """See `FeatureCache.missing`."""
        found = {row[0] for row in self._select("content", contents, fingerprint)}
        return set(contents) - found

    def get_many(self, contents: Collection[str], fingerprint: str) -> dict[str, NDArray[Any]]:
        """See `FeatureCache.get_many`."""
        rows = self._select("content, dtype, shape, data", contents, fingerprint)
        return {content: self._array(dtype, shape, data) for content, dtype, shape, data in rows}

    def put_many(self, features: Mapping[str, NDArray[Any]], fingerprint: str) -> None:
        """See `FeatureCache.put_many`."""
        rows = [
            (fingerprint, content, array.dtype.str, json.dumps(array.shape), np.ascontiguousarray(array).data)
            for content, array in features.items()
        ]
        with self._lock, self._errors():
            connection = self._opened()
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.executemany("INSERT OR IGNORE INTO features VALUES (?, ?, ?, ?, ?)", rows)
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise

    def count(self, fingerprint: str) -> int:
        """See `FeatureCache.count`."""
        with self._lock, self._errors():
            query = "SELECT count(*) FROM features WHERE fingerprint = ?"
            return int(self._opened().execute(query, (fingerprint,)).fetchone()[0])

    def drop(self, fingerprint: str) -> int:
        """See `FeatureCache.drop`."""
        with self._lock, self._errors():
            statement = "DELETE FROM features WHERE fingerprint = ?"
            return self._opened().execute(statement, (fingerprint,)).rowcount

    def close(self) -> None:
        """See `FeatureCache.close`."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StorageError(f"{self._path} is not open: call open() first")
        return self._connection

    def _select(self, columns: str, contents: Collection[str], fingerprint: str) -> Iterator[tuple[Any, ...]]:
        stream = iter(contents)
        while batch := list(islice(stream, TOGETHER)):
            marks = ", ".join("?" * len(batch))
            query = f"SELECT {columns} FROM features WHERE fingerprint = ? AND content IN ({marks})"
            with self._lock, self._errors():
                rows = self._opened().execute(query, (fingerprint, *batch)).fetchall()
            yield from rows

    def _array(self, dtype: str, shape: str, data: bytes) -> NDArray[Any]:
        try:
            return np.frombuffer(data, dtype=np.dtype(dtype)).reshape(json.loads(shape))
        except (ValueError, TypeError) as error:
            raise IntegrityError(
                self._path, f"holds a damaged feature ({error}); delete it and index again"
            ) from None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn what SQLite and the disk say into errors of ours."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            name = getattr(error, "sqlite_errorname", "")
            if name in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
                raise IntegrityError(
                    self._path, "is not a feature cache as it was written; delete it and index again"
                ) from None
            raise StorageError(f"{self._path}: {error}") from None
        except OSError as error:
            raise StorageError(f"{self._path}: {error.strerror}") from None
