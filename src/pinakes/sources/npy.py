"""Vectors in ``.npy`` files."""

from pathlib import Path

import numpy as np
from numpy.lib.format import MAGIC_PREFIX
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
    array = _open(path)
    if array.ndim != 2 or array.dtype.kind not in "fiu":
        raise SourceError(f"{path}: a matrix of numbers is expected, found {array.dtype} {array.shape}")
    if not 1 <= array.shape[1] <= LONGEST:
        raise SourceError(f"{path}: vectors have 1 to {LONGEST} numbers, these have {array.shape[1]}")
    return array


def open_vector(path: Path) -> NDArray[np.generic]:
    """Read a ``.npy`` file with one vector, shape (dim,) or (1, dim).

    Returns:
        Numbers of shape (dim,), in the file's dtype.

    Raises:
        SourceError: the file is missing, or holds anything else.
    """
    array = _open(path)
    if array.dtype.kind not in "fiu" or array.ndim not in (1, 2) or (array.ndim == 2 and len(array) != 1):
        raise SourceError(f"{path}: one vector is expected, found {array.dtype} of shape {array.shape}")
    return array.reshape(-1)


def _open(path: Path) -> NDArray[np.generic]:
    try:
        with path.open("rb") as file:
            began = file.read(len(MAGIC_PREFIX))
        if began != MAGIC_PREFIX:
            # Named here: NumPy takes whatever it does not know for a pickle, and would have it trusted.
            raise SourceError(f"{path} is not a .npy file: it begins with {began!r}")
        array: NDArray[np.generic] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        why = getattr(error, "strerror", None) or error
        if "greater than file size" in str(error):
            why = "it is shorter than it says, as one that was not copied to its end"
        raise SourceError(f"cannot read the vectors in {path}: {why}") from None
    return array
