"""Reciprocal rank fusion of several ranked lists."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pinakes.kernels.similarity import DECIMALS

K = 60
"""The constant of Cormack, Clarke and Buettcher, SIGIR 2009; ranks count from 1."""


def reciprocal_rank_fusion(
    lists: Sequence[tuple[NDArray[np.int64], float]],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Fuse ranked lists: score = sum of weight / (60 + rank).

    Args:
        lists: (item rows best first, weight at least 0) for each signal.

    Returns:
        (rows ascending, without repeats; their fused scores rounded to nine decimals).
    """
    rows = np.sort(np.concatenate([np.empty(0, np.int64), *(list_rows for list_rows, _ in lists)]))
    rows = np.concatenate([rows[:1], rows[1:][rows[1:] != rows[:-1]]])  # half the time of np.unique
    fused = np.zeros(len(rows))
    for list_rows, weight in lists:
        ranks = np.arange(1, len(list_rows) + 1)
        fused[np.searchsorted(rows, list_rows)] += weight / (K + ranks)
    return rows, np.round(fused, DECIMALS + 3)
