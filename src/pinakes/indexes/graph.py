"""Approximate search along a graph: HNSW (Malkov and Yashunin, TPAMI 2020) over float16 vectors."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.base import Proposal
from pinakes.indexes.codes import import_faiss, selecting
from pinakes.indexes.exact import ExactIndex
from pinakes.indexes.files import read_faiss, write_faiss
from pinakes.kernels.similarity import Stored, widen

FILE = "index.faiss"

FEW = 1000
"""Rows up to which an exact scan is the better way."""

NEIGHBOURS = 32
"""Edges of a node; 40 candidates are looked at when one is added."""

BLOCK = 65_536
"""Rows that are added at once."""


class GraphIndex:
    """Walks from neighbour to neighbour; effort is how many candidates it keeps on the way."""

    name = "hnsw"
    exhaustive = False
    efforts: Sequence[int] = (32, 64, 128, 256, 512)

    def __init__(self, vectors: Stored, index: Any, effort: int = 128) -> None:
        """Store; ``index`` is FAISS's, None where there are too few rows for one."""
        self.effort = effort
        self._vectors, self._index = vectors, index
        self._plain = ExactIndex(vectors)

    def at(self, effort: int) -> "GraphIndex":
        """Return the same index keeping another number of candidates."""
        return GraphIndex(self._vectors, self._index, effort)

    def propose(
        self, queries: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None
    ) -> list[Proposal]:
        """Propose the k best rows that the walk meets; see `VectorIndex.propose`."""
        if k < 1 or self._index is None or (mask is not None and np.count_nonzero(mask) <= FEW):
            return self._plain.propose(queries, k, mask)
        faiss = import_faiss()
        faiss.omp_set_num_threads(1)
        wanted = min(k, len(self._vectors))
        parameters = selecting(mask, faiss.SearchParametersHNSW) or faiss.SearchParametersHNSW()
        parameters.efSearch = max(self.effort, k)
        scanned = min(len(self._vectors), parameters.efSearch * NEIGHBOURS)
        # One at a time: many together are scored in another order, and equal rows could change places.
        found = [self._index.search(query[None], wanted, params=parameters)[1][0] for query in queries]
        return [Proposal(np.sort(rows[rows >= 0]), scanned) for rows in found]

    def save(self, folder: Path) -> None:
        """Write ``index.faiss``, where there is an index."""
        if self._index is not None:
            write_faiss(folder / FILE, self._index)


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
        if len(vectors) <= FEW:
            return GraphIndex(vectors, None)
        index = read_faiss(folder / FILE, len(vectors), import_faiss().IO_FLAG_MMAP_IFC)
        return GraphIndex(vectors, index)
