"""Pinakes as its users call it: a collection, published, searched by vector alone or by words and vector."""

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.bench.data.cases import Column, Range
from pinakes.bench.data.dataset import Dataset
from pinakes.bench.records import title, words
from pinakes.bench.systems.base import InProcess
from pinakes.creation import index
from pinakes.opening import open_engine

GENERATED = ("synthetic.vector",)
"""Generated vectors are what this gate is there to refuse."""


class ByVector(InProcess):
    """`Engine.search` with a vector and a filter."""

    filters = "where="
    answers = "every field of the item, with score, plan and reasons"

    def build(self, dataset: Dataset, folder: Path) -> None:
        """See `System.build`."""
        write_items(dataset, folder / "items.parquet")
        index(folder / "items.parquet", folder / "collection", waive=GENERATED)
        self.open(dataset, folder)

    def open(self, dataset: Dataset, folder: Path) -> None:
        """See `System.open`."""
        self._engine = open_engine(folder / "collection")

    def search(self, query: NDArray[np.float32], k: int, where: Range | None) -> NDArray[np.int64]:
        """See `System.search`."""
        return self._ask(None, query, k, where)

    def close(self) -> None:
        """Give the leases back."""
        self._engine.close()

    def _ask(
        self, text: str | None, query: NDArray[np.float32], k: int, where: Range | None
    ) -> NDArray[np.int64]:
        condition = None
        if where is not None:
            condition = f"{where.column} >= {where.low} and {where.column} < {where.high}"
        results = self._engine.search(text, vector=query, where=condition, top=k)
        return np.array([int(hit.id) for hit in results.hits], dtype=np.int64)


class ByWordsAndVector(ByVector):
    """`Engine.search` with two words, a vector and a filter: BM25 and cosine, fused."""

    ranks_vectors = False

    def search(self, query: NDArray[np.float32], k: int, where: Range | None) -> NDArray[np.int64]:
        """See `System.search`."""
        # The words change with the query, so that nothing is answered from what an earlier one left.
        return self._ask(words(int(abs(query[0]) * 1e6)), query, k, where)


def write_items(dataset: Dataset, path: Path) -> None:
    """Write a data set as a table of items with id, title, both numbers and the vector."""
    n, dim = dataset.rows.shape
    table = pl.DataFrame(
        {
            "id": [f"{row:08}" for row in range(n)],
            "title": [title(row) for row in range(n)],
            **{column.value: dataset.columns[column] for column in Column},
        }
    )
    vectors = pl.Series("vector", dataset.rows.astype(np.float32), dtype=pl.Array(pl.Float32, dim))
    table.with_columns(vectors).write_parquet(path)
