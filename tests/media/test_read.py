"""Reading picture files; folders, pipes and what is missing are met in test_pool.py."""

from pathlib import Path

import pytest

from pinakes.errors import MediaError
from pinakes.media.limits import Limits
from pinakes.media.read import read_picture_file


@pytest.mark.parametrize("size", [0, 1, 1000])
def test_the_whole_file_is_read(tmp_path, size):
    file = tmp_path / "a.jpg"
    file.write_bytes(bytes(range(250)) * (size // 250) + bytes(size % 250))
    assert read_picture_file(file, Limits(bytes=1000)) == file.read_bytes()


def test_a_file_that_is_too_large(tmp_path):
    file = tmp_path / "a.jpg"
    file.write_bytes(bytes(1001))
    with pytest.raises(MediaError, match=r"a\.jpg: 1,001 bytes, 1,000 are allowed") as caught:
        read_picture_file(file, Limits(bytes=1000))
    assert caught.value.reason == "too_many_bytes"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
def test_a_file_that_has_more_than_it_said():
    """As one that is being written; files of the kernel say that they have nothing."""
    with pytest.raises(MediaError, match="/proc/self/status grew while it was read") as caught:
        read_picture_file(Path("/proc/self/status"))
    assert caught.value.reason == "unreadable"
