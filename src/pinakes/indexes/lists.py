"""Approximate search over the nearest clusters: inverted lists of float16 vectors, memory-mapped."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.base import Proposal
from pinakes.indexes.codes import import_faiss, sample_rows, selecting
from pinakes.indexes.exact import ExactIndex
from pinakes.indexes.files import read_faiss, write_faiss
from pinakes.kernels.similarity import Stored, widen

ROWS_EACH = 64
"""Rows that the clusters are fitted on, for each cluster."""

BLOCK = 65_536
"""Rows that are added at once."""

FEW = 1000
"""Rows up to which an exact scan is the better way."""


class ListsIndex:
    """Looks at the rows of the clusters that are nearest to the query; effort is how many."""

    name = "ivf"
    exhaustive = False
    efforts: Sequence[int] = (4, 8, 16, 32, 64, 128)

    def __init__(self, vectors: Stored, index: Any, effort: int = 32) -> None:
        """Store; ``index`` is FAISS's, None where there are too few rows for one."""
        self.effort = effort
        self._vectors, self._index = vectors, index
        self._plain = ExactIndex(vectors)

    def at(self, effort: int) -> "ListsIndex":
        """Return the same index looking at another number of clusters."""
        return ListsIndex(self._vectors, self._index, effort)

    def propose(
        self, queries: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None
    ) -> list[Proposal]:
        """Propose the k best rows of the nearest clusters; see `VectorIndex.propose`."""
        if k < 1 or self._index is None or (mask is not None and np.count_nonzero(mask) <= FEW):
            return self._plain.propose(queries, k, mask)
        faiss = import_faiss()
        faiss.omp_set_num_threads(1)
        n = len(self._vectors)
        parameters = selecting(mask, faiss.SearchParametersIVF) or faiss.SearchParametersIVF()
        parameters.nprobe = min(self.effort, self._index.nlist)
        scanned = n * parameters.nprobe // self._index.nlist
        # One at a time: many together are scored in another order, and equal rows could change places.
        found = [self._index.search(query[None], min(k, n), params=parameters)[1][0] for query in queries]
        return [Proposal(np.sort(rows[rows >= 0]), scanned) for rows in found]

    def save(self, folder: Path) -> None:
        """Write ``index.faiss``, where there is an index."""
        if self._index is not None:
            write_faiss(folder / "index.faiss", self._index)


class ListsFamily:
    """Inverted lists: about four clusters for the square root of the rows."""

    name = "ivf"

    def build(self, vectors: Stored) -> ListsIndex:
        """Fit the clusters on sampled rows, then add all, in blocks."""
        n, dim = vectors.shape
        if n <= FEW:
            return ListsIndex(vectors, None)
        faiss = import_faiss()
        lists = int(4 * n**0.5)
        index = faiss.index_factory(dim, f"IVF{lists},SQfp16", faiss.METRIC_INNER_PRODUCT)
        faiss.omp_set_num_threads(1)
        index.cp.min_points_per_centroid = 1
        index.train(widen(vectors[sample_rows(n, lists * ROWS_EACH)]))
        for start in range(0, n, BLOCK):
            index.add(widen(vectors[start : start + BLOCK]))
        return ListsIndex(vectors, index)

    def open(self, folder: Path, vectors: Stored) -> ListsIndex:
        """Map the lists."""
        if len(vectors) <= FEW:
            return ListsIndex(vectors, None)
        flags = import_faiss().IO_FLAG_MMAP
        return ListsIndex(vectors, read_faiss(folder / "index.faiss", len(vectors), flags))
