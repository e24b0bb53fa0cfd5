"""Following a ref: one release is open at a time, and what is published meanwhile takes its place."""

import threading
import time
from dataclasses import replace
from pathlib import Path

from pinakes.errors import PinakesError, UnknownNameError
from pinakes.retrieval.mask import Policy
from pinakes.retrieval.opening import OpenRelease, open_release
from pinakes.retrieval.searcher import Searcher
from pinakes.snapshots.blocks import read_blocks
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.live import newest_live
from pinakes.snapshots.refs import read_ref, read_release
from pinakes.snapshots.release import Release

LOOK_EVERY = 0.5
"""Seconds between looks for a new release, block list or live attributes: changes are seen within 1 s."""


def file_stamp(path: Path) -> tuple[int, ...]:
    """Return what differs between a file and any that takes its place; empty where there is none."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_ino, status.st_mtime_ns, status.st_size


class Follower:
    """Keeps the release open that a ref points to; threads may share it.

    Attributes:
        paths: of the collection.
        ref: that is followed.
        pinned: id of a release in the ref's history that is stayed on; None: the ref is followed. What is
            blocked, and live attributes, are followed either way.
        trouble: why a release that was published meanwhile is not open; None where all is well.
    """

    def __init__(self, paths: CollectionPaths, ref: str, pinned: str | None) -> None:
        self.paths = paths
        self.ref = ref
        self.pinned = pinned
        self.trouble: str | None = None
        self._lock = threading.Lock()
        self._opened: OpenRelease | None = None
        self._looked = 0.0
        self._read: tuple[tuple[str | None, tuple[int, ...]], Release] | None = None

    def close(self) -> None:
        """Give back the leases; the release is opened again when it is asked for again."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
            self._opened = None

    def look(self) -> None:
        """Look at once whether something newer was published."""
        with self._lock:
            self._look()

    def current(self) -> OpenRelease:
        """Return the open release; every half second look whether there is something newer.

        One thread looks, and opens what it finds; the others answer meanwhile from what is open.
        """
        opened = self._opened
        if opened is not None and time.monotonic() - self._looked < LOOK_EVERY:
            return opened
        if not self._lock.acquire(blocking=opened is None):
            return opened or self.current()
        try:
            if self._opened is None or time.monotonic() - self._looked >= LOOK_EVERY:
                self._look()  # unless another thread has while this one waited
            return self._opened or self.current()
        finally:
            self._lock.release()

    def _look(self) -> None:
        """Open what the ref points to, or follow it. The caller holds the lock."""
        if self._opened is None:
            self._opened = self._open()
        else:
            self._refresh(self._opened)
        self._looked = time.monotonic()

    def _open(self) -> OpenRelease:
        """Open what the ref points to; a release may be followed by another, and pruned, in between."""
        wanted = self._wanted()
        while True:
            try:
                return open_release(self.paths, wanted)
            except UnknownNameError:
                tried, wanted = wanted, self._wanted()
                if tried.id == wanted.id:
                    raise

    def _refresh(self, opened: OpenRelease) -> None:
        """Follow the ref, live attributes, indexes and the block list; queries under way keep what they have.

        What was published and cannot be opened is no outage: what is open goes on answering.
        """
        release = self._wanted()
        policy = Policy(opened.searcher.policy.licenses, read_blocks(self.paths).ids)
        if policy != opened.searcher.policy:  # first, because to open a release may take a while
            searcher: Searcher = replace(opened.searcher, policy=policy)
            opened = self._opened = replace(opened, searcher=searcher)
        changed = release.id != opened.release.id or newest_live(self.paths) != opened.live
        if changed or opened.retuned:
            try:
                fresh = open_release(self.paths, release, opened)
                fresh.warm(opened)
            except PinakesError as error:  # damaged, or pruned since, or of another version: look again
                self.trouble = str(error)
                return
            self._opened, self.trouble = fresh, None
            opened.close()

    def _wanted(self) -> Release:
        """Return what the ref points to, or stay on; its file is read only when it is another."""
        stamp = file_stamp(self.paths.ref(self.ref))
        asked = self.pinned, stamp
        if self._read is None or not stamp or self._read[0] != asked:
            self._read = asked, self._named()
        return self._read[1]

    def _named(self) -> Release:
        """Read what the ref points to, or the release of its history that this engine stays on."""
        if self.pinned is None:
            return read_release(self.paths, self.ref)
        known = {move.release.id: move.release for move in read_ref(self.paths, self.ref).history}
        if self.pinned not in known:
            raise UnknownNameError("release", self.pinned, known)
        return known[self.pinned]
