"""A run of the catalogue around a piece of work, recorded however the work ends."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from pinakes.catalog.database import Database
from pinakes.catalog.runs import fail_run, finish_run, start_run
from pinakes.errors import PinakesError


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that is under way.

    Attributes:
        id: of the run.
        counts: what was done so far; it is stored with the run.
    """

    id: int
    counts: Counter[str] = field(default_factory=Counter)


@contextmanager
def recorded_run(database: Database, verb: str) -> Iterator[OpenRun]:
    """Record the body as a run: done where it ends, failed where it raises.

    Args:
        database: the catalogue; the caller holds the writer lease.
        verb: what is done, such as ``index``.
    """
    with database.write() as connection:
        run = OpenRun(start_run(connection, verb))
    try:
        yield run
    except BaseException as error:
        # The disk may be what failed; the next run then marks this one as interrupted.
        with suppress(PinakesError), database.write() as connection:
            why = (
                "interrupted" if isinstance(error, KeyboardInterrupt) else f"{type(error).__name__}: {error}"
            )
            fail_run(connection, run.id, run.counts, why)
        raise
    with database.write() as connection:
        finish_run(connection, run.id, run.counts)
