"""Exact search in a quarter of the memory traffic: eight-bit codes with a proved error bound."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import IntegrityError
from pinakes.indexes.base import Proposal
from pinakes.indexes.certified import FIRST, MARGIN, Proof, certified
from pinakes.indexes.codes import CodeScan
from pinakes.indexes.exact import TOGETHER, ExactIndex
from pinakes.indexes.files import map_array, write_array
from pinakes.indexes.rotation import random_rotation
from pinakes.kernels.similarity import Stored, products, scan_error, widen

BLOCK = 16_384
"""Rows that are quantised at once."""

FEW, PAYING = 1500, 10
"""Under a mask, comparing codes first is faster than comparing rows from so many allowed rows on, for what a
query costs before, and so many for each row that is scored again."""

LEVELS = 127
"""Codes run from -127 to 127, those of rows and those of queries."""

TINY = 1e-30
"""Stands for the largest value of a query of zeros, which nothing can be divided by."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Rows in eight bits a dimension, and how far from the truth they lead at most.

    A row x is rotated to Rx, so that no dimension stands out, and coded as x' = centre + step * code, each
    dimension with its own step.

    Attributes:
        codes: uint8 of shape (n, dim), each a code plus 128.
        rotation: R, float32 of shape (dim, dim).
        grid: centre and step of each dimension, float32 of shape (2, dim).
        error: greatest |<Rq, x'> - <q, x>| over all rows and all queries q of length 1.
        length: greatest length of a row of codes.
    """

    codes: NDArray[np.uint8]
    rotation: NDArray[np.float32]
    grid: NDArray[np.float32]
    error: float
    length: float


class Int8Index:
    """Scans eight-bit codes, scores the best again, and proves that no other row could be among them.

    With |q| <= 1, Cauchy and Schwarz bound what the codes of the rows miss by |Rx - x'|, and what the codes
    of the query miss by |missed by the query's codes| times the greatest length of a row of codes.
    """

    name = "int8"
    exhaustive = True
    effort = 0
    efforts: Sequence[int] = ()

    def __init__(self, vectors: Stored, codes: Codes) -> None:
        """Store.

        Args:
            vectors: those that the codes stand for, shape (n, dim).
        """
        self._vectors, self._codes = vectors, codes
        self._plain = ExactIndex(vectors)

    def at(self, effort: int) -> Self:
        """Return itself: it cannot look harder."""
        return self

    def propose(
        self, queries: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None
    ) -> list[Proposal]:
        """Propose every row that may be among the k best; see `VectorIndex.propose`."""
        n = len(self._vectors)
        allowed = n if mask is None else self._plain.known.count(mask)
        few = k if mask is None else max(k, FEW + PAYING * (FIRST * k + MARGIN))
        if k < 1 or len(queries) >= TOGETHER or allowed < few:
            return self._plain.propose_of(queries, k, mask, allowed)
        return [self._scan(query, k, mask, allowed) for query in queries]

    def save(self, folder: Path) -> None:
        """Write one ``.npy`` for each array of the codes."""
        write_array(folder / "codes.npy", self._codes.codes)
        write_array(folder / "rotation.npy", self._codes.rotation)
        write_array(folder / "grid.npy", self._codes.grid)
        write_array(folder / "bounds.npy", np.array([self._codes.error, self._codes.length]))

    def _scan(
        self, query: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None, allowed: int
    ) -> Proposal:
        centre, step = self._codes.grid
        turned = products(self._codes.rotation, query)
        scaled = turned * step
        unit = max(float(np.abs(scaled).max()), TINY) / LEVELS
        # Whole numbers: FAISS multiplies them with the codes in integers, and would cut off what is not.
        whole = np.rint(scaled / unit).astype(np.float32)
        missed = float(np.linalg.norm(scaled - whole * unit))
        offset = float(centre @ turned)

        error = self._codes.error + missed * self._codes.length + self._rounding
        proof = Proof(self._vectors, query, k, unit, offset, error)
        share = allowed / len(self._vectors)
        rows = certified(self._scanner, self._plain.known, whole, mask, share=share, proof=proof)
        if rows is None:
            return self._plain.propose(query[None], k, mask)[0]
        return Proposal(rows, allowed)

    @cached_property
    def _scanner(self) -> CodeScan:
        return CodeScan(self._codes.codes, "QT_8bit_direct_signed")

    @cached_property
    def _rounding(self) -> float:
        """A bound on the float32 error of what is computed for one query, but for its rotation.

        Both products are sums of at most (|centre| + |x'|) <= 1 + error + 2 |centre|; twice that is granted.
        """
        centre = float(np.linalg.norm(self._codes.grid[0].astype(np.float64)))
        return 2.0 * (1.0 + self._codes.error + 2.0 * centre) * scan_error(self._vectors.shape[1])


class Int8Family:
    """Exact search over eight-bit codes."""

    name = "int8"

    def build(self, vectors: Stored) -> Int8Index:
        """Quantise vectors in two passes: the range of each dimension, then the codes and their error."""
        n, dim = vectors.shape
        rotation = random_rotation(dim)
        low, high = np.full(dim, np.inf, np.float32), np.full(dim, -np.inf, np.float32)
        for start in range(0, n, BLOCK):
            block = widen(vectors[start : start + BLOCK]) @ rotation.T
            np.minimum(low, block.min(axis=0), out=low)
            np.maximum(high, block.max(axis=0), out=high)
        if not n:
            low, high = np.zeros(dim, np.float32), np.zeros(dim, np.float32)
        grid = np.stack([(low + high) / 2, (high - low) / (2 * LEVELS)]).astype(np.float32)
        centre, step = grid
        codes = np.empty((n, dim), dtype=np.uint8)
        distance = length = 0.0
        for start in range(0, n, BLOCK):
            block = widen(vectors[start : start + BLOCK]) @ rotation.T
            steps = np.rint(np.divide(block - centre, step, out=np.zeros_like(block), where=step > 0))
            np.clip(steps, -LEVELS, LEVELS, out=steps)
            codes[start : start + BLOCK] = (steps + 128).astype(np.uint8)
            missed = block - centre - steps * step
            distance = max(distance, float(np.linalg.norm(missed, axis=1).max()))
            length = max(length, float(np.linalg.norm(steps, axis=1).max()))
        # Norms of float32 are off by one part in 10^5 at most.
        error = distance * 1.00001 + _rotation_error(rotation)
        return Int8Index(vectors, Codes(codes, rotation, grid, error, length * 1.00001))

    def open(self, folder: Path, vectors: Stored) -> Int8Index:
        """Map the codes."""
        n, dim = vectors.shape
        codes = map_array(folder / "codes.npy", np.dtype(np.uint8), (n, dim))
        rotation = map_array(folder / "rotation.npy", np.dtype(np.float32), (dim, dim))
        grid = map_array(folder / "grid.npy", np.dtype(np.float32), (2, dim))
        error, length = map_array(folder / "bounds.npy", np.dtype(np.float64), (2,)).tolist()
        if not (error >= 0.0 and length >= 0.0):
            raise IntegrityError(folder / "bounds.npy", f"bounds {error} and {length}, which no index has")
        return Int8Index(vectors, Codes(codes, np.array(rotation), np.array(grid), error, length))


def _rotation_error(rotation: NDArray[np.float32]) -> float:
    """Bound what a rotation in float32 does to the product of two unit vectors.

    The rotation is not quite orthogonal, and each of the two rotated vectors is off by at most
    gamma * | |R| |x| | <= gamma * sqrt(dim) (Higham, 3.5); a tenth is granted for all that is smaller.
    """
    dim = len(rotation)
    wide = rotation.astype(np.float64)
    askew = float(np.linalg.norm(wide.T @ wide - np.eye(dim)))
    return askew + 2.2 * float(np.sqrt(dim)) * dim * 2.0**-24
