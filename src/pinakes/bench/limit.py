"""A memory limit that counts the page cache: what a process holds, and what is kept of its files.

A memory cgroup does this in the kernel, where one may be made. Here a process watches itself, and takes *all*
of its files out of the page cache as soon as both together pass the limit. That is harder on what is measured
than a cgroup, which evicts what was not used lately. What a process holds for itself cannot be taken from it:
`MemoryLimit.peak` tells whether that stayed below the limit.
"""

import ctypes
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from pinakes.bench.memory import cached_bytes, drop_cached, own_memory

MADV_DONTNEED = 4


class MemoryLimit:
    """Keeps this process and its files below a number of bytes; use it with ``with``.

    Attributes:
        peak: the most bytes that were seen, own memory and cached files together.
        evictions: how often files were taken out of the page cache.
    """

    def __init__(self, limit: int, files: Sequence[Path], every: float = 0.5) -> None:
        """Store the limit.

        Args:
            limit: bytes.
            files: every file that this process reads at length.
            every: seconds between looks.
        """
        self.peak = 0
        self.evictions = 0
        self._limit, self._files, self._every = limit, tuple(files), every
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="memory-limit", daemon=True)

    def __enter__(self) -> Self:
        evict(self._files)  # what was read before does not count
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._ended.wait(self._every):
            held = own_memory() + cached_bytes(self._files)
            self.peak = max(self.peak, held)
            if held > self._limit:
                evict(self._files)
                self.evictions += 1


def evict(files: Sequence[Path]) -> None:
    """Take files out of the page cache, although this process has them mapped."""
    libc = ctypes.CDLL(None, use_errno=True)
    names = {str(path.resolve()) for path in files}
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        fields = line.split(maxsplit=5)
        # Writable mappings are left alone: private pages that were changed would be lost.
        if len(fields) == 6 and fields[5] in names and "w" not in fields[1]:
            start, stop = (int(end, 16) for end in fields[0].split("-"))
            libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(stop - start), MADV_DONTNEED)
    drop_cached(files)
