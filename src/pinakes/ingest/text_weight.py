"""How much what reads words counts beside BM25: as much as helps to find known items, and no more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinakes.kernels.fusion import reciprocal_rank_fusion
from pinakes.kernels.topk import best

Rank = Callable[[str], NDArray[np.int64]]
"""From words to item rows, best first."""

WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
"""What is tried; BM25 counts 1."""

QUERIES = 200
"""Known items that are looked for: enough to see a difference of about 0.03 in mean reciprocal rank."""

WORDS_PER_QUERY = 3
"""A known-item query is this many words of the item, as people type when they half remember a thing."""

SEED = 2009


@dataclass(frozen=True, slots=True)
class TextWeight:
    """The weight that was chosen, and why.

    Attributes:
        weight: of the bridge's list in the fusion.
        n: queries that were tried.
        reciprocal_rank: mean reciprocal rank of the known item, by weight.
        reason: in words.
    """

    weight: float
    n: int
    reciprocal_rank: dict[str, float]
    reason: str


def known_item_queries(captions: Sequence[str], rows: NDArray[np.int64]) -> list[tuple[str, int]]:
    """Make queries of a few words that were taken from an item, for which that item is the answer.

    Args:
        captions: all words of each item.
        rows: the items to ask for.

    Returns:
        (query, item row); items with fewer words than a query has are left out. The same captions give the
        same queries.
    """
    random = np.random.default_rng(SEED)
    queries = []
    for row in rows.tolist():
        words = sorted({word.casefold() for word in captions[row].split() if len(word) > 2})
        if len(words) >= WORDS_PER_QUERY:
            picked = random.choice(words, size=WORDS_PER_QUERY, replace=False)
            queries.append((" ".join(picked), row))
        if len(queries) == QUERIES:
            break
    return queries


def fit_text_weight(queries: Sequence[tuple[str, int]], words: Rank, bridge: Rank) -> TextWeight:
    """Choose the weight with the highest mean reciprocal rank; of equal ones the lowest.

    Args:
        queries: of `known_item_queries`, for items that the bridge was not fitted on.
        words: ranks items by BM25.
        bridge: ranks items by the text bridge.
    """
    if not queries:
        return TextWeight(0.0, 0, {}, "no item has enough words to be asked for")
    totals = np.zeros(len(WEIGHTS))
    for query, wanted in queries:
        by_words, by_bridge = words(query), bridge(query)
        totals += [_reciprocal_rank(by_words, by_bridge, weight, wanted) for weight in WEIGHTS]
    means = np.round(totals / len(queries), 4)
    chosen = int(means.argmax())
    reason = (
        f"finds known items best at {WEIGHTS[chosen]}"
        if chosen
        else "BM25 alone finds known items at least as well"
    )
    table = {str(weight): float(mean) for weight, mean in zip(WEIGHTS, means, strict=True)}
    return TextWeight(WEIGHTS[chosen], len(queries), table, reason)


def _reciprocal_rank(
    by_words: NDArray[np.int64], by_bridge: NDArray[np.int64], weight: float, wanted: int
) -> float:
    rows, scores = reciprocal_rank_fusion([(by_words, 1.0), (by_bridge, weight)])
    if weight == 0:
        rows, scores = rows[scores > 0], scores[scores > 0]
    ranked = rows[best(scores, rows, len(rows))]
    found = np.flatnonzero(ranked == wanted)
    return 1.0 / (1 + int(found[0])) if len(found) else 0.0
