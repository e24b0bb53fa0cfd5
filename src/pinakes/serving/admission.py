"""Admission: a few pieces of work at a time, a bounded queue before them, and a refusal when it is full."""

import asyncio
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

QUICK = 0.02
"""Seconds that the event loop may be held up: nobody notices that a refusal comes so much later."""

FORGET = 0.9
"""What is left, one piece of work later, of how long the slowest of late took."""


class Admission:
    """Runs work for one event loop: in a bounded number of threads, or in the loop where it is quick.

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
        self._turn = asyncio.Lock()
        self._slowest = 1.0

    @property
    def pending(self) -> int:
        """How many pieces of work run or wait."""
        return self._pending

    @property
    def quick(self) -> bool:
        """Whether what `run_quick` did of late was quick."""
        return self._slowest <= QUICK

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

    async def run_quick(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do work that is expected to be quick in the event loop, or in a thread while it is not.

        Handing such work to a thread and back takes as long as much of it: both wait for one interpreter's
        lock. One piece of work is done in each turn of the loop, so that between two of them requests are
        read, refused and answered. What turns out to be slow sends those after it to a thread, until it
        is forgotten. Where three quarters of the queue are full, the rest goes to a thread, too, which goes
        on while the loop refuses.

        Raises:
            TooBusyError, TooSlowError: see `run`; what runs in the loop is not given up.
        """
        if self._pending > self._capacity * 3 // 4:
            return await self.run(self._timed, partial(work, *args, **kwargs))
        await self._take_turn()
        try:
            if self.quick:
                return self._timed(partial(work, *args, **kwargs))
        finally:
            self._pass_turn_on()
        return await self.run(self._timed, partial(work, *args, **kwargs))

    def close(self) -> None:
        """Drop what waits; what runs is waited for."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def _take_turn(self) -> None:
        if not self._pending and not self._turn.locked():
            await self._turn.acquire()  # which does not wait
            return
        self._refuse_if_full()
        self._pending += 1
        try:
            async with asyncio.timeout(self._timeout):
                await self._turn.acquire()
        except TimeoutError:
            raise self._too_slow() from None
        finally:
            self._pending -= 1

    def _pass_turn_on(self) -> None:
        """Give the turn to who waits, who wakes in the next turn of the loop; or keep it until then."""
        if self._pending:
            self._turn.release()
        else:
            asyncio.get_running_loop().call_soon(self._turn.release)

    def _timed(self, work: Callable[[], T]) -> T:
        begun = time.perf_counter()
        try:
            return work()
        finally:
            self._slowest = max(time.perf_counter() - begun, self._slowest * FORGET)

    def _refuse_if_full(self) -> None:
        if self._pending >= self._capacity:
            raise TooBusyError(f"{self._pending} requests are being answered or wait already", RETRY_AFTER)

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
