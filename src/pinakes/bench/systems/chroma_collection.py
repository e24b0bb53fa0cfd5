"""Chroma: an embedded collection, HNSW; filters by its ``where``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings
from numpy.typing import NDArray

from pinakes.bench.data.cases import Column, Range
from pinakes.bench.data.dataset import Dataset
from pinakes.bench.records import title
from pinakes.bench.systems.base import InProcess


class ChromaCollection(InProcess):
    """A collection with title and two whole numbers as metadata."""

    efforts = (16, 32, 64, 128, 256, 512)
    effort_name = "ef_search"
    filters = "where ($gte, $lt)"
    answers = "row, title, both numbers"
    construction = 128

    def build(self, dataset: Dataset, folder: Path) -> None:
        """See `System.build`."""
        rows = dataset.rows
        self._folder = folder
        client = self._client()
        hnsw = {"space": "cosine", "ef_construction": self.construction, "max_neighbors": 32, "ef_search": 16}
        self._collection: Any = client.create_collection("items", configuration={"hnsw": hnsw})
        batch = min(5_000, client.get_max_batch_size())
        for start in range(0, len(rows), batch):
            block = np.asarray(rows[start : start + batch], dtype=np.float32)
            numbers = range(start, start + len(block))
            self._collection.add(
                ids=[str(row) for row in numbers],
                embeddings=block,
                metadatas=[
                    {"title": title(row), **{c.value: int(dataset.columns[c][row]) for c in Column}}
                    for row in numbers
                ],
            )

    def open(self, dataset: Dataset, folder: Path) -> None:
        """See `System.open`."""
        self._folder = folder
        self._collection = self._client().get_collection("items")

    def spend(self, effort: int) -> None:
        """See `System.spend`."""
        self._collection.modify(configuration={"hnsw": {"ef_search": effort}})
        # A graph that is loaded keeps the ef_search that it was loaded with.
        SharedSystemClient.clear_system_cache()
        self._collection = self._client().get_collection("items")

    def search(self, query: NDArray[np.float32], k: int, where: Range | None) -> NDArray[np.int64]:
        """See `System.search`."""
        asked: dict[str, Any] | None = None
        if where is not None:
            name = where.column.value
            asked = {"$and": [{name: {"$gte": where.low}}, {name: {"$lt": where.high}}]}
        found = self._collection.query(
            query_embeddings=[query], n_results=k, where=asked, include=["metadatas", "distances"]
        )
        return np.array([int(row) for row in found["ids"][0]], dtype=np.int64)

    def _client(self) -> Any:
        return chromadb.PersistentClient(str(self._folder), settings=Settings(anonymized_telemetry=False))

    def settings(self) -> Mapping[str, str | int | float]:
        """See `System.settings`."""
        return {"max_neighbors": 32, "ef_construction": self.construction}
