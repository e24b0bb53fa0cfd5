"""Arrays of an index as files."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import IntegrityError


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
