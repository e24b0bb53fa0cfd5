"""FAISS: flat, half precision, HNSW and IVF-PQ, filtered by a bitmap of ids as its wiki says.

https://github.com/facebookresearch/faiss/wiki/Setting-search-parameters-for-one-query
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.bench.data.cases import Range
from pinakes.bench.data.dataset import CHUNK, Dataset
from pinakes.bench.systems.base import InProcess

faiss: Any = import_module("faiss")
"""Its own annotations know neither its parameters nor its keyword arguments."""

TRAINING_ROWS = 25_000
"""Rows that quantisers are trained on."""


class Flat(InProcess):
    """An index made by a factory string; this one scans everything in float32."""

    filters = "IDSelectorBitmap"
    factory = "Flat"

    def build(self, dataset: Dataset, folder: Path) -> None:
        """See `System.build`."""
        rows = dataset.rows
        self._columns = dataset.columns
        self._index: Any = self._made(rows.shape[1], len(rows))
        if not self._index.is_trained:
            step = max(1, len(rows) // TRAINING_ROWS)
            self._index.train(np.ascontiguousarray(rows[::step][:TRAINING_ROWS], dtype=np.float32))
        for start in range(0, len(rows), CHUNK):
            self._index.add(np.ascontiguousarray(rows[start : start + CHUNK], dtype=np.float32))
        faiss.write_index(self._index, str(folder / "index.faiss"))

    def open(self, dataset: Dataset, folder: Path) -> None:
        """See `System.open`."""
        self._columns = dataset.columns
        self._index = faiss.read_index(str(folder / "index.faiss"))

    def search(self, query: NDArray[np.float32], k: int, where: Range | None) -> NDArray[np.int64]:
        """See `System.search`."""
        # The selector points into the bits without owning them: they have to live until the answer is there.
        bits = None if where is None else np.packbits(where.mask(self._columns), bitorder="little")
        selector = None if bits is None else faiss.IDSelectorBitmap(bits)
        _, rows = self._index.search(query[np.newaxis], k, params=self._parameters(selector))
        found: NDArray[np.int64] = rows[0][rows[0] >= 0]
        return found

    def settings(self) -> Mapping[str, str | int | float]:
        """See `System.settings`."""
        return {"factory": self.factory}

    def _made(self, dim: int, rows: int) -> Any:
        return faiss.index_factory(dim, self.factory, faiss.METRIC_INNER_PRODUCT)

    def _parameters(self, selector: Any) -> Any:
        return faiss.SearchParameters(sel=selector) if selector is not None else None


class HalfPrecision(Flat):
    """A scan of float16."""

    factory = "SQfp16"


class Graph(Flat):
    """HNSW with 32 links a node, over float32."""

    factory = "HNSW32,Flat"
    efforts = (16, 32, 64, 128, 256, 512, 1024, 2048)
    effort_name = "efSearch"
    construction = 128

    def _made(self, dim: int, rows: int) -> Any:
        index = super()._made(dim, rows)
        faiss.downcast_index(index).hnsw.efConstruction = self.construction
        return index

    def spend(self, effort: int) -> None:
        """See `System.spend`."""
        self._effort = effort

    def settings(self) -> Mapping[str, str | int | float]:
        """See `System.settings`."""
        return {"factory": self.factory, "efConstruction": self.construction}

    def _parameters(self, selector: Any) -> Any:
        return faiss.SearchParametersHNSW(sel=selector, efSearch=self._effort)


class Quantised(Flat):
    """Inverted lists of quantised codes, two numbers in four bits; the best are scored again as float16."""

    efforts = (4, 8, 16, 32, 64, 128, 256, 512)
    effort_name = "nprobe"
    refine = 10

    def _made(self, dim: int, rows: int) -> Any:
        lists = max(1, min(int(4 * rows**0.5), TRAINING_ROWS // 39))
        parts = dim if dim % 2 else dim // 2
        self.factory = f"IVF{lists},PQ{parts}x4fs,Refine(SQfp16)"
        return super()._made(dim, rows)

    def spend(self, effort: int) -> None:
        """See `System.spend`."""
        self._effort = effort

    def settings(self) -> Mapping[str, str | int | float]:
        """See `System.settings`."""
        return {"factory": self.factory, "k_factor": self.refine}

    def _parameters(self, selector: Any) -> Any:
        lists = faiss.SearchParametersIVF(sel=selector, nprobe=self._effort)
        return faiss.IndexRefineSearchParameters(k_factor=float(self.refine), base_index_params=lists)
