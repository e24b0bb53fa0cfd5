import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from cache_conformance import A, Conformance

from pinakes.encoders.cache.sqlite import FORMAT, SQLiteCache
from pinakes.errors import FormatVersionError, IntegrityError, StorageError


@pytest.fixture
def cache(tmp_path):
    opened = SQLiteCache(tmp_path / "features.db").open()
    yield opened
    opened.close()


class TestSQLite(Conformance):
    """SQLite conforms."""


def test_features_outlive_the_process_that_put_them(tmp_path):
    first = SQLiteCache(tmp_path / "deep" / "features.db").open()
    first.put_many({A: np.array([1.5], dtype=np.float16)}, "f")
    first.close()
    second = SQLiteCache(tmp_path / "deep" / "features.db").open()
    assert second.get_many([A], "f")[A].tolist() == [1.5]
    second.close()


def test_a_batch_that_fails_half_way_stores_nothing(cache):
    with pytest.raises(StorageError):
        cache.put_many({A: np.ones(1), ("not", "a text"): np.ones(1)}, "f")
    assert cache.count("f") == 0
    cache.put_many({A: np.ones(1)}, "f")
    assert cache.count("f") == 1


def test_threads_read_while_one_writes(cache):
    contents = [f"{number:064x}" for number in range(300)]

    def write():
        for number, content in enumerate(contents):
            cache.put_many({content: np.full(8, number)}, "f")

    def read(_):
        return all(
            (array == int(content, 16)).all()
            for _ in range(10)
            for content, array in cache.get_many(contents, "f").items()
        )

    with ThreadPoolExecutor(5) as pool:
        writing = pool.submit(write)
        assert all(pool.map(read, range(4)))
        writing.result()
    assert cache.count("f") == 300


WRITER = """
import sys
from pathlib import Path
import numpy as np
from pinakes.encoders.cache.sqlite import SQLiteCache
cache = SQLiteCache(Path(sys.argv[1])).open()
for batch in range(100_000):
    cache.put_many({f"{batch * 50 + i:064x}": np.full(500, batch) for i in range(50)}, "f")
    print(batch, flush=True)
"""


def test_a_kill_loses_at_most_the_batch_under_way(tmp_path):
    path = tmp_path / "features.db"
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        said = [int(writer.stdout.readline()) for _ in range(20)]
        os.kill(writer.pid, signal.SIGKILL)
        said += [int(line) for line in writer.stdout.read().split("\n")[:-1]]
    cache = SQLiteCache(path).open()
    stored = cache.count("f")
    done = len(said)
    assert stored in (done * 50, (done + 1) * 50)
    last = cache.get_many([f"{i:064x}" for i in range(done * 50)], "f")
    assert len(last) == done * 50
    assert all((array == int(content, 16) // 50).all() for content, array in last.items())
    cache.close()


def test_a_cache_that_was_not_opened_says_so(tmp_path):
    with pytest.raises(StorageError, match="not open"):
        SQLiteCache(tmp_path / "features.db").count("f")


def test_a_file_that_is_something_else(tmp_path):
    path = tmp_path / "features.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(IntegrityError, match="index again"):
        SQLiteCache(path).open()


def test_a_newer_format(tmp_path):
    path = tmp_path / "features.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    connection.close()
    with pytest.raises(FormatVersionError, match="update it"):
        SQLiteCache(path).open()


def test_a_damaged_row(tmp_path, cache):
    cache.put_many({A: np.ones(4)}, "f")
    with sqlite3.connect(tmp_path / "features.db") as connection:
        connection.execute("UPDATE features SET data = x'00'")
    connection.close()
    with pytest.raises(IntegrityError, match="damaged feature"):
        cache.get_many([A], "f")
