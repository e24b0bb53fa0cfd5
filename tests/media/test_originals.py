import hashlib
import threading

import pytest

from pinakes.errors import StorageError
from pinakes.media.originals import Originals

DATA = b"a picture"
DIGEST = hashlib.sha256(DATA).hexdigest()


def test_a_picture_lies_under_its_hash_once(tmp_path):
    originals = Originals(tmp_path / "media")
    path = originals.keep(DATA)
    assert path == originals.path(DIGEST) == tmp_path / "media" / DIGEST[:2] / DIGEST
    before = path.stat()
    assert originals.keep(DATA) == path
    assert path.stat().st_ino == before.st_ino
    assert [file.name for file in path.parent.iterdir()] == [DIGEST]
    originals.drop(DIGEST)
    originals.drop(DIGEST)
    assert not path.exists()


def test_threads_may_keep_the_same_picture_at_once(tmp_path):
    originals, found = Originals(tmp_path), []
    threads = [threading.Thread(target=lambda: found.append(originals.keep(DATA))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [originals.path(DIGEST)] * 8
    assert originals.path(DIGEST).read_bytes() == DATA
    assert len(list(originals.path(DIGEST).parent.iterdir())) == 1


def test_a_disk_that_refuses(tmp_path):
    (tmp_path / DIGEST[:2]).write_bytes(b"in the way")
    with pytest.raises(StorageError, match="cannot keep a picture"):
        Originals(tmp_path).keep(DATA)
