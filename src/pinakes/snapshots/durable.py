"""Writing so that a crash leaves the old state or the new one, never something between.

The order of steps (write, flush the file, rename, flush the folder) is that of Pillai et al., "All File
Systems Are Not Created Equal", OSDI 2014.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from polars.exceptions import PolarsError

from pinakes.errors import StorageError
from pinakes.kernels.locks import is_locked
from pinakes.snapshots.layout import TEMPORARY

TOGETHER = 8
"""Files that wait for the disk at the same time."""


@contextmanager
def storage_errors(what: str) -> Iterator[None]:
    """Turn what the operating system refuses into an error that says what was being done.

    Args:
        what: what is done, such as ``write snapshot v0001``.

    Raises:
        StorageError: the body raised an OSError, or an error of polars, which reports a full disk as its own.
    """
    try:
        yield
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        # NumPy says how many bytes were written and no more, which is what becomes of a full disk.
        why = error.strerror or f"no space left on the disk, or it failed ({error})"
        raise StorageError(f"cannot {what}: {why}{place}") from error
    except PolarsError as error:
        raise StorageError(f"cannot {what}: {error}") from error


def flush(path: Path) -> None:
    """Wait until a file's bytes, or a folder's entries, are on the disk.

    Raises:
        OSError: the disk refused.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_tree(folder: Path) -> None:
    """Flush every file and folder in ``folder``, and itself, contents before what contains them.

    Files are flushed together, so that the disk writes them together: the forty of a small delta take 10 ms
    instead of 130 (ext4).

    Raises:
        OSError: the disk refused.
    """
    found = [(Path(parent), files) for parent, _, files in os.walk(folder, topdown=False)]
    with ThreadPoolExecutor(TOGETHER) as pool:
        for _ in pool.map(flush, [parent / name for parent, files in found for name in files]):
            pass  # a refusal is raised here
    for parent, _ in found:
        flush(parent)


def move(source: Path, target: Path) -> None:
    """Rename a file or folder within one file system, and wait until the rename is on the disk.

    Raises:
        OSError: the disk refused, or ``target`` is a folder that is not empty.
    """
    source.replace(target)
    flush(target.parent)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path; the file that the body writes there takes the place of ``path``.

    A reader sees the old bytes or the new ones. One process at a time may do so: hold `exclusive` on the
    folder.

    Raises:
        OSError: the disk refused; the old file is as it was.
    """
    temporary = path.with_name(f"{TEMPORARY}{path.name}")
    try:
        yield temporary
        flush(temporary)
        move(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def replace_file(path: Path, data: bytes) -> None:
    """Put ``data`` in the place of a file; see `replacing`. Its folder is made if absent.

    Raises:
        StorageError: the disk refused; the old file is as it was.
    """
    with storage_errors(f"write {path}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_bytes(data)


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the folder's lock for a short read-change-write; others wait. The folder is made if absent.

    Raises:
        StorageError: the folder cannot be made or locked.
    """
    with storage_errors(f"lock {folder}"):
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with storage_errors(f"lock {folder}"):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def in_work(folder: Path) -> Iterator[None]:
    """Make a folder that `remove_leftovers` leaves alone while the body runs, or the process lives.

    It is removed at the end, unless it was moved. Only for the one who may write; the body may go on after
    others may.

    Raises:
        OSError: the disk refused.
    """
    folder.mkdir(parents=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        remove(folder)
        os.close(descriptor)


def remove_leftovers(folder: Path) -> tuple[str, ...]:
    """Remove what a killed writer left in ``folder``, and return the names. Only for the one who may write.

    Raises:
        OSError: the disk refused.
    """
    leftovers = [path for path in sorted(folder.glob(f"{TEMPORARY}*")) if not _in_work(path)]
    for leftover in leftovers:
        remove(leftover)
    return tuple(leftover.name for leftover in leftovers)


def _in_work(path: Path) -> bool:
    """Return whether a living process holds a folder; see `in_work`."""
    try:
        return is_locked(path)
    except FileNotFoundError:  # that process has just moved it to its place
        return True


def remove(path: Path) -> None:
    """Remove a file, or a folder with all it holds, if it is there. Files are unlinked, never cut short.

    Raises:
        OSError: the disk refused.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
