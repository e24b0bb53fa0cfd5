"""A second thread for half of the work of one search, where a core has nothing else to do."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from pinakes.cores import shared_cores

T = TypeVar("T")


class Beside:
    """Does two halves of some work at the same time, or one after the other where the cores are wanted.

    Searches that run side by side keep the cores busy as they are, and two threads for each would only be in
    each other's way. So the second thread is taken by a search that is alone, if there is a core for it. It
    starts when it is first needed, sleeps while it is not (those of OpenMP spin), and ends with this object.
    What comes out must not depend on who did which half.
    """

    def __init__(self, cores: int | None = None) -> None:
        """Store.

        Args:
            cores: that one search may use; those that this process has a share of when None.
        """
        self._cores = shared_cores() if cores is None else cores
        self._helper = ThreadPoolExecutor(1, thread_name_prefix="beside")
        self._count = threading.Lock()
        self._searches = 0

    @contextmanager
    def search(self) -> Iterator[None]:
        """Count a search while it runs."""
        with self._count:
            self._searches += 1
        try:
            yield
        finally:
            with self._count:
                self._searches -= 1

    def both(self, first: Callable[[], T], second: Callable[[], T]) -> tuple[T, T]:
        """Return what two functions return, which may run at the same time.

        The caller does the first, and the second too if the other thread has not begun with it by then.
        """
        if self._cores < 2 or self._searches > 1:
            return first(), second()
        handed = self._helper.submit(second)
        try:
            done = first()
        finally:
            mine = handed.cancel()
        return done, second() if mine else handed.result()

    def later(self, work: Callable[[], None]) -> None:
        """Have the other thread do something that nobody waits for; what it raises is logged."""
        self._helper.submit(work).add_done_callback(Future.result)
