"""Quick work is done in the event loop, for all who wait at once; slow work in a thread, one by one."""

import asyncio
import time
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, Final, TypeAlias, TypeVar

from pinakes.serving.admission import Admission

Q = TypeVar("Q")
A = TypeVar("A")
Work: TypeAlias = Callable[[Sequence[Q]], Sequence[A | Exception]]
"""Gives an outcome or an error for each that it is given."""

MOST = 32
"""So many at once: more gain nothing (docs/decisions/0020-request-path.md)."""

QUICK = 0.02
"""Seconds in which work is done that may hold up the event loop."""

HELD = 0.04
"""Seconds of processor time that a group may take: nobody notices that a refusal comes so much later."""

OUTSIDE = 4
"""So many times its processor time may a group take by the clock: cores are shared, disks are waited for."""

FORGET = 0.9
"""What is left, one piece of work later, of how long those before it took."""

SLOW: Final = object()
"""Stands for the outcome of what is to be done in a thread after all."""


class Together:
    """Does work that is expected to be quick in the event loop, and in a thread while it is not.

    Handing such work to a thread and back takes as long as much of it: both wait for one interpreter's lock.
    So requests that came in one turn of the loop are answered in the next but one, with those that came
    meanwhile, in one go: as many as take `HELD` of processor time. By the clock, a busy machine would make
    groups small, and each search in a small group takes twice as much. Between two groups requests are read,
    refused and answered. Work that turns out to be slow sends what comes after it to a thread, until it is
    forgotten. Where three quarters of the queue are full and others are refused, the rest goes to a thread,
    too, which goes on while the loop refuses.

    Args:
        admission: has the threads, and counts who waits.
    """

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._waiting: dict[_Waiting, None] = {}
        self._due = False
        self._usual = self._busy = 1.0

    @property
    def quick(self) -> bool:
        """Whether a piece of work was quick of late, on average: one may have waited for a core."""
        return self._usual <= QUICK

    async def run(self, work: Work[Q, A], asked: Q) -> A:
        """Do work for somebody.

        Args:
            work: the same for all who ask.
            asked: what to do it for.

        Raises:
            TooBusyError, TooSlowError: see `Admission.run`; what runs in the loop is not given up.
        """
        outcome: Any = SLOW
        if self.quick and not self._admission.crowded:
            loop = asyncio.get_running_loop()
            waiting = _Waiting(asked, loop.create_future())
            self._waiting[waiting] = None
            if not self._due:
                self._due = True
                loop.call_soon(self._gather, loop, work)
            try:
                outcome = await self._admission.wait(waiting.answer)
            finally:
                self._waiting.pop(waiting, None)
        if outcome is SLOW:
            outcome = await self._admission.run(self._alone, work, asked)
        if isinstance(outcome, Exception):
            raise outcome
        found: A = outcome
        return found

    def _gather(self, loop: asyncio.AbstractEventLoop, work: Work[Any, Any]) -> None:
        """Let those join whose requests were read in this turn; nobody does who is alone."""
        if len(self._waiting) > 1:
            loop.call_soon(self._turn, loop, work)
        else:
            self._turn(loop, work)

    def _turn(self, loop: asyncio.AbstractEventLoop, work: Work[Any, Any]) -> None:
        """Answer those who wait, or the first of them and the rest in the next turn."""
        quick = self.quick
        most = self._most() if quick else len(self._waiting)
        for one in (group := list(islice(self._waiting, most))):
            del self._waiting[one]
        group = [one for one in group if not one.answer.done()]  # some may have given up
        outcomes = self._outcomes(work, [one.asked for one in group]) if quick else [SLOW] * len(group)
        for one, outcome in zip(group, outcomes, strict=True):
            one.answer.set_result(outcome)
        self._due = bool(self._waiting)
        if self._due:
            loop.call_soon(self._turn, loop, work)

    def _most(self) -> int:
        """Return how many are answered at once."""
        return min(MOST, max(1, int(HELD / max(self._busy, self._usual / OUTSIDE))))

    def _alone(self, work: Work[Any, Any], asked: Any) -> Any:
        return self._outcomes(work, [asked])[0]

    def _outcomes(self, work: Work[Any, Any], asked: Sequence[Any]) -> Sequence[Any]:
        """Do work, and note how long it takes for each; what it raises is the outcome of all."""
        if not asked:
            return ()
        begun, worked = time.perf_counter(), time.thread_time()
        try:
            return work(asked)
        except Exception as error:
            return [error] * len(asked)
        finally:
            took = (time.perf_counter() - begun) / len(asked)
            self._usual += (took - self._usual) * (1 - FORGET)
            worked = (time.thread_time() - worked) / len(asked)
            self._busy += (worked - self._busy) * (1 - FORGET)


class _Waiting:
    """What is asked for, and where its outcome is awaited."""

    __slots__ = ("answer", "asked")

    def __init__(self, asked: Any, answer: "asyncio.Future[Any]") -> None:
        self.asked = asked
        self.answer = answer
