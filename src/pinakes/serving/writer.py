"""The ingest process beside the workers: what they accept becomes deltas, in one process."""

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType

from pinakes.catalog.lease import writer_lease
from pinakes.collection import Collection
from pinakes.errors import LockedError, PinakesError, StorageError
from pinakes.ingest.changes import MAX_SHARE
from pinakes.ingest.inbox import Inbox
from pinakes.serving.compacting import Compaction
from pinakes.serving.logs import log_to_stderr

LOOK_EVERY = 0.1
"""Seconds between looks into the inbox."""

DRAIN_EVERY = 0.5
"""Seconds between the beginnings of two drains: readers look as often, and searches need the cores too."""

TRY_AGAIN = 0.5
"""Seconds until what another process prevents is tried again."""

AFTER_AN_ERROR = 5.0
"""Seconds until a failed drain is tried again, and a dead process started again."""

IDLE = 5.0
"""Seconds without a change after which deltas past a tenth of the base are made one with it."""

SHARE_UNDER_LOAD = 0.25
"""Of the items of the base that deltas may hold while changes come without a pause: a base takes a core."""

LEAST_ROWS = 4096
"""Rows of deltas up to which no base is written meanwhile: they cost a search next to nothing."""

KEPT = 100
"""Releases that prune keeps: all that the ref remembers."""

PRUNE_EVERY = 200
"""Drains after which what nothing names any more is removed: each leaves forty files behind."""

logger = logging.getLogger("pinakes.writer")


class Drainer:
    """Makes the changes that wait in a collection's inbox, until it is told to stop.

    Args:
        folder: the collection's.
        stopped: asked between any two pieces of work.
        clock: seconds, monotonic.
        sleep: waits for so many seconds.
    """

    def __init__(
        self,
        folder: Path,
        stopped: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._collection = Collection(folder)
        self._inbox = Inbox(self._collection.paths)
        self._stopped = stopped
        self._clock = clock
        self._sleep = sleep
        self._changed = clock()
        self._failed_at = -MAX_SHARE
        self._compacting: Compaction | None = None
        self._drains = 0
        self._said = ""

    def run(self) -> None:
        """Drain until stopped. Only one process does so at a time; a second one waits until it may."""
        try:
            while not self._stopped():
                try:
                    with writer_lease(self._collection.paths.inbox_lock, "serve"):
                        self._run_alone()
                except LockedError as error:
                    self._say(f"waiting: {error}")
                    self._sleep(TRY_AGAIN)
                except StorageError as error:  # such as a folder on a disk that can only be read
                    self._say(f"changes cannot be made: {error}")
                    self._sleep(AFTER_AN_ERROR)
        finally:
            if self._compacting is not None:
                self._compacting.stop()
            self._inbox.close()

    def _run_alone(self) -> None:
        while not self._stopped():
            begun = self._clock()
            try:
                worked = self._step()
                self._sleep(max(0.0, begun + DRAIN_EVERY - self._clock()) if worked else LOOK_EVERY)
            except LockedError as error:
                self._say(f"changes wait: {error}")
                self._sleep(TRY_AGAIN)
            except PinakesError as error:
                logger.error("changes wait: %s", error)
                self._sleep(AFTER_AN_ERROR)

    def _step(self) -> bool:
        """Do one piece of work, and return whether there was any."""
        self._see_to_compaction()
        if self._inbox.waiting():
            made = self._collection.drain(self._inbox.catalog)
            self._changed = self._clock()
            self._said = ""
            logger.info("%d changes made, %d refused", len(made.changes), len(made.refused))
            self._compact(SHARE_UNDER_LOAD, LEAST_ROWS)
            self._drains += 1
            if self._drains % PRUNE_EVERY == 0:
                self._collection.prune(KEPT)
            return True
        if self._clock() - self._changed > IDLE:
            self._changed = self._clock()
            self._compact(MAX_SHARE)
        return False

    def _compact(self, limit: float, least: int = 0) -> None:
        """Have a new base written where deltas hold too large a share of it, and more than the least rows.

        Changes are made meanwhile. A base that fails its gates is tried again when the deltas have grown;
        they go on answering.
        """
        if self._compacting is not None:
            return
        rows, items = self._collection.delta_rows
        share = rows / max(1, items)
        if rows > least and share > max(limit, self._failed_at + MAX_SHARE):
            self._compacting = Compaction(self._collection.paths.root, share)

    def _see_to_compaction(self) -> None:
        """Look whether a compaction has ended, and if it did well remove what nothing names any more."""
        if self._compacting is None or (said := self._compacting.ended()) is None:
            return
        failed, self._compacting = self._compacting, None
        if said:
            self._failed_at = failed.share
            logger.warning("no new base: %s", said)
            return
        self._failed_at = -MAX_SHARE
        self._collection.prune(KEPT)

    def _say(self, message: str) -> None:
        """Log a message, once until something else happens."""
        if message != self._said:
            logger.warning(message)
        self._said = message


class WriterProcess:
    """Runs a `Drainer` in a process of its own, and starts another one should it die.

    Args:
        folder: the collection's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stopping = threading.Event()
        self._process: BaseProcess | None = None
        self._keeper = threading.Thread(target=self._keep, name="writer", daemon=True)

    def start(self) -> None:
        """Start the process."""
        self._process = self._started()
        self._keeper.start()

    def stop(self) -> None:
        """End the process, after what it is at."""
        self._stopping.set()
        if self._process is not None:
            self._process.terminate()
        self._keeper.join()

    def _keep(self) -> None:
        assert self._process is not None
        self._process.join()
        while not self._stopping.wait(AFTER_AN_ERROR):
            logger.error("the ingest process ended with %s; starting another", self._process.exitcode)
            self._process = self._started()
            self._process.join()

    def _started(self) -> BaseProcess:
        process = multiprocessing.get_context("spawn").Process(
            target=drain_until_told, args=(self._folder, os.getpid()), name="pinakes-writer", daemon=True
        )
        process.start()
        return process


def drain_until_told(folder: Path, parent: int) -> None:
    """Drain a collection's inbox until SIGTERM, or until the process that started this one is gone."""
    log_to_stderr()
    told = threading.Event()

    def tell(_number: int, _frame: FrameType | None) -> None:
        told.set()

    signal.signal(signal.SIGTERM, tell)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # goes to all processes of a terminal; the first one decides
    Drainer(folder, lambda: told.is_set() or os.getppid() != parent, sleep=told.wait).run()  # type: ignore[arg-type]
