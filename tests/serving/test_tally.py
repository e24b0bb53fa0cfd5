import subprocess
import sys

import pytest

if sys.platform == "win32":
    pytest.skip("workers share no socket there", allow_module_level=True)

from pinakes.serving.tally import TALLY, Tally, shared_tally

OTHER = """
import sys
from pathlib import Path
from pinakes.serving.tally import Tally
tally = Tally(Path(sys.argv[1]))
for line in sys.stdin:
    tally.tell(int(line))
    print("told", flush=True)
tally.close()
"""


class Other:
    """Another process that has a place."""

    def __init__(self, path):
        self.process = subprocess.Popen(
            [sys.executable, "-c", OTHER, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def tell(self, count):
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "told\n"

    def end(self):
        self.process.communicate("")


@pytest.fixture
def path(tmp_path):
    Tally.create(tmp_path / "connections", 3)
    return tmp_path / "connections"


def test_the_counts_of_the_others_are_known(path):
    with Other(path) as first, Other(path) as second:
        first.tell(7)
        own = Tally(path)
        own.tell(1)
        assert own.others() == [7]
        second.tell(5)
        assert sorted(own.others()) == [5, 7]
        own.close()


def test_who_is_alone_knows_of_nobody(path):
    own = Tally(path)
    own.tell(4)
    assert own.others() == []
    own.close()


def test_who_ends_counts_no_more_and_who_is_killed_until_its_place_is_taken(path):
    with Other(path) as first, Other(path) as second:
        first.tell(2)
        second.tell(0)
        own = Tally(path)
        second.process.kill()
        second.process.wait()
        assert min(own.others()) == 0
        with Other(path) as third:
            third.tell(6)
            assert min(own.others()) == 2
            first.end()
            assert min(own.others()) == 6
        own.close()


def test_more_than_there_are_places_for_are_refused(tmp_path):
    Tally.create(tmp_path / "connections", 1)
    with Other(tmp_path / "connections") as first:
        first.tell(0)
        with pytest.raises(OSError, match="all 1 places are taken"):
            Tally(tmp_path / "connections")


def test_the_environment_names_the_file(path, monkeypatch):
    monkeypatch.delenv(TALLY, raising=False)
    assert shared_tally() is None
    monkeypatch.setenv(TALLY, str(path))
    own = shared_tally()
    assert own.others() == []
    own.close()


def test_who_finds_no_file_or_no_place_serves_without(tmp_path, monkeypatch):
    monkeypatch.setenv(TALLY, str(tmp_path / "cleared away"))
    assert shared_tally() is None
    Tally.create(tmp_path / "full", 1)
    with Other(tmp_path / "full") as first:
        first.tell(0)
        monkeypatch.setenv(TALLY, str(tmp_path / "full"))
        assert shared_tally() is None
