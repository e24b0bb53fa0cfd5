"""What a vector index is: something that proposes rows; it never decides a score."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pinakes.kernels.similarity import Stored


@dataclass(frozen=True, slots=True)
class Proposal:
    """The rows that an index proposes for one query.

    Attributes:
        rows: int64, ascending, without repeats; none of them masked.
        scanned: how many rows were looked at.
    """

    rows: NDArray[np.int64]
    scanned: int


class VectorIndex(Protocol):
    """A search structure over the vectors of one space of one segment.

    The caller scores the proposed rows from the stored vectors with
    `pinakes.kernels.similarity.cosine_scores`, so every index gives the same scores. Threads may share an
    index.
    """

    @property
    def name(self) -> str:
        """The plan's name in answers, such as ``exact``."""
        ...

    @property
    def exhaustive(self) -> bool:
        """Whether the k best rows are always among the proposed, by proof."""
        ...

    @property
    def effort(self) -> int:
        """How hard it looks, in its own unit; 0 where it is exhaustive."""
        ...

    @property
    def efforts(self) -> Sequence[int]:
        """The efforts worth trying when the index is tuned, ascending; none where it is exhaustive."""
        ...

    def at(self, effort: int) -> "VectorIndex":
        """Return the same index looking harder or less hard; nothing is built again.

        Args:
            effort: at least 1.
        """
        ...

    def propose(
        self, queries: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None
    ) -> list[Proposal]:
        """Propose at least the k best rows for each query.

        Args:
            queries: unit vectors (or zeros), shape (queries, dim).
            k: how many rows are wanted.
            mask: shape (n,), True where a row may be proposed; None for all.

        Returns:
            One proposal a query, the same as if it were asked alone.
        """
        ...

    def save(self, folder: Path) -> None:
        """Write everything that `IndexFamily.open` needs, besides the vectors, into an empty folder."""
        ...


class IndexFamily(Protocol):
    """A way to index vectors: builds an index, and opens one that was saved."""

    @property
    def name(self) -> str:
        """As settings and tables call it, such as ``pq:128``."""
        ...

    def build(self, vectors: Stored) -> VectorIndex:
        """Build an index: the same vectors, the same index.

        Args:
            vectors: unit rows, shape (n, dim), possibly memory-mapped and larger than memory: read in blocks.
        """
        ...

    def open(self, folder: Path, vectors: Stored) -> VectorIndex:
        """Open what `VectorIndex.save` wrote; large files are mapped, so that processes share them.

        Args:
            vectors: those that the index was built from.

        Raises:
            IntegrityError: the folder does not hold such an index of these vectors.
        """
        ...
