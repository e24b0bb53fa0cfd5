"""Live attributes: price, stock and the like, versioned beside the snapshots."""

import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from pinakes.errors import IntegrityError, UsageError
from pinakes.snapshots.durable import exclusive, replacing, storage_errors
from pinakes.snapshots.layout import CollectionPaths

KEPT = 3
"""How many versions stay, for readers that have just looked up the number of an older one."""

_FILE = re.compile(r"([0-9]{6,12})\.parquet")
_TRIES = 10


def newest_live(paths: CollectionPaths) -> int | None:
    """Return the number of the newest live attributes, or None; one look at a small folder."""
    return max(_numbers(paths), default=None)


def newest_live_file(paths: CollectionPaths) -> Path | None:
    """Return the file of the newest live attributes, or None."""
    number = newest_live(paths)
    return None if number is None else paths.live / _name(number)


def read_live(paths: CollectionPaths) -> tuple[int, pl.DataFrame] | None:
    """Read the newest live attributes.

    Returns:
        (number, table with ``id`` and one column per field), or None where there are none.

    Raises:
        IntegrityError: the newest file is damaged.
    """
    for _ in range(_TRIES):
        number = newest_live(paths)
        if number is None:
            return None
        path = paths.live / _name(number)
        try:
            return number, pl.read_parquet(path)
        except (OSError, PolarsError) as error:
            if path.exists():
                raise IntegrityError(path, f"is not a table as it was written: {error}") from None
            # A writer has put newer ones there and removed this one in between: look again.
    raise IntegrityError(paths.live, "is written faster than it can be read")


def write_live(paths: CollectionPaths, live: pl.DataFrame) -> int:
    """Write a new version of all live attributes, whatever was there: `change_live` without a look."""
    return change_live(paths, lambda _: live)


def change_live(paths: CollectionPaths, change: Callable[[pl.DataFrame | None], pl.DataFrame]) -> int:
    """Make a new version of the live attributes out of the newest; readers see it at once, whole.

    Does not wait for a writer of snapshots, but for other writers of live attributes.

    Args:
        paths: of the collection.
        change: gets the newest table, or None where there is none, and returns the next: ``id`` (String, no
            nulls, no repeats) and one column per field. An equal one is not written.

    Returns:
        The number of the version that holds now.

    Raises:
        UsageError: the table is not as said.
        IntegrityError: the newest file is damaged.
        StorageError: the disk refused; the version before is still the newest.
    """
    with exclusive(paths.live):
        newest, before = read_live(paths) or (0, None)
        live = change(before)
        if (
            live.schema.get("id") != pl.String()
            or live["id"].null_count()
            or live["id"].is_duplicated().any()
        ):
            raise UsageError("live attributes need a column 'id' of strings without nulls and repeats")
        if before is not None and before.equals(live):
            return newest
        number = newest + 1
        with storage_errors("write live attributes"):
            with replacing(paths.live / _name(number)) as temporary:
                live.write_parquet(temporary)
            for old in sorted(_numbers(paths))[:-KEPT]:
                (paths.live / _name(old)).unlink()
    return number


def live_file(paths: CollectionPaths, number: int) -> Path:
    """Return the file of a version of the live attributes."""
    return paths.live / _name(number)


def _name(number: int) -> str:
    return f"{number:06d}.parquet"


def _numbers(paths: CollectionPaths) -> list[int]:
    entries = paths.live.iterdir() if paths.live.is_dir() else ()
    return [int(match[1]) for entry in entries if (match := _FILE.fullmatch(entry.name))]
