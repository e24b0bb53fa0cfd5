"""Vectors in ``.npy`` files."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import SourceError

LONGEST = 4096
"""Numbers of the longest vector that is taken."""


def open_vectors(path: Path) -> NDArray[np.generic]:
    """Map a ``.npy`` file with one vector in each row.

    Returns:
        Numbers of shape (rows, dim), in the file's dtype.

    Raises:
        SourceError: the file is missing, is no matrix of numbers, or has vectors that are too long.
    """
    try:
        array: NDArray[np.generic] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise SourceError(f"cannot read the vectors in {path}: {error}") from None
    if array.ndim != 2 or array.dtype.kind not in "fiu":
        raise SourceError(f"{path}: a matrix of numbers is expected, found {array.dtype} {array.shape}")
    if not 1 <= array.shape[1] <= LONGEST:
        raise SourceError(f"{path}: vectors have 1 to {LONGEST} numbers, these have {array.shape[1]}")
    return array
