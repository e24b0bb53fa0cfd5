"""USearch: HNSW over half precision. Its Python interface has no filter: more is asked for, and filtered."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from usearch.index import Index

from pinakes.bench.data.cases import Range
from pinakes.bench.data.dataset import CHUNK, Dataset
from pinakes.bench.systems.base import InProcess


class UsearchGraph(InProcess):
    """A graph with 32 links a node over float16."""

    efforts = (16, 32, 64, 128, 256, 512, 1024, 2048)
    effort_name = "expansion_search"
    filters = "none in Python: as many as expansion_search are asked for, then filtered"
    links = 32
    construction = 128

    def build(self, dataset: Dataset, folder: Path) -> None:
        """See `System.build`."""
        rows = dataset.rows
        self._columns = dataset.columns
        self._index = Index(
            ndim=rows.shape[1],
            metric="ip",
            dtype="f16",
            connectivity=self.links,
            expansion_add=self.construction,
        )
        for start in range(0, len(rows), CHUNK):
            block = np.asarray(rows[start : start + CHUNK])
            self._index.add(np.arange(start, start + len(block)), block)
        self._index.save(str(folder / "index.usearch"))

    def open(self, dataset: Dataset, folder: Path) -> None:
        """See `System.open`."""
        self._columns = dataset.columns
        self._index = Index(ndim=dataset.rows.shape[1], metric="ip", dtype="f16")
        self._index.load(str(folder / "index.usearch"))

    def spend(self, effort: int) -> None:
        """See `System.spend`."""
        self._index.expansion_search = self._effort = effort

    def search(self, query: NDArray[np.float32], k: int, where: Range | None) -> NDArray[np.int64]:
        """See `System.search`."""
        count = k if where is None else max(k, self._effort)
        rows = np.asarray(self._index.search(query, count).keys).astype(np.int64)
        return rows if where is None else rows[where.mask(self._columns)[rows]][:k]

    def settings(self) -> Mapping[str, str | int | float]:
        """See `System.settings`."""
        return {"dtype": "f16", "connectivity": self.links, "expansion_add": self.construction}
