"""Delete: items leave the catalogue, and an event says which and why."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pinakes.catalog.database import Database
from pinakes.catalog.events import record_event
from pinakes.catalog.files import forget_unused_files
from pinakes.catalog.held import hold_items, restore_held
from pinakes.catalog.items import delete_items as delete_rows
from pinakes.catalog.items import first_unseen, uris_of
from pinakes.catalog.quarantine import clear_items
from pinakes.errors import GateError
from pinakes.ingest.runs import recorded_run

TOGETHER = 500
"""Items that are deleted in one transaction."""


def delete_items(database: Database, ids: Sequence[str], reason: str) -> tuple[str, ...]:
    """Delete items from the catalogue; the next freeze takes them out of the collection.

    Released snapshots keep them; ``block`` hides an item at once. They are held until that freeze accepts it;
    see `pinakes.catalog.held`.

    Args:
        database: the catalogue; the caller holds the writer lease.
        ids: the items; ids that do not exist are passed over.
        reason: why, for the event.

    Returns:
        The ids that were deleted, in the order given.
    """
    unique = list(dict.fromkeys(ids))
    deleted: list[str] = []
    with recorded_run(database, "delete") as run:
        for start in range(0, len(unique), TOGETHER):
            deleted += _delete(database, run.id, unique[start : start + TOGETHER], reason, hold=True)
            run.counts["deleted"] = len(deleted)
    return tuple(deleted)


@contextmanager
def taken_back(database: Database) -> Iterator[None]:
    """Take back what was added, replaced and deleted since the last freeze if the body ends in a gate.

    A batch that stayed would stop every freeze after it.

    Raises:
        GateError: of the body.
    """
    try:
        yield
    except GateError as error:
        with database.write() as connection:
            if ids := restore_held(connection):
                record_event(connection, "taken back", {"ids": ids, "reason": str(error)})
        raise


def prune_unseen(database: Database, run: int) -> Iterator[int]:
    """Delete the items that a run over the whole source has not seen, and yield how many after each step."""
    while ids := _unseen(database, run):
        yield len(_delete(database, run, ids, "pruned: the source no longer has it"))


def _unseen(database: Database, run: int) -> tuple[str, ...]:
    with database.read() as connection:
        return first_unseen(connection, run, TOGETHER)


def _delete(
    database: Database, run: int, ids: Sequence[str], reason: str, *, hold: bool = False
) -> tuple[str, ...]:
    with database.write() as connection:
        if hold:
            hold_items(connection, ids)
        uris = uris_of(connection, ids)
        deleted = delete_rows(connection, ids)
        forget_unused_files(connection, uris)
        clear_items(connection, run, ids)
        if deleted:
            record_event(connection, "delete", {"ids": deleted, "reason": reason, "run": run})
    return deleted
