"""Runs: every time something was written to the catalogue, and how that ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from pinakes.catalog.schema import runs
from pinakes.kernels.clock import utc_now

INTERRUPTED = "interrupted: the process ended before the run did"


class RunState(StrEnum):
    """How far a run is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    Attributes:
        id: counts up; later runs have higher ids.
        verb: what was asked for, such as ``index``.
        started: UTC time in ISO 8601.
        finished: UTC time in ISO 8601; None while it runs.
        state: how far it is.
        counts: what it did, by name.
        detail: why it failed; None where it did not.
    """

    id: int
    verb: str
    started: str
    finished: str | None
    state: RunState
    counts: Mapping[str, Any]
    detail: str | None


def start_run(connection: sa.Connection, verb: str) -> int:
    """Begin a run, and mark as failed those that were left running.

    The caller holds the writer lease, so whoever left a run running is dead.

    Returns:
        The id of the new run.
    """
    left = runs.update().where(runs.c.state == RunState.RUNNING)
    connection.execute(left.values(state=RunState.FAILED, finished=utc_now(), detail=INTERRUPTED))
    new = runs.insert().values(verb=verb, started=utc_now(), state=RunState.RUNNING, counts={})
    return int(connection.execute(new.returning(runs.c.id)).scalar_one())


def finish_run(connection: sa.Connection, run: int, counts: Mapping[str, Any]) -> None:
    """Mark a run as done, with what it did."""
    _end(connection, run, RunState.DONE, counts, None)


def fail_run(connection: sa.Connection, run: int, counts: Mapping[str, Any], detail: str) -> None:
    """Mark a run as failed, with what it did until then and why it ended."""
    _end(connection, run, RunState.FAILED, counts, detail)


def list_runs(connection: sa.Connection, limit: int = 20) -> list[Run]:
    """Return the latest runs, newest first."""
    rows = connection.execute(sa.select(runs).order_by(runs.c.id.desc()).limit(limit)).mappings()
    return [Run(**{**row, "state": RunState(row["state"])}) for row in rows]


def _end(
    connection: sa.Connection, run: int, state: RunState, counts: Mapping[str, Any], detail: str | None
) -> None:
    ended = {"state": state, "finished": utc_now(), "counts": dict(counts), "detail": detail}
    connection.execute(runs.update().where(runs.c.id == run).values(ended))
