"""Approximate search along a graph: HNSW (Malkov and Yashunin, TPAMI 2020) over float16 vectors."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.codes import import_faiss, selecting
from pinakes.indexes.searched import FEW, SearchedIndex
from pinakes.kernels.similarity import Stored, widen

NEIGHBOURS = 32
"""Edges of a node; 40 candidates are looked at when one is added."""

BLOCK = 65_536
"""Rows that are added at once."""


class GraphIndex(SearchedIndex):
    """Walks from neighbour to neighbour; effort is how many candidates it keeps on the way."""

    name = "hnsw"
    efforts: Sequence[int] = (32, 64, 128, 256, 512)
    usual = 128

    def _effort(self, k: int, mask: NDArray[np.bool_] | None) -> tuple[Any, int]:
        faiss = import_faiss()
        parameters = selecting(mask, faiss.SearchParametersHNSW) or faiss.SearchParametersHNSW()
        parameters.efSearch = max(self.effort, k)
        return parameters, min(len(self._vectors), parameters.efSearch * NEIGHBOURS)


class GraphFamily:
    """A graph with 32 neighbours a node."""

    name = "hnsw"

    def build(self, vectors: Stored) -> GraphIndex:
        """Add the rows in their order, in one thread: in two, the graph would be another each time."""
        n, dim = vectors.shape
        if n <= FEW:
            return GraphIndex(vectors, None)
        faiss = import_faiss()
        faiss.omp_set_num_threads(1)
        index = faiss.index_factory(dim, f"HNSW{NEIGHBOURS},SQfp16", faiss.METRIC_INNER_PRODUCT)
        index.train(widen(vectors[:1]))
        for start in range(0, n, BLOCK):
            index.add(widen(vectors[start : start + BLOCK]))
        return GraphIndex(vectors, index)

    def open(self, folder: Path, vectors: Stored) -> GraphIndex:
        """Map the graph and its vectors."""
        return GraphIndex.opened(folder, vectors, import_faiss().IO_FLAG_MMAP_IFC)
