import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pinakes.catalog.lease import writer_lease
from pinakes.errors import LockedError, StorageError

HOLD = """
import sys, time
from pathlib import Path
from pinakes.catalog.lease import writer_lease
with writer_lease(Path(sys.argv[1]), "index"):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_told_who_writes_and_since_when_until_the_first_is_killed(tmp_path: Path) -> None:
    path = tmp_path / ".pinakes" / "writer.lock"
    with holder(path) as first:
        try:
            with pytest.raises(LockedError) as refused, writer_lease(path, "add"):
                pass
            said = rf"process {first.pid} \(index\) has been writing since \d{{4}}-\d\d-\d\dT[\d:.]+Z"
            assert re.search(said, str(refused.value))
        finally:
            os.kill(first.pid, signal.SIGKILL)
            first.wait()
    with writer_lease(path, "add"):
        assert '"add"' in path.read_text()


def test_the_lease_can_be_had_again_and_leaves_no_name_behind(tmp_path: Path) -> None:
    path = tmp_path / "writer.lock"
    for verb in ("index", "add"):
        with pytest.raises(RuntimeError), writer_lease(path, verb):
            assert f'"verb": "{verb}"' in path.read_text()
            raise RuntimeError
        assert path.read_text() == ""


def test_it_excludes_within_one_process_too(tmp_path: Path) -> None:
    path = tmp_path / "writer.lock"
    with writer_lease(path, "index"):
        with pytest.raises(LockedError, match=f"process {os.getpid()}"), writer_lease(path, "add"):
            pass
        with pytest.raises(LockedError), writer_lease(path, "add"):  # the failed try did not free it
            pass


def test_a_holder_that_has_not_yet_said_who_it_is(tmp_path: Path) -> None:
    path = tmp_path / "writer.lock"
    with writer_lease(path, "index"):
        path.write_text("")
        with pytest.raises(LockedError, match="another process is writing"), writer_lease(path, "add"):
            pass


def test_a_place_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot write"), writer_lease(tmp_path / "file" / "lock", "index"):
        pass
