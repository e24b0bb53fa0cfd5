"""What a mask allows of each inverted list: counted once, and kept for the next query under the same mask.

A mask that is asked again and again has its lists narrowed to what it allows, a step after each query, which
costs as much processor time as a quarter of a query.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.codes import import_faiss
from pinakes.indexes.narrowed import Narrowed
from pinakes.kernels.beside import Beside

COUNTED = 2**19
"""Rows from which a mask is counted in halves, in two threads where a core is free: those of a million take
0.8 to 1.5 ms."""

KEPT = 16
"""Masks whose counts are kept, the latest: a bit a row each, 20 MB of ten million rows."""

AGAIN = 4
"""Queries under a mask after which its lists are narrowed, by one step after each."""

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
        narrowed: the lists, with the allowed rows alone where these are few; None as long as the mask was not
            asked often, or where that would spare too little.
    """

    count: int
    bits: NDArray[np.uint8] | None
    chosen: Any
    counts: NDArray[np.int64]
    rarity: NDArray[np.float32]
    narrowed: Narrowed | None = None

    def looked_at(self, index: Any) -> tuple[Any, Any]:
        """Return what to search instead of an index of FAISS, and its selector of rows, or None."""
        if self.narrowed is None:
            return index, self.chosen
        return self.narrowed.index, None if self.narrowed.pure else self.chosen

    def nearer(self, deviations: float) -> NDArray[np.float32]:
        """Return how many standard deviations less are worth looking for in each list, shape (lists,).

        The tail of the normal distribution falls as exp(-z**2 / 2): of a share of a list's rows as many are
        expected beyond z = sqrt(deviations**2 + 2 log(share)) as of all its rows beyond ``deviations``.

        Args:
            deviations: that are looked for where all rows of a list are allowed, above 0.
        """
        left: NDArray[np.float32] = np.sqrt(np.maximum(np.float32(deviations**2) - self.rarity, 0.0))
        return np.float32(deviations) - left


Narrow: TypeAlias = Callable[[NDArray[np.int64], NDArray[np.bool_]], Iterator[Narrowed | None]]
"""Narrows lists to what a mask allows, step by step: takes the allowed rows of each list, and the mask."""


@dataclass(slots=True)
class _Kept:
    """What a mask allows, how often it was asked, and how far its lists are narrowed.

    Attributes:
        bits: of the mask, as in `Allowed`.
        allowed: what it allows.
        asked: queries that were answered.
        steps: of the narrowing; None before its first and after its last.
        idle: whether another step may be taken: none waits to be, and not all were.
    """

    bits: NDArray[np.uint8]
    allowed: Allowed
    asked: int = 0
    steps: Iterator[Narrowed | None] | None = None
    idle: bool = True


class AllowedRows:
    """Counts what masks allow of each list. Threads may share it."""

    def __init__(
        self, placed: NDArray[np.int32], sizes: NDArray[np.int64], beside: Beside, narrow: Narrow
    ) -> None:
        """Store.

        Args:
            placed: shape (n,), the list of each row.
            sizes: shape (lists,), rows of each list.
            beside: does half of a long count, and narrows lists.
            narrow: begins to narrow lists to a mask that is asked again and again.
        """
        self._placed: NDArray[np.int32] = placed.view(np.ndarray)  # a memory map is slow to index
        self._sizes, self._beside, self._narrow = sizes, beside, narrow
        self._all = Allowed(len(placed), None, None, sizes, np.zeros(len(sizes), np.float32))
        self._kept: tuple[_Kept, ...] = ()

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
            if one.allowed.count == count and np.array_equal(one.bits, bits):
                self._kept = (one, *(other for other in kept if other is not one))
                return one.allowed
        counts = self._counted(mask, count)
        shares = np.maximum(counts / np.maximum(self._sizes, 1), FEWEST)
        rarity = (-2.0 * np.log(shares)).astype(np.float32)
        made = Allowed(count, bits, import_faiss().IDSelectorBitmap(bits), counts, rarity)
        self._kept = (_Kept(bits, made), *kept[: KEPT - 1])
        return made

    def answered(self, allowed: Allowed) -> None:
        """Have lists narrowed by another step after a query, if its mask is asked again and again."""
        for one in self._kept:
            if one.allowed is allowed and one.idle:
                one.asked += 1
                if one.asked >= AGAIN:
                    one.idle = False
                    self._beside.later(partial(self._step, one))

    def _step(self, one: _Kept) -> None:
        """Narrow the lists to what a mask allows by another step; the last serves the queries after it."""
        if one.steps is None:
            mask = np.unpackbits(one.bits, count=len(self._placed), bitorder="little")
            one.steps = self._narrow(one.allowed.counts, mask.view(np.bool_))
        for narrowed in one.steps:
            if narrowed is None:
                one.idle = True
                return
            one.allowed = replace(one.allowed, narrowed=narrowed)
        one.steps = None

    def _counted(self, mask: NDArray[np.bool_], allowed: int) -> NDArray[np.int64]:
        """Return how many allowed rows each list holds: the others are counted where they are fewer."""
        if len(self._sizes) == 1:
            return np.array([allowed])
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
