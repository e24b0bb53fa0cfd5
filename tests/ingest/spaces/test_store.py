from contextlib import closing

import numpy as np
import pytest

from pinakes.encoders.cache.sqlite import SQLiteCache
from pinakes.errors import IntegrityError
from pinakes.ingest.progress import silent
from pinakes.ingest.spaces import store as module
from pinakes.ingest.spaces.store import FeatureStore


@pytest.fixture
def store(tmp_path):
    with closing(SQLiteCache(tmp_path / "features.db").open()) as cache:
        yield FeatureStore(cache, silent, tmp_path / "features.db")


def test_small_tables_lie_in_memory_and_large_ones_in_a_file(store, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "IN_MEMORY", 1_000)
    small, large = store.vectors(50, 5, "float32"), store.vectors(51, 5, "float32")
    assert not isinstance(small, np.memmap)
    assert isinstance(large, np.memmap)
    assert (large.shape, large.dtype) == ((51, 5), np.float32)
    large[50] = [1, 2, 3, 4, 5]
    assert large[50].tolist() == [1, 2, 3, 4, 5]
    # The file has no name: whatever ends the process, nothing is left behind.
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith("features.db")] == []


def test_features_come_in_the_order_asked_for(store, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 2)
    store.cache.put_many({name: np.full(3, ord(name), np.uint8) for name in "abcde"}, "print")
    assert [int(feature[0]) for feature in store.read("dbeac", "print", "stage")] == [100, 98, 101, 97, 99]
    with pytest.raises(IntegrityError, match="lacks the features of x; run `pinakes index`"):
        list(store.read("abx", "print", "stage"))
