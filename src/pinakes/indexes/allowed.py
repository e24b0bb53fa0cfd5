"""What a mask allows of each inverted list: counted once, and kept for the next query under the same mask."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.codes import import_faiss
from pinakes.kernels.beside import Beside

COUNTED = 2**19
"""Rows from which a mask is counted in halves, in two threads where a core is free: those of a million take
0.8 to 1.5 ms."""

KEPT = 16
"""Masks whose counts are kept, the latest: a bit a row each, 20 MB of ten million rows."""

FEWEST = 0.1
"""Share of a list's rows that is taken to be allowed at least, where it is told how deep to look: rows differ
from the centre of their list by more, in rare cases, than a normal distribution knows.
"""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be found in each list.

    Attributes:
        count: allowed rows in all.
        bits: uint8, the mask with eight rows in each, the first in the lowest bit; None for no mask.
        chosen: of FAISS, the same; None for no mask.
        counts: int64 of shape (lists,), allowed rows of each list.
        rarity: float32 of shape (lists,), minus twice the logarithm of their share, 0 or more.
    """

    count: int
    bits: NDArray[np.uint8] | None
    chosen: Any
    counts: NDArray[np.int64]
    rarity: NDArray[np.float32]

    def nearer(self, deviations: float) -> NDArray[np.float32]:
        """Return how many standard deviations less are worth looking for in each list, shape (lists,).

        The tail of the normal distribution falls as exp(-z**2 / 2): of a share of a list's rows as many are
        expected beyond z = sqrt(deviations**2 + 2 log(share)) as of all its rows beyond ``deviations``.

        Args:
            deviations: that are looked for where all rows of a list are allowed, above 0.
        """
        left: NDArray[np.float32] = np.sqrt(np.maximum(np.float32(deviations**2) - self.rarity, 0.0))
        return np.float32(deviations) - left


class AllowedRows:
    """Counts what masks allow of each list. Threads may share it."""

    def __init__(self, placed: NDArray[np.int32], sizes: NDArray[np.int64], beside: Beside) -> None:
        """Store.

        Args:
            placed: shape (n,), the list of each row.
            sizes: shape (lists,), rows of each list.
            beside: does half of a long count.
        """
        self._placed: NDArray[np.int32] = placed.view(np.ndarray)  # a memory map is slow to index
        self._sizes, self._beside = sizes, beside
        self._all = Allowed(len(placed), None, None, sizes, np.zeros(len(sizes), np.float32))
        self._kept: tuple[Allowed, ...] = ()

    def of(self, mask: NDArray[np.bool_] | None, count: int) -> Allowed:
        """Return what a mask allows.

        A mask is known again by its bits, not by where it lies: who asks makes a new one, or writes to it.

        Args:
            mask: shape (n,), True where a row may be found; None for all.
            count: how many those are.
        """
        if mask is None:
            return self._all
        bits = np.packbits(mask, bitorder="little")
        kept = self._kept
        for one in kept:
            if one.count == count and one.bits is not None and np.array_equal(one.bits, bits):
                self._kept = (one, *(other for other in kept if other is not one))
                return one
        counts = self._counted(mask, count)
        shares = np.maximum(counts / np.maximum(self._sizes, 1), FEWEST)
        rarity = (-2.0 * np.log(shares)).astype(np.float32)
        made = Allowed(count, bits, import_faiss().IDSelectorBitmap(bits), counts, rarity)
        self._kept = (made, *kept[: KEPT - 1])
        return made

    def _counted(self, mask: NDArray[np.bool_], allowed: int) -> NDArray[np.int64]:
        """Return how many allowed rows each list holds: the others are counted where they are fewer."""
        few = 2 * allowed <= len(mask)
        counted = mask if few else ~mask

        def count(part: slice) -> NDArray[np.int64]:
            rows = np.flatnonzero(counted[part])  # a mask as an index takes twice as long
            return np.bincount(self._placed[part].take(rows), minlength=len(self._sizes))

        if len(mask) < COUNTED:
            counts = count(slice(None))
        else:
            middle = len(mask) // 2
            one, other = self._beside.both(partial(count, slice(middle)), partial(count, slice(middle, None)))
            counts = one + other
        return counts if few else self._sizes - counts
