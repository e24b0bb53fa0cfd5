"""Gates on the numbers of a space: unit length, and finite."""

import numpy as np
from numpy.typing import NDArray

from pinakes.ingest.gates.verdict import not_applicable, verdict, without
from pinakes.snapshots.manifest import GateResult
from pinakes.snapshots.norms import NORM_TOLERANCE, blocks, row_norms


def norms(space: str, vectors: NDArray[np.generic]) -> GateResult:
    """Check that every stored vector has a length in [0.99, 1.01].

    Args:
        space: name of the space.
        vectors: as stored, float16 or float32 of shape (n, dim).

    Returns:
        ``value`` is the largest distance of a length from 1 among the finite ones.
    """
    gate = f"norms.{space}"
    if not len(vectors):
        return not_applicable(gate, "there are no vectors")
    distance = np.abs(row_norms(vectors) - 1.0)
    # A NaN is in no range: counted by negation, so that it fails.
    outside = int(np.count_nonzero(~(distance <= NORM_TOLERANCE)))
    finite = distance[np.isfinite(distance)]
    return verdict(
        gate,
        not outside,
        f"{outside} vectors are not of unit length (within {NORM_TOLERANCE})",
        n=len(vectors),
        value=float(finite.max()) if len(finite) else None,
        limit=NORM_TOLERANCE,
    )


def finite(space: str, vectors: NDArray[np.generic]) -> GateResult:
    """Check that no vector holds NaN or infinity.

    Args:
        space: name of the space.
        vectors: as stored, float16 or float32 of shape (n, dim).
    """
    gate = f"finite.{space}"
    if not len(vectors):
        return not_applicable(gate, "there are no vectors")
    bad = sum(int(np.count_nonzero(~np.isfinite(block).all(axis=1))) for _, block in blocks(vectors))
    return without(gate, bad, "vectors hold NaN or infinity", len(vectors))
