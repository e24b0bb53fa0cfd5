"""Pinakes' own indexes, without records and words around them: proposed rows, re-scored by the one kernel."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.bench.data.cases import Range
from pinakes.bench.data.dataset import Dataset
from pinakes.bench.systems.base import InProcess
from pinakes.indexes.base import VectorIndex
from pinakes.indexes.families import index_family
from pinakes.indexes.stored import open_indexes
from pinakes.ingest.indexing.tune import short_tuning, tune_space
from pinakes.kernels.scan import narrow
from pinakes.kernels.similarity import cosine_scores
from pinakes.kernels.topk import best
from pinakes.retrieval.planner import Planner

NO_HASH = "0" * 64
"""Stands for the hash of the vectors: the harness keeps indexes with their data set."""


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
        mask = self._mask(where)
        (proposal,) = self._chosen(k, mask).propose(query[np.newaxis], k, mask)
        rows = narrow(self._stored, proposal.rows, query, k)
        return rows[best(cosine_scores(self._stored[rows], query), rows, k)]

    def settings(self) -> Mapping[str, str | int | float]:
        """See `System.settings`."""
        return {"index": self._family.name}

    def _mask(self, where: Range | None) -> NDArray[np.bool_] | None:
        return None if where is None else where.mask(self._columns)

    def _chosen(self, k: int, mask: NDArray[np.bool_] | None) -> VectorIndex:
        return self._index

    def _use(self, dataset: Dataset) -> None:
        self._stored = dataset.rows
        self._columns = dataset.columns


class Planned(PinakesPlan):
    """What a collection does: indexes are built and measured after a freeze, a planner chooses by filter."""

    effort_name = ""

    def __init__(self) -> None:
        """The families are chosen by `build`."""

    def build(self, dataset: Dataset, folder: Path) -> None:
        """See `System.build`."""
        tune_space(folder / "space", dataset.rows, NO_HASH, short_tuning(len(dataset.rows)))
        self.open(dataset, folder)

    def open(self, dataset: Dataset, folder: Path) -> None:
        """See `System.open`."""
        self._use(dataset)
        self._opened = open_indexes(folder / "space", self._stored, NO_HASH)
        self._planner = Planner.of(self._opened)

    def spend(self, effort: int) -> None:
        """The planner knows."""

    def settings(self) -> Mapping[str, str | int | float]:
        """See `System.settings`."""
        record = self._opened.record
        if record is None:
            return {"exact": self._planner.exact.name}
        quick = record.approximate
        chosen = {"exact": record.exhaustive.family}
        return chosen if quick is None else {**chosen, "quick": quick.family, "effort": quick.effort}

    def _mask(self, where: Range | None) -> NDArray[np.bool_] | None:
        """Return None for a filter that lets everything through, as a collection does."""
        mask = super()._mask(where)
        return None if mask is None or mask.all() else mask

    def _chosen(self, k: int, mask: NDArray[np.bool_] | None) -> VectorIndex:
        allowed = None if mask is None else int(np.count_nonzero(mask))
        return self._planner.choose(k, allowed).index
