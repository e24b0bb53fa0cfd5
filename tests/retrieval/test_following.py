import pytest

from pinakes.collection import Collection
from pinakes.errors import UnknownNameError
from pinakes.retrieval import following
from pinakes.retrieval.following import Follower, file_stamp


def test_a_ref_is_read_again_only_when_its_file_is_another(gallery, monkeypatch):
    read, times = following.read_release, []

    def counted(*arguments):
        times.append(arguments)
        return read(*arguments)

    monkeypatch.setattr(following, "read_release", counted)
    collection = Collection(gallery)
    follower = Follower(collection.paths, "live", None)
    try:
        first = follower.current()
        for _ in range(3):
            follower.look()
        assert follower.current() is first
        assert len(times) == 1
        moved = collection.delete([first.corpus.items["id"][0]]).release
        follower.look()
        assert follower.current().release.id == moved != first.release.id
        assert len(times) == 2
    finally:
        follower.close()


def test_a_ref_that_is_gone_is_said(gallery):
    collection = Collection(gallery)
    follower = Follower(collection.paths, "live", None)
    try:
        follower.current()
        collection.paths.ref("live").unlink()
        with pytest.raises(UnknownNameError, match="live"):
            follower.look()
    finally:
        follower.close()


def test_a_stamp_tells_a_file_from_what_takes_its_place(tmp_path):
    path, other = tmp_path / "a", tmp_path / "b"
    assert file_stamp(path) == ()
    path.write_text("1")
    before = file_stamp(path)
    assert file_stamp(path) == before
    other.write_text("2")
    other.replace(path)
    assert file_stamp(path) != before
