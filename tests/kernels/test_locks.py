"""Whether somebody holds a lock."""

import fcntl
import os

import pytest

from pinakes.kernels.locks import is_locked


@pytest.mark.parametrize("make", ["touch", "mkdir"])
def test_a_lock_is_seen_while_its_holder_has_the_file_open(tmp_path, make):
    path = tmp_path / "held"
    getattr(path, make)()
    assert not is_locked(path)
    holder = os.open(path, os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    assert is_locked(path)
    assert is_locked(path)  # the look itself takes nothing
    os.close(holder)
    assert not is_locked(path)


def test_a_shared_lock_is_nobodys_work(tmp_path):
    with (tmp_path / "read").open("w") as reader:
        fcntl.flock(reader, fcntl.LOCK_SH)
        assert not is_locked(tmp_path / "read")


def test_what_is_not_there_is_not_locked_but_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        is_locked(tmp_path / "nothing")
