"""Compaction: base and deltas become one new base while others go on writing.

The base is written without the writer lock, from the catalogue as it is at some moment. The journal knows
what was touched since, so that what others changed meanwhile, whether they have published it or not, is one
delta on the new base, which takes the time of what it holds. The lock is held for that alone.
"""

import math
from contextlib import ExitStack

from pinakes.ingest.freeze import FreezeReport
from pinakes.ingest.indexing.build import index_after_freeze
from pinakes.ingest.progress import Report
from pinakes.ingest.workshop import make_freezer, open_store, publish_frozen, served_release, writing
from pinakes.kernels.threads import one_matrix_thread
from pinakes.settings import load_settings
from pinakes.snapshots.layout import CollectionPaths, next_base
from pinakes.snapshots.leases import hold_leases, reserved
from pinakes.snapshots.release import Release, make_release

PATIENCE = 60.0
"""Seconds to wait for whoever writes: a drain takes less than one, and at the end there is much to lose."""


def compact(paths: CollectionPaths, waive: tuple[str, ...], report: Report) -> FreezeReport:
    """Write a new base with the encoders of the old one, and publish it with what was changed meanwhile.

    Where somebody else publishes another base meanwhile, that one stays, and `prune` removes this one.

    Args:
        paths: of the collection.
        waive: gates that may fail, beside those that the settings waive.
        report: told how far it is.

    Returns:
        What was written of the base.

    Raises:
        GateError: a gate failed; the release that was served still is.
        LockedError: somebody wrote for longer than `PATIENCE`, at the beginning or at the end.
        StorageError: the disk refused.
    """
    settings = load_settings(paths.root)
    with ExitStack() as building:
        with writing(paths, settings, "compact", patience=PATIENCE):
            before = served_release(paths)
            name = str(next_base(paths))
            pins = before.snapshots if before else ()
            building.enter_context(hold_leases(paths, *(pin.name for pin in pins)))
            building.enter_context(reserved(paths, name))
        building.enter_context(one_matrix_thread())
        store = building.enter_context(open_store(paths, settings))
        freezer = make_freezer(paths, settings, store, report, release=before)
        frozen = freezer.rebase(name, waive=(*settings.gates.waive, *waive))
        index_after_freeze(paths, name, settings, report)
        _publish(paths, before, name, waive, report)
    return frozen


def _publish(
    paths: CollectionPaths, before: Release | None, base: str, waive: tuple[str, ...], report: Report
) -> None:
    """Publish a base with a delta of what was changed since it was begun."""
    settings = load_settings(paths.root)
    with writing(paths, settings, "compact", patience=PATIENCE) as store:
        served = served_release(paths)
        follows: Release | None = make_release(paths, [base], {}, {})
        if served is not None and before is not None and served.snapshots[0] != before.snapshots[0]:
            follows = served
        freezer = make_freezer(paths, settings, store, report, release=follows, max_share=math.inf)
        frozen = freezer.freeze(waive=(*settings.gates.waive, *waive))
        publish_frozen(paths, settings, store[0], frozen, "compact", report=report)
