"""Opening a collection for searching."""

from pathlib import Path

from pinakes.engine import Engine
from pinakes.errors import not_published
from pinakes.snapshots.layout import CollectionPaths, check_collection
from pinakes.snapshots.refs import LIVE, list_refs


def open_engine(folder: str | Path, ref: str = LIVE, release: str | None = None) -> Engine:
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
    engine = Engine(CollectionPaths(Path(folder).expanduser().absolute()), ref, release)
    check_collection(engine.paths)
    if not list_refs(engine.paths):
        raise not_published(folder)
    return engine.__enter__()
