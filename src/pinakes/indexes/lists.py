"""Approximate search over the nearest clusters: inverted lists of float16 vectors, memory-mapped."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.codes import import_faiss, sample_rows, selecting
from pinakes.indexes.searched import FEW, SearchedIndex
from pinakes.kernels.similarity import Stored, widen

ROWS_EACH = 64
"""Rows that the clusters are fitted on, for each cluster."""

BLOCK = 65_536
"""Rows that are added at once."""


class ListsIndex(SearchedIndex):
    """Looks at the rows of the clusters that are nearest to the query; effort is how many."""

    name = "ivf"
    efforts: Sequence[int] = (4, 8, 16, 32, 64, 128)
    usual = 32

    def _effort(self, k: int, mask: NDArray[np.bool_] | None) -> tuple[Any, int]:
        faiss = import_faiss()
        parameters = selecting(mask, faiss.SearchParametersIVF) or faiss.SearchParametersIVF()
        parameters.nprobe = min(self.effort, self._index.nlist)
        return parameters, len(self._vectors) * parameters.nprobe // self._index.nlist


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
        return ListsIndex.opened(folder, vectors, import_faiss().IO_FLAG_MMAP)
