import os

import pytest

from pinakes.cores import shared_cores, usable_cores


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no process to cores")
def test_cores_that_this_process_may_not_use_do_not_count():
    before = os.sched_getaffinity(0)
    assert usable_cores() == len(before)
    os.sched_setaffinity(0, {min(before)})
    try:
        assert usable_cores() == 1
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.parametrize(
    ("share", "expected"), [("1", 1), ("100000", None), ("", None), ("0", None), ("2,1", None)]
)
def test_a_share_of_the_cores_limits_one_piece_of_work(monkeypatch, share, expected):
    monkeypatch.setenv("OMP_NUM_THREADS", share)
    assert shared_cores() == (expected or usable_cores())


def test_without_a_share_all_usable_cores_are_there(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert shared_cores() == usable_cores()
