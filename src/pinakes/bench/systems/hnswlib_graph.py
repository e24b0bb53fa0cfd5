"""hnswlib: the reference implementation of HNSW; filters by a function of the label, as its README says."""

from collections.abc import Mapping
from pathlib import Path

import hnswlib
import numpy as np
from numpy.typing import NDArray

from pinakes.bench.data.cases import Range
from pinakes.bench.data.dataset import CHUNK, Dataset
from pinakes.bench.systems.base import InProcess


class HnswlibGraph(InProcess):
    """A graph with 32 links a node, over float32."""

    efforts = (16, 32, 64, 128, 256, 512, 1024, 2048)
    effort_name = "ef"
    filters = "filter= function of the label"
    links = 32
    construction = 128

    def build(self, dataset: Dataset, folder: Path) -> None:
        """See `System.build`."""
        rows = dataset.rows
        self._columns = dataset.columns
        self._index = hnswlib.Index(space="ip", dim=rows.shape[1])
        self._index.init_index(len(rows), M=self.links, ef_construction=self.construction)
        for start in range(0, len(rows), CHUNK):
            block = np.asarray(rows[start : start + CHUNK], dtype=np.float32)
            self._index.add_items(block, np.arange(start, start + len(block)))
        self._index.save_index(str(folder / "index.hnswlib"))

    def open(self, dataset: Dataset, folder: Path) -> None:
        """See `System.open`."""
        self._columns = dataset.columns
        self._index = hnswlib.Index(space="ip", dim=dataset.rows.shape[1])
        self._index.load_index(str(folder / "index.hnswlib"))

    def spend(self, effort: int) -> None:
        """See `System.spend`."""
        self._index.set_ef(effort)

    def search(self, query: NDArray[np.float32], k: int, where: Range | None) -> NDArray[np.int64]:
        """See `System.search`."""
        if where is None:
            rows, _ = self._index.knn_query(query, k)
            return np.asarray(rows[0], dtype=np.int64)
        allowed = where.mask(self._columns)
        try:
            rows, _ = self._index.knn_query(query, k, num_threads=1, filter=allowed.item)
        except RuntimeError:  # it found fewer than k rows that pass, and gives none of them
            return np.empty(0, dtype=np.int64)
        return np.asarray(rows[0], dtype=np.int64)

    def settings(self) -> Mapping[str, str | int | float]:
        """See `System.settings`."""
        return {"M": self.links, "ef_construction": self.construction}
