"""Admission: a few pieces of work at a time, a bounded queue before them, and a refusal when it is full."""

import asyncio
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from pinakes.serving.errors import TooBusyError, TooSlowError

P = ParamSpec("P")
T = TypeVar("T")

RETRY_AFTER = 1
"""Seconds: a full queue of searches is worked off in less."""

OF_LATE = 1.0
"""Seconds for which a refusal counts: who was refused may try again at once, again and again."""


class Admission:
    """Runs work for one event loop in a bounded number of threads, and counts what waits.

    A request that is given up frees its place when its thread has ended, so that what is admitted is what
    runs, whatever the clients do.

    Args:
        concurrency: threads.
        queue: how many may wait.
        timeout: seconds, waiting included.
    """

    def __init__(self, concurrency: int, queue: int, timeout: float) -> None:
        self._capacity = concurrency + queue
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="serve")
        self._pending = 0
        self._refused = -math.inf

    @property
    def pending(self) -> int:
        """How many pieces of work run or wait."""
        return self._pending

    @property
    def crowded(self) -> bool:
        """Whether more than three quarters of the places are taken, and somebody was refused of late."""
        full = self._pending > self._capacity * 3 // 4
        return full and time.monotonic() - self._refused < OF_LATE

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do work in a thread.

        Raises:
            TooBusyError: the queue is full.
            TooSlowError: it took too long.
        """
        self._refuse_if_full()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self._pending += 1
        self._threads.submit(self._work, loop, answer, partial(work, *args, **kwargs))
        try:
            async with asyncio.timeout(self._timeout):
                return await answer
        except TimeoutError:
            raise self._too_slow() from None

    async def wait(self, answer: "asyncio.Future[T]") -> T:
        """Wait for work that somebody else does, in a place of the queue.

        Raises:
            TooBusyError, TooSlowError: see `run`.
        """
        self._refuse_if_full()
        self._pending += 1
        # Every search comes by here: a timeout of asyncio's would take four times as long.
        timer = asyncio.get_running_loop().call_later(self._timeout, self._give_up, answer)
        try:
            return await answer
        finally:
            timer.cancel()
            self._pending -= 1

    def close(self) -> None:
        """Drop what waits; what runs is waited for."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _refuse_if_full(self) -> None:
        if self._pending >= self._capacity:
            self._refused = time.monotonic()
            raise TooBusyError(f"{self._pending} requests are being answered or wait already", RETRY_AFTER)

    def _give_up(self, answer: "asyncio.Future[T]") -> None:
        if not answer.done():
            answer.set_exception(self._too_slow())

    def _too_slow(self) -> TooSlowError:
        return TooSlowError(f"the answer took longer than {self._timeout:g} s")

    def _work(
        self, loop: asyncio.AbstractEventLoop, answer: "asyncio.Future[T]", work: Callable[[], T]
    ) -> None:
        """Do work, unless nobody waits for it any more, and hand its outcome to the loop."""
        outcome, error = None, None
        try:
            outcome = None if answer.cancelled() else work()
        except BaseException as raised:  # the one who waits shall have it, whatever it is
            error = raised
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._settle, answer, outcome, error)

    def _settle(self, answer: "asyncio.Future[T]", outcome: T | None, error: BaseException | None) -> None:
        self._pending -= 1
        if answer.cancelled():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(outcome)  # type: ignore[arg-type]
