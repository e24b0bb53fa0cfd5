"""Approximate search over the nearest clusters: inverted lists of product-quantised codes, memory-mapped.

The codes are those of `pinakes.indexes.product`, of what a row differs from the centre of its list: that is
less than the row itself, so the codes are nearer to the truth, and fewer rows are scored again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.allowed import Allowed, AllowedRows
from pinakes.indexes.base import Proposal
from pinakes.indexes.codes import import_faiss, sample_rows
from pinakes.indexes.exact import ExactIndex
from pinakes.indexes.files import map_array, read_faiss, write_array, write_faiss
from pinakes.indexes.mapped_lists import map_lists, write_lists
from pinakes.indexes.narrowed import narrowing
from pinakes.indexes.product import shared_dimensions
from pinakes.indexes.rescored import rescored
from pinakes.indexes.rotation import banded_rotation
from pinakes.kernels.ahead import LARGE, expect_random
from pinakes.kernels.beside import Beside
from pinakes.kernels.similarity import Stored, products, widen

SHARED = 2
"""Dimensions that share four bits unless told otherwise: 128 bytes a row at 512 dimensions.

Codes of four find as much in less time where vectors stay in memory, but more rows are scored again, which
takes long where each comes from the disk.
"""

FEW = 1000
"""Rows up to which an exact scan is the better way."""

LISTS, MOST_LISTS = 2, 4096
"""There are twice the square root of the rows, and at most so many: a query is compared with every centre."""

ROWS_EACH, ROUNDS = 40, 8
"""Rows that the centres are fitted on, for each of them, and how often they are moved.

With 16 rows and 4 rounds a hundredth of the rows held 0.94 of the first ten of a query, with these 0.99
(300,000 vectors with the spectrum of CLIP).
"""

GROUPED, NEAR_GROUPS = 2048, 8
"""Where there are more centres, a row is compared with those of so many groups of centres, not with all.

With 4,096 of 512 dimensions that took 27 microseconds a row, all of them 46.
"""

BLOCK = 65_536
"""Rows that are coded at once."""

SAMPLED = 512
"""Rows that tell how far rows are from the centres of their lists, along a query."""

BEGIN = 50
"""The nearest lists are looked at until they hold one in so many allowed rows, then all that are not too far:
the best that were found tell what too far is.
"""

FIRST, MARGIN = 4, 60
"""At first four times the wanted rows and 60 more are scored again: 0.998 of the first ten are among them."""

DEEPEST = 8
"""How many times as many are scored at most while a miss is not improbable."""

SURE, SURE_FROM_DISK = 5.0, 4.0
"""Standard deviations of the codes that make a miss improbable; where each row is read from the disk, fewer.

With 3, 0.987 of the first ten of a million rows were found where every list was looked at, with 4 0.998 and
with 5 all, in hardly more time: thousands of rows score nearly as much as the last that are scored again.
"""

SPLIT = 2**15
"""Rows from which lists are looked at in two halves, in two threads where a core is free: one takes 0.3 ms
for so many, and to wake the other a tenth of a millisecond."""

NEARER = 0.02
"""Standard deviations of the lists by which the allowed rows may be nearer to the query than all are, for
lists with few of them to be looked at less deep. By chance they are up to 0.005 nearer or farther (0.03 where
1 % of the rows are allowed), under a mask of what is near 0.05 to 1.9 nearer.
"""

RESERVOIR = 11
"""FAISS's way to look at lists in the order in which they are given: what is found in the nearest leaves less
to be kept of the others. Its own choice takes them by their numbers, and 5 % longer.
"""


@dataclass(frozen=True, slots=True)
class Lists:
    """Rows in lists.

    Attributes:
        searched: of FAISS, with the lists.
        coder: the same without a list.
        centres: of the lists, float32 of shape (lists, padded dim).
        sizes: rows of each list, int64.
        placed: int32 of shape (n,), the list of each row.
        allowed: what masks allow of each list.
        residuals: of sampled rows, what they differ from the centres of their lists; float32 of shape
            (rows, padded dim).
        rotation: float32 of shape (padded dim, dim).
        beside: does half of what takes long.
    """

    searched: Any
    coder: Any
    centres: NDArray[np.float32]
    sizes: NDArray[np.int64]
    placed: NDArray[np.int32]
    allowed: AllowedRows
    residuals: NDArray[np.float32]
    rotation: NDArray[np.float32]
    beside: Beside

    def best(
        self,
        turned: NDArray[np.float32],
        near: NDArray[np.float32],
        probed: NDArray[np.int64],
        most: int,
        allowed: Allowed,
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return rough scores and rows of the best in some lists, best first.

        Args:
            turned: the rotated query, shape (padded dim,).
            near: its products with the centres, shape (lists,).
            probed: numbers of lists.
            most: how many rows at most.
            allowed: what a mask allows.
        """
        if len(probed) < 2 or int(self.sizes[probed].sum()) < SPLIT:
            return self._best(turned, near, probed, most, allowed)

        def half(first: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
            """Look at every other list, so that the nearest are in both halves."""
            return self._best(turned, near, probed[first::2], most // 2, allowed)

        # FAISS rounds scores by the lists that it is given: one thread looks at the same two halves.
        one, other = self.beside.both(partial(half, 0), partial(half, 1))
        return _best_of(np.concatenate([one[0], other[0]]), np.concatenate([one[1], other[1]]), most)

    def _best(
        self,
        turned: NDArray[np.float32],
        near: NDArray[np.float32],
        probed: NDArray[np.int64],
        most: int,
        allowed: Allowed,
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Do the same in one look."""
        faiss = import_faiss()
        faiss.omp_set_num_threads(1)
        searched, chosen = allowed.looked_at(self.searched)
        parameters = faiss.SearchParametersIVF(nprobe=len(probed), sel=chosen)
        rough, rows = np.empty(most, np.float32), np.empty(most, np.int64)
        # FAISS's own wrapper of this call takes no parameters.
        arrays = turned, np.ascontiguousarray(probed), near[probed], rough, rows
        asked, keys, distances, *found = (faiss.swig_ptr(array) for array in arrays)
        searched.search_preassigned_c(1, asked, most, keys, distances, *found, False, parameters)
        return rough[rows >= 0], rows[rows >= 0]


class ListsIndex:
    """Looks at the lists whose centres are nearest to the query, until a miss in the others is improbable.

    A row's score is that of its list's centre, and the product of the query with what the row differs from
    the centre. How these products are spread is seen on sampled rows. A list is left out where a row of it
    would have to be more than ``effort / 10`` standard deviations above their mean to be among the k best of
    what was found: so the lists of a mask of what is far from the query, or of few rows, are looked at as
    deep as they must be. Lists without an allowed row are stepped over.
    """

    exhaustive = False
    efforts: Sequence[int] = (15, 20, 25, 30, 35, 40, 45, 50, 60)

    def __init__(self, name: str, vectors: Stored, lists: Lists | None, effort: int = 40) -> None:
        """Store.

        Args:
            name: of the family.
            vectors: those that are in the lists.
            lists: None where there are too few rows for any.
            effort: standard deviations, times ten.
        """
        self.name, self.effort = name, effort
        self._vectors, self._lists = vectors, lists
        self._plain = ExactIndex(vectors)

    def at(self, effort: int) -> "ListsIndex":
        """Return the same index with another idea of how improbable a miss has to be."""
        return ListsIndex(self.name, self._vectors, self._lists, effort)

    def propose(
        self, queries: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None
    ) -> list[Proposal]:
        """Propose the rows that are the k best of those looked at; see `VectorIndex.propose`."""
        allowed = len(self._vectors) if mask is None else int(np.count_nonzero(mask))
        if k < 1 or self._lists is None or allowed <= max(FEW, FIRST * k):
            return self._plain.propose(queries, k, mask)
        with self._lists.beside.search():
            of = self._lists.allowed.of(mask, allowed)
            proposals = [self._scan(self._lists, query, k, of) for query in queries]
        self._lists.allowed.answered(of)
        return proposals

    def save(self, folder: Path) -> None:
        """Write the lists, what codes a vector, and where each row is."""
        if self._lists is None:
            return
        write_faiss(folder / "coder.faiss", self._lists.coder)
        write_array(folder / "rotation.npy", self._lists.rotation)
        write_array(folder / "placed.npy", self._lists.placed)
        write_array(folder / "residuals.npy", self._lists.residuals)
        write_lists(folder / "lists.bin", self._lists.searched)

    def _scan(self, lists: Lists, query: NDArray[np.float32], k: int, allowed: Allowed) -> Proposal:
        """Look at lists, nearest first; at all that hold an allowed row where the others hold too few."""
        counts, sought = allowed.counts, self.effort / 10
        turned = products(lists.rotation, query)
        near = products(lists.centres, turned)
        beside = products(lists.residuals, turned)
        spread = float(beside.std())
        reach = float(beside.mean()) + sought * spread
        worth = near
        if allowed.bits is not None and _no_nearer(near, counts, lists.sizes):
            worth = near - np.float32(spread) * allowed.nearer(sought)
        order = np.argsort(-worth)
        order = order[counts[order] > 0]
        held = np.cumsum(counts[order])
        depth = FIRST * k + MARGIN
        most = DEEPEST * depth
        rough, rows = np.empty(0, np.float32), np.empty(0, np.int64)
        start, stop = 0, int(np.searchsorted(held, max(depth, held[-1] // BEGIN))) + 1
        while start < stop:
            found = lists.best(turned, near, order[start:stop], most, allowed)
            rough, rows = _best_of(np.concatenate([rough, found[0]]), np.concatenate([rows, found[1]]), most)
            kth = float(rough[k - 1]) if len(rough) >= k else -np.inf
            start, stop = stop, int(np.searchsorted(-worth[order], reach - kth, side="right"))
        sure = SURE if self._vectors.nbytes < LARGE else SURE_FROM_DISK
        proposed, _ = rescored(self._vectors, query, k, (rough, rows), depth, deviations=sure)
        return Proposal(proposed, int(lists.sizes[order[:start]].sum()))


class ListsFamily:
    """Inverted lists, twice as many as the square root of the rows: ``ivf``, ``ivf:4``."""

    def __init__(self, shared: str = str(SHARED)) -> None:
        """Take the dimensions that share four bits.

        Raises:
            SettingsError: not a whole number from 1 to 64.
        """
        self._shared = shared_dimensions("ivf", shared)

    @property
    def name(self) -> str:
        """Such as ``ivf:2``."""
        return f"ivf:{self._shared}"

    def build(self, vectors: Stored) -> ListsIndex:
        """Fit centres and codes on sampled rows, then put all into lists, in blocks."""
        n = len(vectors)
        if n <= FEW:
            return ListsIndex(self.name, vectors, None)
        faiss = import_faiss()
        count = min(MOST_LISTS, int(LISTS * n**0.5))
        sample = widen(vectors[sample_rows(n, count * ROWS_EACH)])
        rotation = banded_rotation(sample, self._shared)
        padded = len(rotation)
        factory = f"IVF{count},PQ{padded // self._shared}x4fs"
        index = faiss.index_factory(padded, factory, faiss.METRIC_INNER_PRODUCT)
        index.by_residual = True
        index.cp.niter, index.cp.min_points_per_centroid = ROUNDS, 1
        # One thread: in two, sums of the clustering would come in no fixed order.
        faiss.omp_set_num_threads(1)
        turned = sample @ rotation.T
        del sample  # a third of a gigabyte where there are millions of rows
        index.train(turned)
        del turned
        coder = faiss.clone_index(index)
        centres = index.quantizer.reconstruct_n(0, count)
        # FAISS keeps only a pointer to what it is given here.
        quantizer = index.quantizer
        grouped = _grouped(centres) if count > GROUPED else quantizer
        index.quantizer = grouped
        try:
            for start in range(0, n, BLOCK):
                index.add(widen(vectors[start : start + BLOCK]) @ rotation.T)
        finally:
            index.quantizer = quantizer
        sizes = np.array([index.invlists.list_size(number) for number in range(count)])
        placed = np.empty(n, dtype=np.int32)
        for number, size in enumerate(sizes.tolist()):
            if size:
                placed[faiss.rev_swig_ptr(index.invlists.get_ids(number), size)] = number
        sampled = sample_rows(n, SAMPLED)
        residuals = widen(vectors[sampled]) @ rotation.T - centres[placed[sampled]]
        index.implem, beside = RESERVOIR, Beside()
        of = AllowedRows(placed, sizes, beside, partial(narrowing, index, sizes))
        lists = Lists(index, coder, centres, sizes, placed, of, residuals, rotation, beside)
        return ListsIndex(self.name, vectors, lists)

    def open(self, folder: Path, vectors: Stored) -> ListsIndex:
        """Map the lists; the vectors stay where they are."""
        n, dim = vectors.shape
        if n <= FEW:
            return ListsIndex(self.name, vectors, None)
        expect_random(vectors)
        coder = read_faiss(folder / "coder.faiss", 0)
        rotation = map_array(folder / "rotation.npy", np.dtype(np.float32), (int(coder.d), dim))
        placed = map_array(folder / "placed.npy", np.dtype(np.int32), (n,))
        sizes = np.bincount(placed, minlength=int(coder.nlist))
        searched = map_lists(folder / "lists.bin", coder, sizes)
        centres = coder.quantizer.reconstruct_n(0, int(coder.nlist))
        residuals = map_array(folder / "residuals.npy", np.dtype(np.float32), (min(n, SAMPLED), int(coder.d)))
        held = np.array(residuals), np.array(rotation)
        searched.implem, beside = RESERVOIR, Beside()
        of = AllowedRows(placed, sizes, beside, partial(narrowing, searched, sizes))
        lists = Lists(searched, coder, centres, sizes, placed, of, *held, beside)
        return ListsIndex(self.name, vectors, lists)


def _grouped(centres: NDArray[np.float32]) -> Any:
    """Return an index of FAISS over centres that looks only at the groups of them nearest to a row."""
    faiss = import_faiss()
    count, dim = centres.shape
    groups = max(1, int(count**0.5))
    grouped = faiss.IndexIVFFlat(faiss.IndexFlatIP(dim), dim, groups, faiss.METRIC_INNER_PRODUCT)
    grouped.cp.min_points_per_centroid = 1
    grouped.train(centres)
    grouped.add(centres)
    grouped.nprobe = NEAR_GROUPS
    grouped.make_direct_map()
    return grouped


def _no_nearer(near: NDArray[np.float32], counts: NDArray[np.int64], sizes: NDArray[np.int64]) -> bool:
    """Return whether allowed rows are no nearer to the query than others, by the centres of their lists.

    Where they are, those of a list with few of them are its nearest rows, not any.
    """
    of_all = float(near @ sizes) / float(sizes.sum())
    return float(near @ counts) / float(counts.sum()) - of_all <= NEARER * float(near.std())


def _best_of(
    rough: NDArray[np.float32], rows: NDArray[np.int64], most: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the rows with the greatest rough scores, best first."""
    order = np.argsort(-rough, kind="stable")[:most]
    return rough[order], rows[order]
