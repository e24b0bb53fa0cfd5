"""Many fetches at a time, few of them from one host, in whatever order they end."""

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from urllib.parse import urlsplit

from pinakes.errors import MediaError, PinakesError

BUCKETS = "s3"
"""What stands for the host of all ``s3://`` pictures: they come from one service."""


@dataclass(frozen=True, slots=True)
class FetchDone:
    """A fetch that has ended.

    Attributes:
        key: what the caller knows it by.
        found: where the picture lies now, or why there is none.
    """

    key: int
    found: Path | MediaError


class FetchQueue:
    """Threads that fetch pictures; used by one thread.

    A host that is slow or silent keeps ``per_host`` threads busy at most, so that all others go on.

    Args:
        fetch: called in a thread with an address; returns where the picture lies, or raises MediaError.
        at_once: number of threads.
        per_host: fetches from one host at the same time.
    """

    def __init__(self, fetch: Callable[[str], Path], at_once: int, per_host: int) -> None:
        self._fetch = fetch
        self._at_once = at_once
        self._per_host = per_host
        self._threads = 0
        self._lock = threading.Lock()
        self._running: Counter[str] = Counter()
        self._held: dict[str, deque[tuple[int, str]]] = defaultdict(deque)
        self._ready: SimpleQueue[tuple[int, str] | None] = SimpleQueue()
        self._done: SimpleQueue[FetchDone | PinakesError] = SimpleQueue()
        self._under_way = 0

    def __len__(self) -> int:
        """Return how many were asked for and not yet taken."""
        return self._under_way

    def ask(self, key: int, url: str) -> None:
        """Ask for a picture; it is fetched when its turn comes."""
        self._under_way += 1
        if self._threads < min(self._at_once, self._under_way):
            self._threads += 1
            # A daemon: a server that drips must not keep a process alive that was interrupted.
            threading.Thread(target=self._work, name=f"fetch-{self._threads}", daemon=True).start()
        host = _host(url)
        with self._lock:
            if self._running[host] >= self._per_host:
                self._held[host].append((key, url))
                return
            self._running[host] += 1
        self._ready.put((key, url))

    def take(self) -> FetchDone:
        """Wait for the next fetch that ends, and return it.

        Raises:
            PinakesError: what a fetch raised that says nothing about its picture, such as a full disk.
        """
        done = self._done.get()
        self._under_way -= 1
        if isinstance(done, PinakesError):
            raise done
        return done

    def ended(self) -> bool:
        """Return whether `take` would not wait."""
        return not self._done.empty()

    def close(self) -> None:
        """End the threads, each when its fetch has ended; what waits is dropped."""
        with self._lock:
            self._held.clear()
        while not self._ready.empty():
            self._ready.get()
        for _ in range(self._threads):
            self._ready.put(None)
        self._threads = 0

    def _work(self) -> None:
        while (task := self._ready.get()) is not None:
            key, url = task
            try:
                self._done.put(FetchDone(key, self._fetch(url)))
            except MediaError as error:
                self._done.put(FetchDone(key, error))
            except PinakesError as error:
                self._done.put(error)
            self._next(_host(url))

    def _next(self, host: str) -> None:
        """Let the next fetch from a host begin, or note that there is room for one."""
        with self._lock:
            if held := self._held.get(host):
                self._ready.put(held.popleft())
            else:
                self._running[host] -= 1


def _host(url: str) -> str:
    if url.startswith("s3://"):
        return BUCKETS
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""  # what is no URL is refused without asking anybody
