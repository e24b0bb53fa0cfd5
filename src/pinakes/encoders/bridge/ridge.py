"""Ridge regression with many targets."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0)
"""Rows have unit length, so a penalty of 1 weighs as much as one caption."""


def solve_ridge(
    rows: NDArray[np.float32], targets: NDArray[np.float32], penalties: Sequence[float]
) -> list[NDArray[np.float32]]:
    """Return the weights that map rows to targets, for each of several penalties.

    Hoerl and Kennard, "Ridge regression", Technometrics 12, 1970. Where there are fewer rows than columns the
    dual form is solved (Saunders, Gammerman and Vovk, ICML 1998): the same weights from a smaller system.

    Args:
        rows: float32 of shape (n, columns).
        targets: float32 of shape (n, dim).
        penalties: positive.

    Returns:
        For each penalty, float32 of shape (columns, dim).
    """
    dual = rows.shape[0] < rows.shape[1]
    products = (rows @ rows.T if dual else rows.T @ rows).astype(np.float64)
    right = (targets if dual else rows.T @ targets).astype(np.float64)
    identity = np.eye(len(products))
    solutions = [
        np.linalg.solve(products + penalty * identity, right).astype(np.float32) for penalty in penalties
    ]
    return [rows.T @ solution if dual else solution for solution in solutions]
