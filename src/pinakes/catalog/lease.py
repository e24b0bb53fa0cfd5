"""The writer lease: at most one process writes to a collection at a time."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pinakes.errors import LockedError, StorageError
from pinakes.kernels.clock import utc_now
from pinakes.kernels.locks import is_locked

PATIENCE = 5.0
"""Seconds for which an owner's command waits for another holder: a drain of a running service, which comes
twice a second, takes less than one."""

LOOK_EVERY = 0.02
"""Seconds between two looks whether a holder has finished: short, to find the gap between two drains."""


@contextmanager
def writer_lease(path: Path, verb: str, patience: float = 0.0) -> Iterator[None]:
    """Hold the lease while the body runs.

    It is a lock of the kernel on an open file (flock(2)): however the process ends, also by ``kill -9``, the
    lock ends with it. The file stays; who holds it and since when is written inside, for the message to a
    second writer.

    Args:
        path: ``.pinakes/writer.lock`` of a collection; its folder is created where there is none.
        verb: what the holder does, such as ``index``.
        patience: seconds to wait for another holder.

    Raises:
        LockedError: another process, or another part of this one, holds it; says who and since when.
        StorageError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}") from None
    try:
        _lock(descriptor, path, patience)
        try:
            _write(descriptor, path, {"pid": os.getpid(), "verb": verb, "since": utc_now()})
            yield
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Return whether somebody holds a lease; one that nobody ever held has no file."""
    try:
        return is_locked(path)
    except OSError:
        return False


def _lock(descriptor: int, path: Path, patience: float) -> None:
    last = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= last:
                said = f"{path}: {_describe(descriptor)}; wait until it has finished"
                raise LockedError(said) from None
        except OSError as error:
            raise StorageError(f"cannot lock {path}: {error.strerror}") from None
        time.sleep(LOOK_EVERY)


def _describe(descriptor: int) -> str:
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0))
        return f"process {holder['pid']} ({holder['verb']}) has been writing since {holder['since']}"
    except (ValueError, KeyError, TypeError):
        # The holder has taken the lock and not yet written who it is.
        return "another process is writing"


def _write(descriptor: int, path: Path, holder: dict[str, object]) -> None:
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}") from None
