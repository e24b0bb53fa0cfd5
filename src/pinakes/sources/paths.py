"""Paths as they are written: absolute, without ``..``, with links left as they are."""

import os
from pathlib import Path


def plain_path(path: Path) -> Path:
    """Return a path that is absolute and holds no ``..``, whether there is something at it or not."""
    return Path(os.path.normpath(path.absolute()))
