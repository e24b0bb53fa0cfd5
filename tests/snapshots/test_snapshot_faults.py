"""A writer that is stopped anywhere leaves no snapshot or the whole one, and the next one finds its way."""

import errno
import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from small_snapshots import base_contents, delta_contents, new_collection

from pinakes.errors import StorageError
from pinakes.snapshots.contents import SnapshotContents
from pinakes.snapshots.layout import CollectionPaths, list_snapshots
from pinakes.snapshots.verify import verify_snapshot
from pinakes.snapshots.writer import write_snapshot


def finish(paths: CollectionPaths, *wanted: SnapshotContents) -> None:
    """Check that what is visible is whole, write what is not there, and check it all."""
    visible = list(map(str, list_snapshots(paths)))
    assert [verify_snapshot(paths, name).problems for name in visible] == [()] * len(visible)
    for contents in wanted:
        if contents.name not in visible:
            write_snapshot(paths, contents)
            assert verify_snapshot(paths, contents.name).ok
    assert {path.name for path in paths.snapshots.iterdir()} == {contents.name for contents in wanted}


class Faulty:
    """A system call that fails at one call, and works before and after."""

    def __init__(self, call: Callable[..., object], fails_at: int, error: BaseException) -> None:
        self.call, self.fails_at, self.error, self.calls = call, fails_at, error, itertools.count(1)

    def __call__(self, *arguments: object, **options: object) -> object:
        if next(self.calls) == self.fails_at:  # counted without a gap, whichever thread calls
            raise self.error
        return self.call(*arguments, **options)


@pytest.mark.parametrize("call", ["fsync", "mkdir", "chmod", "replace"])
def test_disk_fails_at_every_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    steps = fail_at_every_step(tmp_path, monkeypatch, call, full, StorageError)
    assert steps >= {"fsync": 14, "mkdir": 4, "chmod": 8, "replace": 1}[call]


@pytest.mark.parametrize("call", ["chmod", "replace"])
def test_interrupted_at_every_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    assert fail_at_every_step(tmp_path, monkeypatch, call, KeyboardInterrupt(), KeyboardInterrupt) >= 1


def fail_at_every_step(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    error: BaseException,
    expected: type[BaseException],
) -> int:
    """Let the first call of ``os.call`` fail, then the second, and so on, and return how many there are."""
    for step in itertools.count(1):
        paths = new_collection(folder / str(step))
        faulty = Faulty(getattr(os, call), step, error)
        with monkeypatch.context() as patch, suppress(expected):
            patch.setattr(os, call, faulty)
            write_snapshot(paths, base_contents())
            return step - 1
        assert list(paths.machinery.rglob(".tmp-*")) == []
        finish(paths, base_contents())
    raise AssertionError("unreachable")


def test_error_in_the_caller_s_own_writer(paths: CollectionPaths) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_bytes(b"half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_snapshot(paths, replace(base_contents(), extras={"lexical": fail}))
    assert list(paths.snapshots.iterdir()) == []
    finish(paths, base_contents())


@pytest.mark.slow
def test_killed_at_every_step(tmp_path: Path) -> None:
    script = Path(__file__).with_name("kill_writer.py")
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True, timeout=120)
    runs = sorted(tmp_path.iterdir())
    assert len(runs) > 40
    killed_between = 0
    for run in runs:
        paths = CollectionPaths(run)
        paths.snapshots.mkdir(parents=True, exist_ok=True)
        killed_between += len(list_snapshots(paths)) == 1
        finish(paths, base_contents(), delta_contents())
    assert killed_between > 5
