"""Memory of processes and of the page cache, and how to start cold; Linux."""

import ctypes
import mmap
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

PAGE = mmap.PAGESIZE


def peak_resident() -> int:
    """Return the most bytes of memory that this process had since `forget_peak`, mapped files included."""
    return _status("VmHWM")


def own_memory() -> int:
    """Return the bytes that this process holds for itself now: without the files that it has mapped."""
    return _status("RssAnon") + _status("RssShmem")


@dataclass(frozen=True, slots=True)
class Resident:
    """Memory of a process and its children, in bytes; a page that several share counts once (proc(5), Pss).

    Attributes:
        own: what they hold for themselves: no file backs it, so that nothing but their end gives it back.
        files: pages of files that they have mapped, which the kernel may drop whenever it needs the room.
    """

    own: int = 0
    files: int = 0

    @property
    def all(self) -> int:
        """Both together."""
        return self.own + self.files


def resident(pid: int) -> Resident:
    """Return the memory of another process and its children; nothing if it is gone."""
    found = {"Pss_Anon:": 0, "Pss_Shmem:": 0, "Pss_File:": 0}
    for one in (pid, *_descendants(pid)):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        for key, kilobytes in (line.split()[:2] for line in lines[1:]):
            if key in found:
                found[key] += int(kilobytes) * 1024
    return Resident(found["Pss_Anon:"] + found["Pss_Shmem:"], found["Pss_File:"])


class OwnPeak:
    """Watches `own_memory` while something runs; use it with ``with``.

    Attributes:
        bytes: the most that was seen.
    """

    def __init__(self, every: float = 0.05) -> None:
        self.bytes = own_memory()
        self._every = every
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="own-peak", daemon=True)

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._watcher.join()
        self.bytes = max(self.bytes, own_memory())

    def _watch(self) -> None:
        while not self._ended.wait(self._every):
            self.bytes = max(self.bytes, own_memory())


def forget_peak() -> None:
    """Begin to measure the peak anew."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def files_below(folder: Path) -> tuple[Path, ...]:
    """Return every file below a folder, links followed."""
    return tuple(sorted(path for path in folder.rglob("*") if path.is_file()))


def disk_usage(folder: Path) -> int:
    """Return the bytes of all files below a folder; data that is linked there belongs to somebody else."""
    return sum(path.stat().st_size for path in files_below(folder) if not path.is_symlink())


def cached_bytes(paths: Iterable[Path]) -> int:
    """Return how many bytes of files lie in the page cache, counted by mincore(2)."""
    libc = ctypes.CDLL(None, use_errno=True)
    total = 0
    for path in paths:
        size = path.stat().st_size
        if not size:
            continue
        with path.open("rb") as file, mmap.mmap(file.fileno(), size, prot=mmap.PROT_READ) as mapped:
            view = np.frombuffer(mapped, dtype=np.uint8)
            pages = np.zeros(-(-size // PAGE), dtype=np.uint8)
            failed = libc.mincore(
                ctypes.c_void_p(view.ctypes.data), ctypes.c_size_t(size), ctypes.c_void_p(pages.ctypes.data)
            )
            del view
        if failed:
            raise OSError(ctypes.get_errno(), f"mincore of {path}")
        total += int((pages & 1).sum()) * PAGE
    return total


def drop_cached(paths: Iterable[Path]) -> None:
    """Take files out of the page cache, written ones after they reached the disk.

    Pages that a process has mapped and touched stay: start cold before opening, not after.
    """
    for path in paths:
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _status(key: str) -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1]) * 1024
    return 0


def _descendants(pid: int) -> tuple[int, ...]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return ()
    return tuple(one for child in map(int, children) for one in (child, *_descendants(child)))
