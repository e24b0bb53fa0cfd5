"""From features to vectors: a linear map whose result for one picture never depends on those beside it."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import FormatVersionError, IntegrityError

FORMAT = 1
STEPS = 2**22
"""Weights are whole multiples of the largest one's 2**-22. Features are whole numbers up to 255, so every
partial sum of up to 2**23 products is a whole number below 2**53: double precision adds them exactly, in any
order."""


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A mean and a matrix, fitted on a collection.

    Attributes:
        matrix: float32 of shape (length, dim): whole multiples of one power of two.
        offset: float64 of shape (dim,): what the mean becomes under the matrix.
        pictures: how many pictures it was fitted on.
        fingerprint: sha256 of matrix and offset.
    """

    matrix: NDArray[np.float32]
    offset: NDArray[np.float64]
    pictures: int
    fingerprint: str = field(init=False)
    _exact: NDArray[np.float64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        named = hashlib.sha256(np.ascontiguousarray(self.matrix, dtype="<f4").tobytes())
        named.update(np.ascontiguousarray(self.offset, dtype="<f8").tobytes())
        object.__setattr__(self, "fingerprint", named.hexdigest())
        object.__setattr__(self, "_exact", self.matrix.astype(np.float64))

    @property
    def dim(self) -> int:
        """Return the length of the vectors."""
        return int(self.matrix.shape[1])

    def apply(self, features: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Project features to unit vectors.

        Args:
            features: uint8 of shape (n, length).

        Returns:
            float32 of shape (n, dim), rows of unit length.
        """
        centred = features.astype(np.float64) @ self._exact - self.offset
        lengths = np.sqrt(np.square(centred).sum(axis=1, keepdims=True))
        # A picture that is exactly the mean has no direction; it gets one, so that it can be stored and
        # found.
        centred[lengths[:, 0] == 0.0, 0] = 1.0
        vectors: NDArray[np.float32] = (centred / np.where(lengths == 0.0, 1.0, lengths)).astype(np.float32)
        return vectors


def quantise(matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    """Round a matrix to whole multiples of a power of two, at most ``STEPS`` in its largest weight."""
    largest = float(np.abs(matrix).max(initial=0.0)) or 1.0
    step = 2.0 ** np.ceil(np.log2(largest / STEPS))
    rounded: NDArray[np.float32] = (np.rint(matrix / step) * step).astype(np.float32)
    return rounded


def save_projection(folder: Path, projection: Projection, about: dict[str, Any]) -> None:
    """Write ``matrix.npy``, ``offset.npy`` and ``encoder.json`` into an existing folder.

    Args:
        about: what else ``encoder.json`` says of the encoder.

    Raises:
        OSError: the disk refused.
    """
    np.save(folder / "matrix.npy", projection.matrix)
    np.save(folder / "offset.npy", projection.offset)
    said = {"format": FORMAT, **about, "pictures": projection.pictures, "projection": projection.fingerprint}
    (folder / "encoder.json").write_text(json.dumps(said, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def open_projection(folder: Path, length: int) -> tuple[Projection, dict[str, Any]]:
    """Read what `save_projection` wrote.

    Args:
        length: features that the matrix must take.

    Returns:
        The projection, and all that ``encoder.json`` says.

    Raises:
        IntegrityError: a file is missing, damaged, or does not fit the others.
        FormatVersionError: written by a newer Pinakes.
    """
    try:
        said = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        version, pictures, named = said["format"], int(said["pictures"]), said["projection"]
        if version > FORMAT:
            raise FormatVersionError(folder, f"has format {version}, this Pinakes reads {FORMAT}: update it")
        matrix = np.load(folder / "matrix.npy", allow_pickle=False)
        offset = np.load(folder / "offset.npy", allow_pickle=False)
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise IntegrityError(folder, f"does not hold a fitted encoder: {error}") from None
    if matrix.dtype != np.float32 or offset.dtype != np.float64 or matrix.shape != (length, offset.size):
        raise IntegrityError(
            folder,
            f"expected a float32 matrix of {length} rows and a float64 offset of its columns, got"
            f" {matrix.dtype} {matrix.shape} and {offset.dtype} {offset.shape}; if another version of Pinakes"
            " fitted it, `pinakes index` fits it again",
        )
    projection = Projection(matrix, offset, pictures)
    if projection.fingerprint != named:
        raise IntegrityError(folder, "matrix.npy or offset.npy is not what encoder.json names")
    return projection, said
