"""What is counted over every row of a file, a block at a time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK = 20_000
"""Rows that are read at a time."""

UNIT_TOLERANCE = 0.01
"""How far a length may be from 1, as at a freeze."""


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What all rows are; row numbers are int64, ascending, from 0.

    Attributes:
        norms: the length of each row, float32 of shape (n,); NaN where it is not finite.
        broken: rows with NaN or an infinity.
        zero: rows of zeros.
        repeated: rows that stand a second time or more, zeros and broken ones not counted.
    """

    norms: NDArray[np.float32]
    broken: NDArray[np.int64]
    zero: NDArray[np.int64]
    repeated: NDArray[np.int64]

    @property
    def usable(self) -> NDArray[np.int64]:
        """The rows that have a direction."""
        return np.flatnonzero(np.isfinite(self.norms) & (self.norms > 0))


def count_rows(vectors: NDArray[np.generic]) -> RowFacts:
    """Read every row once.

    Args:
        vectors: shape (n, dim); may be memory-mapped.
    """
    norms = np.empty(len(vectors), dtype=np.float32)
    names = np.empty(len(vectors), dtype=np.uint64)
    # Rows are compared by a 64-bit hash of their float32 numbers (multiply-add with odd constants, modulo
    # 2**64): of 10 million different rows two share one with a chance of 3e-6.
    odd = np.random.default_rng(0).integers(0, 2**63, vectors.shape[1], dtype=np.uint64) * np.uint64(2)
    odd += np.uint64(1)
    for start in range(0, len(vectors), BLOCK):
        block = np.asarray(vectors[start : start + BLOCK], dtype=np.float32) + np.float32(0)
        with np.errstate(over="ignore", invalid="ignore"):
            lengths = np.sqrt(np.square(block, dtype=np.float64).sum(axis=1))
        norms[start : start + len(block)] = np.where(np.isfinite(lengths), lengths, np.nan)
        bits = np.ascontiguousarray(block).view(np.uint32).astype(np.uint64)
        names[start : start + len(block)] = (bits * odd).sum(axis=1, dtype=np.uint64)
    usable = np.flatnonzero(np.isfinite(norms) & (norms > 0))
    firsts = np.unique(names[usable], return_index=True)[1]
    repeated = np.delete(usable, firsts)
    return RowFacts(norms, np.flatnonzero(np.isnan(norms)), np.flatnonzero(norms == 0), repeated)
