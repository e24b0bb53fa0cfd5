"""Watching recall in service: now and then an approximate answer is compared with the exact one."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from pinakes.retrieval.query import EncodedQuery
from pinakes.retrieval.results import Results
from pinakes.retrieval.searcher import Searcher


@dataclass(frozen=True, slots=True)
class Audited:
    """What was compared so far.

    Attributes:
        answers: how many approximate answers.
        wanted: rows of their exact ones.
        found: how many of these the approximate ones had.
    """

    answers: int = 0
    wanted: int = 0
    found: int = 0

    def counts(self) -> Mapping[str, int]:
        """Return them by name."""
        return {"answers": self.answers, "wanted": self.wanted, "found": self.found}


class Auditor:
    """Compares one in so many approximate answers, in a thread of its own: no request waits for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen = 0
        self._busy = False
        self._audited = Audited()
        self._thread: ThreadPoolExecutor | None = None

    @property
    def audited(self) -> Audited:
        """What was compared so far."""
        with self._lock:
            return self._audited

    def consider(self, every: int, searcher: Searcher, query: EncodedQuery, results: Results) -> None:
        """Note an answer; compare it when its turn comes, and the one before is done.

        Args:
            every: how many approximate answers there are to one that is compared; 0 for none.
            searcher, query, results: what answered what, and how.
        """
        if not every or all(step.recall == 1.0 for step in results.plan):
            return
        with self._lock:
            self._seen += 1
            if self._seen % every or self._busy:
                return
            self._busy = True
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, thread_name_prefix="pinakes-audit")
            self._thread.submit(self._compare, searcher, query)

    def close(self) -> None:
        """Wait for a comparison under way, and end the thread."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.shutdown()

    def _compare(self, searcher: Searcher, query: EncodedQuery) -> None:
        try:
            wanted, found = searcher.compare(query)
        finally:
            with self._lock:
                self._busy = False
        with self._lock:
            audited = self._audited
            self._audited = replace(
                audited,
                answers=audited.answers + 1,
                wanted=audited.wanted + wanted,
                found=audited.found + found,
            )
