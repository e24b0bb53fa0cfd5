"""Pinakes' own indexes, without records and words around them: proposed rows, re-scored by the one kernel."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.bench.data.cases import Range
from pinakes.bench.data.dataset import Dataset
from pinakes.bench.systems.base import InProcess
from pinakes.indexes.families import index_family
from pinakes.kernels.scan import narrow
from pinakes.kernels.similarity import cosine_scores
from pinakes.kernels.topk import best


class PinakesPlan(InProcess):
    """One family of indexes, such as ``exact`` or ``int8``."""

    filters = "a mask of rows"
    effort_name = "effort"

    def __init__(self, family: str) -> None:
        self._family = index_family(family)

    def build(self, dataset: Dataset, folder: Path) -> None:
        """See `System.build`."""
        self._use(dataset)
        self._index = self._family.build(self._stored)
        self._index.save(folder)
        self.open(dataset, folder)

    def open(self, dataset: Dataset, folder: Path) -> None:
        """See `System.open`."""
        self._use(dataset)
        self._index = self._family.open(folder, self._stored)
        self.efforts = tuple(self._index.efforts) or (0,)

    def spend(self, effort: int) -> None:
        """See `System.spend`."""
        if effort:
            self._index = self._index.at(effort)

    def search(self, query: NDArray[np.float32], k: int, where: Range | None) -> NDArray[np.int64]:
        """See `System.search`."""
        mask = None if where is None else where.mask(self._columns)
        (proposal,) = self._index.propose(query[np.newaxis], k, mask)
        rows = narrow(self._stored, proposal.rows, query, k)
        return rows[best(cosine_scores(self._stored[rows], query), rows, k)]

    def settings(self) -> Mapping[str, str | int | float]:
        """See `System.settings`."""
        return {"index": self._family.name}

    def _use(self, dataset: Dataset) -> None:
        self._stored = dataset.rows
        self._columns = dataset.columns
