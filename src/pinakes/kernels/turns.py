"""Who works next, where more threads want to than there are cores."""

import threading
from collections import deque


class Turns:
    """Lets so many threads work at a time, in the order in which they came; for a ``with``.

    Threads that all work at once take turns anyway, of a few milliseconds and in no order: each holds the
    interpreter's lock in the middle of its work, the caches of a core are another's every time, and of eight
    that want the same the last one is done long after its time. A thread that works must not ask again.

    Args:
        width: threads that work at a time, at least 1.
    """

    def __init__(self, width: int) -> None:
        self._free = width
        self._lock = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        try:
            mine.acquire()  # until whoever had the turn before gives it on
        except BaseException:  # such as Ctrl-C: the turn that may have come meanwhile is another's
            with self._lock:
                given = mine not in self._waiting
                if not given:
                    self._waiting.remove(mine)
            if given:
                self._give_on()
            raise

    def __exit__(self, *_: object) -> None:
        self._give_on()

    def _give_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1
