"""Wall-clock times of the stages of one query."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Stopwatch:
    """Adds up milliseconds by stage; one for each query."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()
        self._stages: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what happens inside."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self._stages[name] = self._stages.get(name, 0.0) + (time.perf_counter() - begun) * 1000

    def timings(self) -> Mapping[str, float]:
        """Return milliseconds by stage, and ``total`` since the watch was made."""
        return {**self._stages, "total": (time.perf_counter() - self._begun) * 1000}
