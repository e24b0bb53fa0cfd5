"""Arrays of an index as files."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import IntegrityError
from pinakes.indexes.codes import import_faiss


def write_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array as ``.npy``."""
    np.save(path, array, allow_pickle=False)


def map_array(path: Path, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Map an array read-only.

    Raises:
        IntegrityError: no such file, or not an array of this dtype and shape.
    """
    try:
        # An empty file cannot be mapped, nor an array without a dimension.
        mapped: NDArray[Any] = np.load(path, mmap_mode="r" if shape and 0 not in shape else None)
    except (OSError, ValueError) as error:
        raise IntegrityError(path, f"cannot be read: {error}") from error
    if mapped.dtype != dtype or mapped.shape != shape:
        raise IntegrityError(path, f"{mapped.dtype} of shape {mapped.shape}, not {dtype} of shape {shape}")
    return mapped


def write_faiss(path: Path, index: Any, flags: int = 0) -> None:
    """Write an index of FAISS."""
    import_faiss().write_index(index, str(path), flags)


def read_faiss(path: Path, rows: int, flags: int = 0) -> Any:
    """Read an index of FAISS.

    Args:
        rows: how many it must hold.
        flags: of FAISS, such as ``IO_FLAG_MMAP``.

    Raises:
        IntegrityError: no such file, not an index, or one over another number of rows.
    """
    try:
        index = import_faiss().read_index(str(path), flags)
    except RuntimeError as error:
        raise IntegrityError(path, "cannot be read as an index of FAISS") from error
    if index.ntotal != rows:
        raise IntegrityError(path, f"an index over {index.ntotal} rows, not {rows}")
    return index
