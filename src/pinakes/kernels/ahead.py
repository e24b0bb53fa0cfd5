"""Reading rows of large vectors that lie on disk: asked for all at once, not one page fault after the other.

Without advice, the kernel reads 128 KB around every row that is touched, and waits for each: 200 rows of a
cold file took 240 to 1,100 ms on a busy virtual disk, 45 to 80 ms with MADV_RANDOM, and 5 to 47 ms where they
were asked for ahead.
"""

import ctypes
import mmap
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinakes.kernels.similarity import Stored

LARGE = 2 * 2**30
"""Bytes of vectors from which they are taken not to stay in the page cache; below, advice only costs."""

MLOCK_ONFAULT = 1
"""Of Linux: pages are locked when they are read, not all at once."""


def expect_random(vectors: Stored, large: int = LARGE) -> None:
    """Tell the kernel that rows of mapped vectors are wanted here and there; see `read_rows_ahead`.

    Args:
        vectors: shape (n, dim); nothing happens if they are not mapped, or not large.
        large: bytes from which they are large.
    """
    if (found := _mapped(vectors, large)) is not None:
        found.memory.madvise(mmap.MADV_RANDOM)


def read_rows_ahead(vectors: Stored, rows: NDArray[np.int64], large: int = LARGE) -> None:
    """Have the disk read rows of mapped vectors that will be looked at next.

    Args:
        vectors, large: as in `expect_random`.
        rows: int64, in any order.
    """
    if (found := _mapped(vectors, large)) is not None:
        for row in rows.tolist():
            found.will_need(row, row + 1)


def read_block_ahead(vectors: Stored, start: int, stop: int, large: int = LARGE) -> None:
    """Have the disk read the rows from ``start`` to ``stop`` of mapped vectors; see `read_rows_ahead`."""
    if (found := _mapped(vectors, large)) is not None:
        found.will_need(start, min(stop, len(vectors)))


@dataclass(frozen=True, slots=True)
class _Mapped:
    """Where rows lie in a map: the first at ``first``, each ``width`` bytes."""

    memory: mmap.mmap
    first: int
    width: int

    def will_need(self, start: int, stop: int) -> None:
        begin = self.first + start * self.width
        aligned = begin // mmap.PAGESIZE * mmap.PAGESIZE
        self.memory.madvise(mmap.MADV_WILLNEED, aligned, self.first + stop * self.width - aligned)


def _mapped(vectors: Stored, large: int) -> _Mapped | None:
    """Return the map that vectors are the whole of; None where there is none, or no advice to be given."""
    if vectors.nbytes < large or not hasattr(mmap, "MADV_WILLNEED"):
        return None
    if not isinstance(vectors, np.memmap) or not isinstance(vectors.base, mmap.mmap):
        return None
    return _Mapped(vectors.base, vectors.offset % mmap.ALLOCATIONGRANULARITY, vectors.strides[0])


def keep_in_memory(address: int, size: int) -> bool:
    """Have mapped pages stay in memory from when they are first read, and the disk start reading them now.

    For what every query looks at, beside vectors of which each needs a few: their pages would push it out.

    Args:
        address: of the first page.
        size: bytes.

    Returns:
        Whether the pages will stay: not where the system limits how much may (``RLIMIT_MEMLOCK``).
    """
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mlock2") or not hasattr(mmap, "MADV_WILLNEED"):
        return False
    where, length = ctypes.c_void_p(address), ctypes.c_size_t(size)
    kept: bool = libc.mlock2(where, length, MLOCK_ONFAULT) == 0
    libc.madvise(where, length, mmap.MADV_WILLNEED)
    return kept
