"""Those who wait for their turn are answered together with the first of them."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pinakes.serving.admission import Admission

Q = TypeVar("Q")
A = TypeVar("A")

MOST = 8
"""So many at once: more gain little (docs/decisions/0020-request-path.md), and hold up the event loop."""


class Together:
    """Does quick work for whoever has the turn, and in one go for others who wait for theirs.

    These still take their turns, and find their answers there.

    Args:
        admission: gives the turns.
    """

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._waiting: dict[_Waiting, None] = {}

    async def run(self, work: Callable[[Sequence[Q]], Sequence[A | Exception]], asked: Q) -> A:
        """Do work; see `Admission.run_quick`.

        Args:
            work: the same for all; gives an outcome or an error for each that it is given.
            asked: what to do it for.
        """
        waiting = _Waiting(asked)
        self._waiting[waiting] = None
        try:
            outcome: A | Exception = await self._admission.run_quick(self._done, work, waiting)
        finally:
            self._waiting.pop(waiting, None)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _done(self, work: Callable[[Sequence[Any]], Sequence[Any]], first: "_Waiting") -> Any:
        if first.outcome is None:
            others = [one for one in list(self._waiting) if one is not first]
            # Slow ones would hold up each other beyond their time.
            group = [first, *others[: MOST - 1]] if self._admission.quick else [first]
            for one in group:
                self._waiting.pop(one, None)
            for one, outcome in zip(group, work([one.asked for one in group]), strict=True):
                one.outcome = outcome
        return first.outcome


class _Waiting:
    """What is asked for, and what came of it: None until it is known."""

    __slots__ = ("asked", "outcome")

    def __init__(self, asked: Any) -> None:
        self.asked = asked
        self.outcome: Any = None
