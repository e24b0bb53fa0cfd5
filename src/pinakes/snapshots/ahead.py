"""Having the disk read what will be opened next, while whoever opens it is still busy with something else."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pinakes.errors import UsageError
from pinakes.snapshots.layout import CollectionPaths

LARGEST = 32 * 2**20
"""Bytes up to which a file is read as a whole: larger ones are mapped, and read where they are looked at."""


def read_release_ahead(paths: CollectionPaths, ref: str) -> None:
    """Ask the disk for the files of the release that a ref points to.

    Nothing is waited for, and nothing is checked: what is missing or damaged is told by who opens it.
    """
    if hasattr(os, "posix_fadvise"):
        for file in _files(paths, ref):
            with suppress(OSError):
                _read_ahead(file)


def _files(paths: CollectionPaths, ref: str) -> Iterator[Path]:
    with suppress(OSError, ValueError, LookupError, TypeError, UsageError):
        release = json.loads(paths.ref(ref).read_bytes())["release"]
        for name in [pin["name"] for pin in release["snapshots"]]:
            for top in (paths.snapshot(name).folder, paths.indexes / name):
                for folder, _, files in os.walk(top):
                    yield from (Path(folder, file) for file in files)


def _read_ahead(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        if os.fstat(descriptor).st_size <= LARGEST:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_WILLNEED)
    finally:
        os.close(descriptor)
