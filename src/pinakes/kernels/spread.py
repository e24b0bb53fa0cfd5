"""A sample that is spread evenly: the same for the same number of things, whatever they are."""

import numpy as np
from numpy.typing import NDArray


def spread_evenly(count: int, most: int) -> NDArray[np.int64]:
    """Return places among things, spread evenly from the first to the last.

    Args:
        count: how many things there are.
        most: how many places are wanted; all where there are no more.

    Returns:
        int64, ascending, each place once.
    """
    return np.unique(np.linspace(0, count - 1, min(most, count)).astype(np.int64))
