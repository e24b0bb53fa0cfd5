"""LanceDB: IVF with HNSW over scalar codes, re-scored, or a scan; a B-tree for the filter, applied first."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pinakes.bench.data.cases import Column, Range
from pinakes.bench.data.dataset import CHUNK, Dataset
from pinakes.bench.records import title
from pinakes.bench.systems.base import InProcess


class LanceTable(InProcess):
    """A table with title, two whole numbers and a vector."""

    efforts = (32, 64, 128, 256, 512)
    scan = 0
    effort_name = "ef (with all partitions; none: bypass_vector_index)"
    filters = "where(prefilter=True) with a BTREE index"
    answers = "row, title, both numbers"
    refine = 2

    def build(self, dataset: Dataset, folder: Path) -> None:
        """See `System.build`."""
        n, dim = dataset.rows.shape
        schema = pa.schema(
            [
                ("row", pa.int64()),
                ("title", pa.string()),
                *((column.value, pa.int64()) for column in Column),
                ("vector", pa.list_(pa.float32(), dim)),
            ]
        )
        database = lancedb.connect(str(folder))
        self._table: Any = database.create_table("items", data=_batches(dataset, schema), schema=schema)
        self._lists = _lists(n)
        self._table.create_index(
            metric="cosine",
            vector_column_name="vector",
            index_type="IVF_HNSW_SQ",
            num_partitions=self._lists,
            m=32,
            ef_construction=128,
        )
        for column in Column:
            self._table.create_scalar_index(column.value, index_type="BTREE")

    def open(self, dataset: Dataset, folder: Path) -> None:
        """See `System.open`."""
        self._table = lancedb.connect(str(folder)).open_table("items")
        self._lists = _lists(len(dataset.rows))

    def spend(self, effort: int) -> None:
        """See `System.spend`."""
        self._effort = effort

    def search(self, query: NDArray[np.float32], k: int, where: Range | None) -> NDArray[np.int64]:
        """See `System.search`."""
        asked = self._table.search(query, vector_column_name="vector").distance_type("cosine")
        if where is not None:
            name = where.column.value
            asked = asked.where(f"{name} >= {where.low} AND {name} < {where.high}", prefilter=True)
        if self._effort == self.scan:
            asked = asked.bypass_vector_index()
        else:  # its ef may not be less than what is looked at again
            least = max(self._effort, k * self.refine)
            asked = asked.nprobes(self._lists).ef(least).refine_factor(self.refine)
        records = asked.limit(k).select(["row", "title", *Column, "_distance"]).to_list()
        return np.array([record["row"] for record in records], dtype=np.int64)

    def settings(self) -> Mapping[str, str | int | float]:
        """See `System.settings`."""
        return {
            "index": "IVF_HNSW_SQ",
            "num_partitions": self._lists,
            "m": 32,
            "ef_construction": 128,
            "refine_factor": self.refine,
        }


def _lists(rows: int) -> int:
    return max(1, rows // 50_000)


def _batches(dataset: Dataset, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(dataset.rows), CHUNK):
        block = np.ascontiguousarray(dataset.rows[start : start + CHUNK], dtype=np.float32)
        numbers = range(start, start + len(block))
        columns = [
            pa.array(numbers, pa.int64()),
            pa.array([title(row) for row in numbers]),
            *(pa.array(dataset.columns[c][start : start + len(block)], pa.int64()) for c in Column),
            pa.FixedSizeListArray.from_arrays(pa.array(block.ravel()), block.shape[1]),
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)
