"""What is measured: something that is built from vectors and answers with rows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pinakes.bench.data.cases import Range
from pinakes.bench.data.dataset import Dataset


class System(Protocol):
    """One plan of Pinakes, or one peer, as its own manual says to use it.

    A system is built once and then asked by several threads. Its scores are not looked at: the harness
    scores every answer from the stored vectors.

    Attributes:
        efforts: values of the setting that trades time for recall, cheapest first; the
            harness takes the first that reaches the recall that is asked for.
        scan: the value that has every row that passes compared instead, without the index; taken where that
            is quicker. None where the system cannot be told so.
        effort_name: the name of that setting in the system's own words.
        filters: how the system filters, in a few words.
        answers: what comes back with an answer beside rows, such as ``title``; empty for rows alone.
        ranks_vectors: its order is that of the vectors alone, so that recall can be told.
    """

    efforts: tuple[int, ...]
    scan: int | None
    effort_name: str
    filters: str
    answers: str
    ranks_vectors: bool

    def build(self, dataset: Dataset, folder: Path) -> None:
        """Index a data set into an empty folder, and keep it open."""
        ...

    def open(self, dataset: Dataset, folder: Path) -> None:
        """Open what `build` left in a folder."""
        ...

    def spend(self, effort: int) -> None:
        """Set the effort of the searches that follow."""
        ...

    def search(self, query: NDArray[np.float32], k: int, where: Range | None) -> NDArray[np.int64]:
        """Return at most k rows that the filter allows, best first; evaluating the filter is timed too."""
        ...

    def settings(self) -> Mapping[str, str | int | float]:
        """Return what the system was built with, for the report."""
        ...

    def processes(self) -> tuple[int, ...]:
        """Return the other processes that work for the system: a server, say."""
        ...

    def close(self) -> None:
        """End it; servers stop."""
        ...


class InProcess:
    """What most systems share: one effort, and no server."""

    efforts: tuple[int, ...] = (0,)
    scan: int | None = None
    effort_name = ""
    filters = ""
    answers = ""
    ranks_vectors = True

    def spend(self, effort: int) -> None:
        """Nothing to trade."""

    def settings(self) -> Mapping[str, str | int | float]:
        """Nothing to say."""
        return {}

    def processes(self) -> tuple[int, ...]:
        """No server."""
        return ()

    def close(self) -> None:
        """Nothing to end."""
