"""What anyone would write first: one matrix product and a partial sort."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.bench.data.cases import Range
from pinakes.bench.data.dataset import Dataset
from pinakes.bench.systems.base import InProcess


class NumpyScan(InProcess):
    """An exact scan in float32."""

    filters = "the rows that pass are gathered where few, masked where many"

    def build(self, dataset: Dataset, folder: Path) -> None:
        """See `System.build`."""
        self._rows = np.ascontiguousarray(dataset.rows, dtype=np.float32)
        self._columns = dataset.columns
        np.save(folder / "rows.npy", self._rows)

    def open(self, dataset: Dataset, folder: Path) -> None:
        """See `System.open`."""
        self._rows = np.load(folder / "rows.npy")
        self._columns = dataset.columns

    def search(self, query: NDArray[np.float32], k: int, where: Range | None) -> NDArray[np.int64]:
        """See `System.search`."""
        if where is None:
            return _top(self._rows @ query, k)
        allowed = np.flatnonzero(where.mask(self._columns))
        if len(allowed) * 10 < len(self._rows):
            return allowed[_top(self._rows[allowed] @ query, k)]
        return allowed[_top((self._rows @ query)[allowed], k)]


def _top(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    if len(scores) <= k:
        return np.argsort(-scores).astype(np.int64)
    best = np.argpartition(scores, len(scores) - k)[len(scores) - k :]
    return best[np.argsort(-scores[best])].astype(np.int64)
