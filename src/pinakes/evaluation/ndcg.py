"""nDCG: how well a ranking puts the best first."""

from collections.abc import Mapping, Sequence

import numpy as np


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], k: int = 10) -> float:
    """Return the normalised discounted cumulative gain of a ranking.

    The gain of an item is its grade and its discount log2(1 + rank), as in trec_eval (Järvelin and
    Kekäläinen, ACM TOIS 20(4), 2002, with linear gain).

    Args:
        ranked: ids, best first, none twice.
        grades: of the judged items of the query; those not judged have 0.
        k: ranks that count.

    Returns:
        0 to 1; 0 where no item has a grade above 0.
    """
    ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:k]
    if not ideal:
        return 0.0
    found = [max(grades.get(item, 0), 0) for item in ranked[:k]]
    return _dcg(found) / _dcg(ideal)


def _dcg(gains: Sequence[int]) -> float:
    return float((np.asarray(gains) / np.log2(np.arange(2, len(gains) + 2))).sum())
