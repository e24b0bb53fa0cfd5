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

FIRST = 10
"""Places among which a model that understands the items finds known ones more often than by chance..."""

DEVIATIONS = 3.0
"""...by so many standard deviations of a count that is due to chance (Poisson)."""

COST = 0.02
"""Mean reciprocal rank that a model may cost a search for an item's own words: less than can be told apart
with `QUERIES` queries."""


@dataclass(frozen=True, slots=True)
class TextWeight:
    """The weight that was chosen, and why.

    Attributes:
        weight: of the list of what reads words in the fusion.
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
    """Choose the weight of what was fitted on such words: the one with the highest mean reciprocal rank.

    Of equal ones the lowest.

    Args:
        queries: of `known_item_queries`, for items that the bridge was not fitted on.
        words: ranks items by BM25.
        bridge: ranks items by the text bridge.
    """
    if not queries:
        return TextWeight(0.0, 0, {}, "no item has enough words to be asked for")
    means = _mean_reciprocal_ranks(queries, words, bridge)
    chosen = int(means.argmax())
    reason = (
        f"finds known items best at {WEIGHTS[chosen]}"
        if chosen
        else "BM25 alone finds known items at least as well"
    )
    return TextWeight(WEIGHTS[chosen], len(queries), _table(means), reason)


def allow_text_weight(queries: Sequence[tuple[str, int]], words: Rank, model: Rank, items: int) -> TextWeight:
    """Choose the weight of a model that knows more words than the items hold: the highest that does no harm.

    An item's own words are what BM25 is best at, and "puppy" for a dog is what the model is there for, so
    such queries cannot tell how much it helps. They tell whether it understands these items at all, and at
    which weight it begins to push down what words find.

    Args:
        queries: of `known_item_queries`.
        words: ranks items by BM25.
        model: ranks items by the model.
        items: how many items it ranks.
    """
    if not queries:
        return TextWeight(1.0, 0, {}, "no item has enough words to be asked for: nothing speaks against it")
    means = _mean_reciprocal_ranks(queries, words, model)
    found = sum(wanted in model(query)[:FIRST] for query, wanted in queries)
    by_chance = len(queries) * min(1.0, FIRST / items)
    enough = by_chance + DEVIATIONS * np.sqrt(by_chance)
    if found <= enough < len(queries):  # in a collection of a few items chance finds nearly all
        reason = f"alone it finds {found} of {len(queries)} known items, by chance {by_chance:.0f} are"
        return TextWeight(0.0, len(queries), _table(means), reason)
    chosen = int(np.flatnonzero(means >= means[0] - COST)[-1])
    reason = f"the highest that costs a search for known items at most {COST} in mean reciprocal rank"
    return TextWeight(WEIGHTS[chosen], len(queries), _table(means), reason)


def _mean_reciprocal_ranks(
    queries: Sequence[tuple[str, int]], words: Rank, model: Rank
) -> NDArray[np.float64]:
    """Return the mean reciprocal rank of the known item at each weight, rounded to four decimals."""
    totals = np.zeros(len(WEIGHTS))
    for query, wanted in queries:
        by_words, by_model = words(query), model(query)
        totals += [_reciprocal_rank(by_words, by_model, weight, wanted) for weight in WEIGHTS]
    return np.round(totals / len(queries), 4)


def _table(means: NDArray[np.float64]) -> dict[str, float]:
    return {str(weight): float(mean) for weight, mean in zip(WEIGHTS, means, strict=True)}


def _reciprocal_rank(
    by_words: NDArray[np.int64], by_bridge: NDArray[np.int64], weight: float, wanted: int
) -> float:
    rows, scores = reciprocal_rank_fusion([(by_words, 1.0), (by_bridge, weight)])
    if weight == 0:
        rows, scores = rows[scores > 0], scores[scores > 0]
    ranked = rows[best(scores, rows, len(rows))]
    found = np.flatnonzero(ranked == wanted)
    return 1.0 / (1 + int(found[0])) if len(found) else 0.0
