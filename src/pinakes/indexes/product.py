"""Approximate search over all rows in a few bits: product quantisation, scanned in registers.

Jegou, Douze and Schmid, "Product Quantization for Nearest Neighbor Search", TPAMI 2011; the scan of four-bit
codes is that of Andre, Kermarrec and Le Scouarnec, VLDB 2015, in FAISS's IVF form, which takes masks.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import SettingsError
from pinakes.indexes.allowed import Allowed, AllowedRows
from pinakes.indexes.base import Proposal
from pinakes.indexes.codes import import_faiss, sample_rows
from pinakes.indexes.exact import ExactIndex
from pinakes.indexes.files import map_array, read_faiss, write_array, write_faiss
from pinakes.indexes.narrowed import narrowing
from pinakes.indexes.rescored import rescored
from pinakes.indexes.rotation import banded_rotation
from pinakes.kernels.ahead import expect_random
from pinakes.kernels.beside import Beside
from pinakes.kernels.similarity import Stored, products, widen

SHARED = 4
"""Dimensions that share four bits unless told otherwise: 64 bytes a row at 512 dimensions."""

TRAINED_ON = 16_384
"""Rows that the centroids are fitted on; FAISS looks at 4,096 of them for each."""

BLOCK = 65_536
"""Rows that are coded at once."""

FIRST, MARGIN, FILTERED_MARGIN = 2, 92, 192
"""At first twice the wanted rows and 92 more are scored again, then as many more as effort asks for; under a
mask 192 more, as no filter may lose a row.

Without a mask ten rows took 0.72 to 0.83 ms with 192, 0.61 to 0.78 with 92. At effort 40 neither lost a row
of 760 answers; of 4,400 under masks 192 lost none and 92 one (100,000 vectors of five kinds, `pq:4`).
"""

BACK, AND_MORE, DEEPER = 10, 400, 4
"""Ten times the wanted rows and 400 more come back from a look at the codes, four times as many from the
next.

Of ten, 900 instead of 500 take 0.04 ms of 0.6, another look as long as the first; one query in twenty of
CLIP's pictures asks for more than 458 at effort 40, of other vectors one in a hundred for more than 350.
"""

MOST = 16
"""Where one row in sixteen would have to be scored again, an exact scan is the better way."""

TOGETHER = 8
"""Queries that are looked for at once, so that what is found of them stays small."""

PAIRS = 2
"""Queries to which codes are compared while they are in registers: two take 0.63 ms where one takes 0.36, and
four as long as two pairs (60,000 rows of 128 bytes, AMD EPYC)."""

LAST = 100_000
"""Rows that are scored again at most; a miss is then less improbable than it should be."""

Rough: TypeAlias = tuple[NDArray[np.float32], NDArray[np.int64]]
"""Scores and rows of a look at the codes, best first."""


class ProductIndex:
    """Looks at the codes of all rows, and scores so many of the best again that a miss is improbable.

    As long as a miss is less improbable than ``effort / 10`` standard deviations make it (see `rescored`),
    more rows are looked at, in the end all of them exactly. For a mask that is asked again and again, the
    codes of what it allows are kept on their own (see `AllowedRows`: all rows are one list).
    """

    exhaustive = False
    efforts: Sequence[int] = (10, 20, 30, 40)
    """At 60, half of the answers of 200 rows under a filter needed an exact scan: 8.5 ms instead of 2.6."""

    def __init__(
        self,
        name: str,
        vectors: Stored,
        index: Any,
        rotation: NDArray[np.float32],
        *,
        effort: int = 40,
        allowed: AllowedRows | None = None,
    ) -> None:
        """Store.

        Args:
            name: of the family.
            vectors: those that the codes stand for, shape (n, dim).
            index: of FAISS, over the rotated vectors, all in one list.
            rotation: float32 of shape (padded dim, dim).
            effort: standard deviations that make a miss improbable enough, times ten.
            allowed: what masks allow, where another effort shares it.
        """
        self.name, self.effort = name, effort
        self._vectors, self._index, self._rotation = vectors, index, rotation
        self._plain = ExactIndex(vectors)
        index.qbs2 = PAIRS
        self._allowed = allowed or _in_one_list(index, len(vectors))

    def at(self, effort: int) -> "ProductIndex":
        """Return the same index with another idea of how improbable a miss has to be."""
        parts = self.name, self._vectors, self._index, self._rotation
        return ProductIndex(*parts, effort=effort, allowed=self._allowed)

    def propose(
        self, queries: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None
    ) -> list[Proposal]:
        """Propose the rows that are the k best as far as can be told; see `VectorIndex.propose`."""
        n = len(self._vectors)
        allowed = n if mask is None else int(np.count_nonzero(mask))
        if k < 1 or MOST * _first(k, mask) > allowed:
            return self._plain.propose(queries, k, mask)
        of = self._allowed.of(mask, allowed)
        proposals = []
        for start in range(0, len(queries), TOGETHER):
            some = queries[start : start + TOGETHER]
            looked = self._look(some, BACK * k + AND_MORE, of)
            proposals += [
                self._settle(query, k, mask, of, rough) for query, rough in zip(some, looked, strict=True)
            ]
        self._allowed.answered(of)
        return proposals

    def save(self, folder: Path) -> None:
        """Write ``index.faiss`` and ``rotation.npy``."""
        write_faiss(folder / "index.faiss", self._index)
        write_array(folder / "rotation.npy", self._rotation)

    def _look(self, queries: NDArray[np.float32], most: int, allowed: Allowed) -> list[Rough]:
        """Look at the codes of all rows, for two queries at a time; the most best of each come back."""
        faiss = import_faiss()
        faiss.omp_set_num_threads(1)
        turned = np.stack([products(self._rotation, query) for query in queries])
        index, chosen = allowed.looked_at(self._index)
        scores, rows = index.search(turned, most, params=faiss.SearchParametersIVF(sel=chosen))
        return list(zip(scores, rows, strict=True))

    def _settle(
        self,
        query: NDArray[np.float32],
        k: int,
        mask: NDArray[np.bool_] | None,
        allowed: Allowed,
        rough: Rough,
    ) -> Proposal:
        """Score rows again; look deeper until a miss is improbable, in the end at all rows exactly."""
        # A query of zeros has no scale for its table of products.
        while query.any():
            most = len(rough[1])
            found, sure = rescored(
                self._vectors, query, k, rough, _first(k, mask), deviations=self.effort / 10
            )
            if sure or most > LAST:
                return Proposal(found, allowed.count)
            if most * MOST > allowed.count:
                break
            (rough,) = self._look(query[None], most * DEEPER, allowed)
        return self._plain.propose(query[None], k, mask)[0]


class ProductFamily:
    """Product quantisation with four bits for every few dimensions: ``pq``, ``pq:8``."""

    def __init__(self, shared: str = str(SHARED)) -> None:
        """Take the dimensions that share four bits.

        Raises:
            SettingsError: not a whole number from 1 to 64.
        """
        self._shared = shared_dimensions("pq", shared)

    @property
    def name(self) -> str:
        """Such as ``pq:4``."""
        return f"pq:{self._shared}"

    def build(self, vectors: Stored) -> ProductIndex:
        """Fit the centroids on sampled rows, then code all, in blocks."""
        faiss = import_faiss()
        n = len(vectors)
        sample = widen(vectors[sample_rows(n, TRAINED_ON)])
        rotation = banded_rotation(sample, self._shared)
        pieces = len(rotation) // self._shared
        index = faiss.index_factory(len(rotation), f"IVF1,PQ{pieces}x4fs", faiss.METRIC_INNER_PRODUCT)
        # One thread: in two, sums of the clustering would come in no fixed order.
        faiss.omp_set_num_threads(1)
        if n:
            index.train(_enough(sample @ rotation.T))
        for start in range(0, n, BLOCK):
            index.add(widen(vectors[start : start + BLOCK]) @ rotation.T)
        return ProductIndex(self.name, vectors, index, rotation)

    def open(self, folder: Path, vectors: Stored) -> ProductIndex:
        """Read the codes into memory, the vectors stay where they are."""
        expect_random(vectors)
        index = read_faiss(folder / "index.faiss", len(vectors))
        rotation = map_array(folder / "rotation.npy", np.dtype(np.float32), (int(index.d), vectors.shape[1]))
        return ProductIndex(self.name, vectors, index, np.array(rotation))


def _first(k: int, mask: NDArray[np.bool_] | None) -> int:
    """Return how many rows are scored again at first."""
    return FIRST * k + (MARGIN if mask is None else FILTERED_MARGIN)


def _in_one_list(index: Any, n: int) -> AllowedRows:
    """Return what masks allow of an index that has all rows in one list."""
    sizes = np.array([n])
    return AllowedRows(np.zeros(n, np.int32), sizes, Beside(), partial(narrowing, index, sizes))


def shared_dimensions(family: str, shared: str) -> int:
    """Return how many dimensions share four bits.

    Raises:
        SettingsError: not a whole number from 1 to 64.
    """
    if not (shared.isdecimal() and 1 <= int(shared) <= 64):
        raise SettingsError(
            f"{family}:{shared}: the dimensions that share four bits are a number from 1 to 64, such as "
            f"{family}:4"
        )
    return int(shared)


def _enough(sample: NDArray[np.float32]) -> NDArray[np.float32]:
    """Repeat a small sample until it has as many rows as sixteen centroids ask for."""
    wanted = 16 * 39
    return sample if len(sample) >= wanted else np.tile(sample, (-(-wanted // len(sample)), 1))
