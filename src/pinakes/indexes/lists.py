"""Approximate search over the nearest clusters: inverted lists of product-quantised codes, memory-mapped.

The codes are those of `pinakes.indexes.product`, of what a row differs from the centre of its list: that is
less than the row itself, so the codes are nearer to the truth, and fewer rows are scored again.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.cores import usable_cores
from pinakes.indexes.base import Proposal
from pinakes.indexes.codes import import_faiss, sample_rows, selector
from pinakes.indexes.exact import ExactIndex
from pinakes.indexes.files import map_array, read_faiss, write_array, write_faiss
from pinakes.indexes.mapped_lists import map_lists, write_lists
from pinakes.indexes.product import shared_dimensions
from pinakes.indexes.rescored import rescored
from pinakes.indexes.rotation import padded_rotation
from pinakes.kernels.ahead import LARGE, expect_random
from pinakes.kernels.similarity import Stored, products, widen

SHARED = 2
"""Dimensions that share four bits unless told otherwise: 128 bytes a row at 512 dimensions."""

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

COUNTED = 2**20
"""Rows of a mask that are looked at, about, to tell which lists it allows.

With sixteen allowed rows a list instead, lists that hold few were stepped over: of the first ten under
filters, 0.9875 were found where every list was to be looked at (a million vectors with the spectrum of CLIP).
"""

FIRST, MARGIN = 4, 60
"""At first four times the wanted rows and 60 more are scored again: 0.998 of the first ten are among them."""

USUAL, NARROWER = 10, 1 / 3
"""The share that is looked at is that for so many wanted rows among all. It grows with how many more are
wanted, and with one over the share that a mask allows, to this power.

The best of fewer rows lie farther from the query, in more lists: 0.32 of the lists held 0.99 of the first ten
of every hundredth row, 0.08 of all rows (300,000 vectors with the spectrum of CLIP); and the hundred best of
all are the ten best of every tenth.
"""

DEEPER = (1, 2, 4, 8, 16)
"""How many times as many are scored while a miss is not improbable."""

SURE, SURE_FROM_DISK = 5.0, 4.0
"""Standard deviations of the codes that make a miss improbable; where each row is read from the disk, fewer.

With 3, 0.987 of the first ten of a million rows were found where every list was looked at, with 4 0.998 and
with 5 all, in hardly more time: thousands of rows score nearly as much as the last that are scored again.
"""


SPLIT = 2**18
"""Rows from which lists are shared out between threads: one looks at so many in 2 to 3 ms."""


@dataclass(frozen=True, slots=True)
class Lists:
    """Rows in lists.

    Attributes:
        searched: of FAISS, with the lists.
        coder: the same without a list.
        centres: of the lists, float32 of shape (lists, padded dim).
        sizes: rows of each list, int64.
        placed: int32 of shape (n,), the list of each row.
        rotation: float32 of shape (padded dim, dim).
    """

    searched: Any
    coder: Any
    centres: NDArray[np.float32]
    sizes: NDArray[np.int64]
    placed: NDArray[np.int32]
    rotation: NDArray[np.float32]

    def best(
        self,
        turned: NDArray[np.float32],
        near: NDArray[np.float32],
        probed: NDArray[np.int64],
        most: int,
        allowed: Any,
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return rough scores and rows of the best in some lists, best first.

        Args:
            turned: the rotated query, shape (padded dim,).
            near: its products with the centres, shape (lists,).
            probed: numbers of lists.
            most: how many rows at most.
            allowed: of FAISS, what a mask allows; or None.
        """
        threads = min(usable_cores(), 1 + int(self.sizes[probed].sum()) // SPLIT)
        if threads == 1:
            return self._best(turned, near, probed, most, allowed)

        def scan(first: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
            return self._best(turned, near, probed[first::threads], most, allowed)

        with ThreadPoolExecutor(threads) as pool:
            rough, rows = map(np.concatenate, zip(*pool.map(scan, range(threads)), strict=True))
        order = np.argsort(-rough, kind="stable")[:most]
        return rough[order], rows[order]

    def _best(
        self,
        turned: NDArray[np.float32],
        near: NDArray[np.float32],
        probed: NDArray[np.int64],
        most: int,
        allowed: Any,
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Do the same in this thread."""
        faiss = import_faiss()
        faiss.omp_set_num_threads(1)
        parameters = faiss.SearchParametersIVF(nprobe=len(probed))
        if allowed is not None:
            parameters.sel = allowed
        rough, rows = np.empty(most, np.float32), np.empty(most, np.int64)
        # FAISS's own wrapper of this call takes no parameters.
        arrays = turned, np.ascontiguousarray(probed), near[probed], rough, rows
        asked, keys, distances, *found = (faiss.swig_ptr(array) for array in arrays)
        self.searched.search_preassigned_c(1, asked, most, keys, distances, *found, False, parameters)
        return rough[rows >= 0], rows[rows >= 0]


class ListsIndex:
    """Looks at the lists whose centres are nearest to the query, until they hold a share of the allowed rows.

    Effort is that share without a mask, in thousandths; see `NARROWER`. Lists without an allowed row are
    stepped over, so a mask of what is far from the query costs little more than another.
    """

    exhaustive = False
    efforts: Sequence[int] = (10, 20, 40, 80, 120, 160, 200, 240, 320, 640, 1000)

    def __init__(self, name: str, vectors: Stored, lists: Lists | None, effort: int = 160) -> None:
        """Store.

        Args:
            name: of the family.
            vectors: those that are in the lists.
            lists: None where there are too few rows for any.
            effort: thousandths of the allowed rows that are looked at.
        """
        self.name, self.effort = name, effort
        self._vectors, self._lists = vectors, lists
        self._plain = ExactIndex(vectors)

    def at(self, effort: int) -> "ListsIndex":
        """Return the same index looking at another share of the rows."""
        return ListsIndex(self.name, self._vectors, self._lists, effort)

    def propose(
        self, queries: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None
    ) -> list[Proposal]:
        """Propose the rows that are the k best of those looked at; see `VectorIndex.propose`."""
        allowed = len(self._vectors) if mask is None else int(np.count_nonzero(mask))
        if k < 1 or self._lists is None or allowed <= max(FEW, FIRST * k):
            return self._plain.propose(queries, k, mask)
        narrower = (len(self._vectors) / allowed * max(1.0, k / USUAL)) ** NARROWER
        shares = _counts(self._lists, mask, allowed) / narrower
        chosen = selector(mask)
        return [self._scan(self._lists, query, k, chosen, shares) for query in queries]

    def save(self, folder: Path) -> None:
        """Write the lists, what codes a vector, and where each row is."""
        if self._lists is None:
            return
        write_faiss(folder / "coder.faiss", self._lists.coder)
        write_array(folder / "rotation.npy", self._lists.rotation)
        write_array(folder / "placed.npy", self._lists.placed)
        write_lists(folder / "lists.bin", self._lists.searched)

    def _scan(
        self, lists: Lists, query: NDArray[np.float32], k: int, chosen: Any, shares: NDArray[np.float64]
    ) -> Proposal:
        """Look at lists, nearest first; at all that hold an allowed row where the others hold too few."""
        turned = products(lists.rotation, query)
        near = products(lists.centres, turned)
        order = np.argsort(-near)
        order = order[shares[order] > 0]
        depth = FIRST * k + MARGIN
        upto = int(np.searchsorted(np.cumsum(shares[order]), self.effort / 1000)) + 1
        while True:
            probed = order[:upto]
            rough, rows = lists.best(turned, near, probed, DEEPER[-1] * depth, chosen)
            if len(rows) >= depth or upto >= len(order):
                break
            upto *= 4
        depths = [times * depth for times in DEEPER]
        sure = SURE if self._vectors.nbytes < LARGE else SURE_FROM_DISK
        found, _ = rescored(self._vectors, query, k, (rough, rows), depths, deviations=sure)
        return Proposal(found, int(lists.sizes[probed].sum()))


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
        n, dim = vectors.shape
        if n <= FEW:
            return ListsIndex(self.name, vectors, None)
        faiss = import_faiss()
        count = min(MOST_LISTS, int(LISTS * n**0.5))
        rotation = padded_rotation(dim, self._shared)
        padded = len(rotation)
        factory = f"IVF{count},PQ{padded // self._shared}x4fs"
        index = faiss.index_factory(padded, factory, faiss.METRIC_INNER_PRODUCT)
        index.by_residual = True
        index.cp.niter, index.cp.min_points_per_centroid = ROUNDS, 1
        # One thread: in two, sums of the clustering would come in no fixed order.
        faiss.omp_set_num_threads(1)
        index.train(widen(vectors[sample_rows(n, count * ROWS_EACH)]) @ rotation.T)
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
        return ListsIndex(self.name, vectors, Lists(index, coder, centres, sizes, placed, rotation))

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
        return ListsIndex(
            self.name, vectors, Lists(searched, coder, centres, sizes, placed, np.array(rotation))
        )


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


def _counts(lists: Lists, mask: NDArray[np.bool_] | None, allowed: int) -> NDArray[np.float64]:
    """Return the share of the allowed rows that each list holds: of every so many rows where there are many.

    Args:
        allowed: how many there are, at least 1.
    """
    if mask is None:
        return lists.sizes / allowed
    step = 1 + len(mask) // COUNTED if allowed > COUNTED // 8 else 1
    seen = lists.placed[::step][np.flatnonzero(mask[::step])]  # a mask as an index takes twice as long
    return np.bincount(seen, minlength=len(lists.sizes)) / max(1, len(seen))
