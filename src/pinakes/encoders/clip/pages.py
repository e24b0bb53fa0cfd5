"""Weights on huge pages, where Linux gives them: fewer look-ups of where 85 MB lie that every picture reads.

See docs/decisions/0005-clip-onnx.md.
"""

import ctypes
import mmap
import os
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np

_COLLAPSE: Final = 25
"""MADV_COLLAPSE of Linux 6.1 and later (include/uapi/asm-generic/mman-common.h)."""

_SETTING: Final = Path("/sys/kernel/mm/transparent_hugepage/enabled")
_SIZE: Final = Path("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size")
_PAUSE: Final = 0.02
"""Seconds between two pages, each of which takes a core, and the memory's lock, for about 5 ms: whoever asks
meanwhile waits for one of them, not for all."""

_PRESENT: Final = np.uint64(1 << 63)
"""Of an entry in /proc/self/pagemap (Documentation/admin-guide/mm/pagemap.rst)."""


def own_memory() -> tuple[range, ...]:
    """Return the addresses of this process's own memory, as it is mapped now; none outside Linux."""
    found = []
    with suppress(OSError):
        for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
            addresses, rights, _, _, inode, *name = line.split(maxsplit=5)
            if rights == "rw-p" and inode == "0" and name in ([], ["[heap]"]):
                first, last = addresses.split("-")
                found.append(range(int(first, 16), int(last, 16)))
    return tuple(found)


def without(after: Sequence[range], before: Sequence[range]) -> tuple[range, ...]:
    """Return what is in ``after`` and not in ``before``; both in order, and no two of one overlap."""
    found = []
    for span in after:
        begin = span.start
        for known in before:
            if known.start < span.stop and known.stop > begin:
                if known.start > begin:
                    found.append(range(begin, known.start))
                begin = known.stop
        if begin < span.stop:
            found.append(range(begin, span.stop))
    return tuple(found)


def use_huge_pages(memory: Iterable[range]) -> int:
    """Put memory on huge pages, wherever all of one is in use already, so that it takes no more than before.

    Its contents stay what they are. A kernel that cannot, or that is set to ``never``, does nothing.

    Args:
        memory: addresses; what is not mapped any more is passed over.

    Returns:
        Bytes that are on huge pages now.
    """
    try:
        if "[never]" in _SETTING.read_text(encoding="ascii"):
            return 0
        size = int(_SIZE.read_text(encoding="ascii"))
        advise = ctypes.CDLL(None).madvise
        entries = os.open("/proc/self/pagemap", os.O_RDONLY | os.O_CLOEXEC)
    except (OSError, ValueError, AttributeError):  # another system, or no access
        return 0
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    try:
        moved = 0
        for span in memory:
            for begin in range(-(-span.start // size) * size, span.stop - size + 1, size):
                if _in_use(entries, begin, size) and advise(begin, size, _COLLAPSE) == 0:
                    moved += size
                    time.sleep(_PAUSE)
        return moved
    finally:
        os.close(entries)


def _in_use(entries: int, begin: int, size: int) -> bool:
    """Return whether every page of a stretch of memory has been written to."""
    pages = size // mmap.PAGESIZE
    found = np.frombuffer(os.pread(entries, 8 * pages, begin // mmap.PAGESIZE * 8), dtype=np.uint64)
    return len(found) == pages and bool((found & _PRESENT).all())
