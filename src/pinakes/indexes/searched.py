"""What approximate indexes of FAISS have in common: one query at a time, an exact scan where rows are few."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.base import Proposal
from pinakes.indexes.codes import import_faiss
from pinakes.indexes.exact import ExactIndex
from pinakes.indexes.files import read_faiss, write_faiss
from pinakes.kernels.similarity import Stored

FILE = "index.faiss"

FEW = 1000
"""Rows up to which an exact scan is the better way."""


class SearchedIndex(ABC):
    """An index that FAISS searches with a certain effort; see `VectorIndex`."""

    name: str
    efforts: Sequence[int]
    usual: int
    exhaustive = False

    def __init__(self, vectors: Stored, index: Any, effort: int | None = None) -> None:
        """Store; ``index`` is FAISS's, None where there are too few rows for one."""
        self.effort = self.usual if effort is None else effort
        self._vectors, self._index = vectors, index
        self._plain = ExactIndex(vectors)

    @classmethod
    def opened(cls, folder: Path, vectors: Stored, flags: int) -> Self:
        """Open what `save` wrote.

        Args:
            flags: of FAISS, for how the file is mapped.

        Raises:
            IntegrityError: the file is missing, damaged, or of another number of rows.
        """
        if len(vectors) <= FEW:
            return cls(vectors, None)
        return cls(vectors, read_faiss(folder / FILE, len(vectors), flags))

    def at(self, effort: int) -> Self:
        """Return the same index with another effort."""
        return type(self)(self._vectors, self._index, effort)

    def propose(
        self, queries: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None
    ) -> list[Proposal]:
        """Propose the k best rows that the search meets; see `VectorIndex.propose`."""
        if k < 1 or self._index is None or (mask is not None and np.count_nonzero(mask) <= FEW):
            return self._plain.propose(queries, k, mask)
        import_faiss().omp_set_num_threads(1)
        wanted = min(k, len(self._vectors))
        parameters, scanned = self._effort(k, mask)
        # One at a time: many together are scored in another order, and equal rows could change places.
        found = [self._index.search(query[None], wanted, params=parameters)[1][0] for query in queries]
        return [Proposal(np.sort(rows[rows >= 0]), scanned) for rows in found]

    def save(self, folder: Path) -> None:
        """Write ``index.faiss``, where there is an index."""
        if self._index is not None:
            write_faiss(folder / FILE, self._index)

    @abstractmethod
    def _effort(self, k: int, mask: NDArray[np.bool_] | None) -> tuple[Any, int]:
        """Return the search parameters of FAISS, and how many rows are looked at with them."""
