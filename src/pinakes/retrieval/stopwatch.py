"""Wall-clock times of the stages of one query."""

import time
from collections.abc import Mapping
from types import TracebackType


class Stopwatch:
    """Adds up milliseconds by stage; one for each query."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()
        self._stages: dict[str, float] = {}

    def stage(self, name: str) -> "Stage":
        """Time what happens inside; for a ``with``."""
        return Stage(self._stages, name)

    def add(self, name: str, milliseconds: float) -> None:
        """Add to a stage what was timed elsewhere, such as its share of work for several queries."""
        self._stages[name] = self._stages.get(name, 0.0) + milliseconds

    def timings(self) -> Mapping[str, float]:
        """Return milliseconds by stage, and ``total`` since the watch was made."""
        return {**self._stages, "total": (time.perf_counter() - self._begun) * 1000}


class Stage:
    """Adds the time between its beginning and its end to a stage; a generator takes four times as long."""

    __slots__ = ("_begun", "_name", "_stages")

    def __init__(self, stages: dict[str, float], name: str) -> None:
        self._stages = stages
        self._name = name
        self._begun = 0.0

    def __enter__(self) -> None:
        self._begun = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        passed = (time.perf_counter() - self._begun) * 1000
        self._stages[self._name] = self._stages.get(self._name, 0.0) + passed
