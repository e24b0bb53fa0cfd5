import mmap

import numpy as np
import pytest

from pinakes.bench.memory import cached_bytes, drop_cached
from pinakes.kernels.ahead import expect_random, read_block_ahead, read_rows_ahead

ROWS, DIM = 4_000, 512  # 1 KB a row, four to a page
ADVICES = [
    lambda vectors: expect_random(vectors, large=0),
    lambda vectors: read_rows_ahead(vectors, np.array([ROWS - 1, 0, 7]), large=0),
    lambda vectors: read_block_ahead(vectors, ROWS - 3, ROWS + 5, large=0),
]


@pytest.fixture
def path(tmp_path):
    stored = np.random.default_rng(0).standard_normal((ROWS, DIM)).astype(np.float16)
    np.save(tmp_path / "rows.npy", stored)
    return tmp_path / "rows.npy"


@pytest.mark.parametrize("advise", ADVICES)
def test_advice_changes_no_value(path, advise):
    vectors = np.load(path, mmap_mode="r")
    advise(vectors)
    np.testing.assert_array_equal(vectors, np.load(path))


@pytest.mark.parametrize("advise", ADVICES)
def test_vectors_in_memory_and_parts_of_maps_need_none(path, advise):
    advise(np.load(path))
    advise(np.load(path, mmap_mode="r")[5:])


def test_rows_that_are_asked_for_are_read_and_no_others(path):
    drop_cached([path])
    if cached_bytes([path]):
        pytest.skip("this file system keeps files in memory")
    vectors = np.load(path, mmap_mode="r")
    expect_random(vectors, large=0)
    asked = np.arange(0, ROWS, 100)
    read_rows_ahead(vectors, asked, large=0)
    assert vectors[asked].any()
    # The first page holds the header, and a row may lie across two pages.
    assert cached_bytes([path]) <= (2 * len(asked) + 1) * mmap.PAGESIZE
