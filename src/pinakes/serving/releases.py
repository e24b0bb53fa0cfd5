"""Earlier releases that are kept open for those who page through them."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from pinakes.engine import Engine
from pinakes.errors import IntegrityError, UnknownNameError
from pinakes.opening import open_engine
from pinakes.serving.errors import GoneError

KEPT = 3
"""Earlier releases that are open at the same time in one worker."""


@dataclass(slots=True)
class _Kept:
    engine: Engine
    used: float


class Releases:
    """Finds the engine for a release: the live one, or one that stays on an earlier release for a while.

    Args:
        live: follows the ref.
        seconds: how long an earlier release stays open after its last use.
        clock: seconds, monotonic.
    """

    def __init__(self, live: Engine, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._live = live
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def engine(self, release: str) -> Engine:
        """Return an engine that answers by a release.

        Raises:
            GoneError: the release was pruned, or never was one of this ref.
        """
        if release == self._live.release.id:
            return self._live
        with self._lock:
            self._close_unused()
            kept = self._kept.pop(release, None) or _Kept(self._open(release), 0.0)
            kept.used = self._clock()
            self._kept[release] = kept
            return kept.engine

    def close(self) -> None:
        """Close every earlier release."""
        with self._lock:
            for kept in self._kept.values():
                kept.engine.close()
            self._kept.clear()

    def _open(self, release: str) -> Engine:
        try:
            return open_engine(self._live.paths.root, self._live.ref, release)
        except (UnknownNameError, IntegrityError):
            raise GoneError("the release of this cursor is gone: begin again without the cursor") from None

    def _close_unused(self) -> None:
        now = self._clock()
        for release, kept in list(self._kept.items()):
            if now - kept.used > self._seconds or len(self._kept) >= KEPT:
                kept.engine.close()
                del self._kept[release]
