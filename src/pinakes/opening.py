"""Opening a collection for searching."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pinakes.errors import not_published
from pinakes.snapshots.ahead import read_release_ahead
from pinakes.snapshots.layout import LIVE, CollectionPaths, check_collection

if TYPE_CHECKING:
    from pinakes.engine import Engine


def open_engine(folder: str | Path, ref: str = LIVE, release: str | None = None) -> "Engine":
    """Open a collection for searching.

    Args:
        folder: the folder with ``pinakes.toml``.
        ref: which release answers; the engine follows it when it moves.
        release: id of a release in the ref's history: the engine stays on it. What is blocked, and live
            attributes, are still followed.

    Raises:
        SettingsError: the folder is not a collection.
        UsageError: nothing was published yet.
        UnknownNameError: there is no such ref, no such release in its history, or its snapshots are gone.
        IntegrityError: the release's files are damaged.
    """
    paths = CollectionPaths(Path(folder).expanduser().absolute())
    check_collection(paths)
    read_release_ahead(paths, ref)
    with _nothing_collected():
        # Imported while the disk reads: 0.25 s of packages, of which this module needs none.
        from pinakes.engine import Engine  # noqa: PLC0415
        from pinakes.snapshots.refs import list_refs  # noqa: PLC0415

        if not list_refs(paths):
            raise not_published(folder)
        return Engine(paths, ref, release).__enter__()


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Keep the garbage collector away from what is made: all of it stays, and to look costs 40 ms."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
