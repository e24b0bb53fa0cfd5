"""Indexes of a published base: built after a freeze where they pay, tuned when asked."""

from collections.abc import Mapping

from pinakes.errors import UnknownNameError, UsageError
from pinakes.indexes.stored import IndexRecord
from pinakes.ingest.indexing.tune import Tuning, short_tuning, tune_space
from pinakes.ingest.progress import Report, silent
from pinakes.settings import Settings
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.reader import Snapshot, open_snapshot

AUTO, EXACT = "auto", "exact"
"""Values of ``[search] index`` that name no index."""

EACH = 25
"""Queries of each kind after a freeze, which nobody should have to wait for long."""

FROM = 50_000
"""Rows from which an index pays by itself: below, an exact scan takes about a millisecond."""


def tune_snapshot(
    paths: CollectionPaths,
    snapshot: str,
    tuning: Tuning | None = None,
    space: str | None = None,
    report: Report = silent,
) -> Mapping[str, IndexRecord]:
    """Build and tune the indexes of a base.

    Args:
        paths: of the collection.
        snapshot: a base; deltas are small, and searched exactly.
        tuning: what to try; the whole ladder when None.
        space: one space; all when None.

    Returns:
        What was measured, by space; spaces without a row are left out.

    Raises:
        UnknownNameError: no such snapshot, space or family of indexes.
        UsageError: queries of another dimension.
    """
    opened = open_snapshot(paths, snapshot)
    known = opened.manifest.encoders
    if space is not None and space not in known:
        raise UnknownNameError("space", space, known)
    records = {}
    for name in [space] if space is not None else known:
        vectors = opened.vectors(name)
        if tuning is not None and tuning.queries is not None:
            for queries in tuning.queries.kinds.values():
                if queries.shape[1] != vectors.shape[1]:
                    raise UsageError(
                        f"the queries have {queries.shape[1]} dimensions, the space {name!r} has "
                        f"{vectors.shape[1]}: name the space that they are for"
                    )
        if len(vectors):
            folder = paths.index(snapshot, name)
            records[name] = tune_space(folder, vectors, vectors_sha256(opened, name), tuning, report)
    return records


def index_after_freeze(
    paths: CollectionPaths, snapshot: str, settings: Settings, report: Report = silent
) -> Mapping[str, IndexRecord]:
    """Build what ``[search] index`` asks for over a base that was just frozen.

    ``auto`` builds the short ladder over spaces of 50,000 rows or more, ``exact`` nothing, any other value
    that family of indexes over every space.
    """
    wanted = settings.search.index
    if wanted == EXACT:
        return {}
    opened = open_snapshot(paths, snapshot)
    records = {}
    for name in opened.manifest.encoders:
        vectors = opened.vectors(name)
        if len(vectors) >= (FROM if wanted == AUTO else 1):
            folder, sha256 = paths.index(snapshot, name), vectors_sha256(opened, name)
            tuning = short_tuning(len(vectors), EACH) if wanted == AUTO else Tuning((wanted,), each=EACH)
            records[name] = tune_space(folder, vectors, sha256, tuning, report)
    return records


def vectors_sha256(snapshot: Snapshot, space: str) -> str:
    """Return the hash of the file of a space's vectors, as the snapshot's manifest has it."""
    return snapshot.manifest.files[f"vectors/{space}.npy"].sha256
