import os
import time

import numpy as np
import pytest

from pinakes.bench.limit import MemoryLimit, evict
from pinakes.bench.memory import (
    OwnPeak,
    Resident,
    cached_bytes,
    disk_usage,
    drop_cached,
    files_below,
    forget_peak,
    own_memory,
    peak_resident,
    resident,
)

MEGABYTE = 2**20


@pytest.fixture
def written(tmp_path):
    """A file of four megabytes; on a file system that has no disk below, nothing ever leaves the cache."""
    path = tmp_path / "rows.npy"
    np.save(path, np.zeros(4 * MEGABYTE, dtype=np.uint8))
    drop_cached([path])
    if cached_bytes([path]) > MEGABYTE:
        pytest.skip("this file system keeps files in memory")
    return path


def test_the_peak_is_remembered_until_it_is_forgotten():
    forget_peak()
    before = peak_resident()
    block = np.ones(64 * MEGABYTE, dtype=np.uint8)
    assert own_memory() > block.nbytes
    del block
    assert peak_resident() - before > 50 * MEGABYTE
    forget_peak()
    assert peak_resident() - before < 50 * MEGABYTE


def test_the_peak_of_own_memory_is_seen_although_it_is_given_back():
    with OwnPeak(every=0.001) as own:
        before = own_memory()
        block = np.ones(64 * MEGABYTE, dtype=np.uint8)
        block += 1
        time.sleep(0.05)
        del block
    assert own.bytes - before > 50 * MEGABYTE


def test_a_process_that_is_gone_has_no_memory():
    seen = resident(os.getpid())
    assert seen.own > MEGABYTE
    assert seen.files > MEGABYTE
    assert seen.all == seen.own + seen.files
    assert resident(2**22 + 1) == Resident(0, 0)


def test_disk_usage_counts_own_files_and_no_links(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 1000)
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "b").write_bytes(b"x" * 24)
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert disk_usage(tmp_path) == 1024
    assert len(files_below(tmp_path)) == 3


def test_the_cached_part_of_a_file_is_counted(written):
    assert cached_bytes([written]) < MEGABYTE
    written.read_bytes()
    assert cached_bytes([written]) >= 4 * MEGABYTE


def test_mapped_files_are_evicted_and_read_again(written):
    rows = np.load(written, mmap_mode="r")
    assert int(rows.sum()) == 0
    assert cached_bytes([written]) >= 4 * MEGABYTE
    evict([written])
    assert cached_bytes([written]) < MEGABYTE
    assert int(rows.sum()) == 0


def test_a_limit_counts_files_and_evicts_them(written):
    rows = np.load(written, mmap_mode="r")
    with MemoryLimit(own_memory() + 2 * MEGABYTE, [written], every=0.01) as limit:
        for _ in range(200):
            rows.sum()
            if limit.evictions:
                break
    assert limit.evictions
    assert limit.peak > own_memory()
