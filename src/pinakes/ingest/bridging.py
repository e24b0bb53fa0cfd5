"""From words to pictures: the text bridge of a space, and how much it counts in a search for words."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.base import TextEncoder
from pinakes.encoders.bridge import Bridge, fit_bridge
from pinakes.indexes.bm25 import BM25Index
from pinakes.ingest.nearest import nearest_items
from pinakes.ingest.text_weight import (
    Rank,
    TextWeight,
    allow_text_weight,
    fit_text_weight,
    known_item_queries,
)
from pinakes.kernels.similarity import Stored

HELD_OUT = 5
"""Every fifth item is asked for, and not learned from, when the weight is chosen."""

DEPTH = 200
"""Items that each list brings into the fusion, as in a search."""


@dataclass(frozen=True, slots=True)
class FittedWords:
    """The bridge of one space.

    Attributes:
        bridge: None where captions do not find their pictures better than chance.
        measured: for the manifest: ``text`` (the bridge alone) with its reason, ``text_weight`` (beside BM25)
            with its reason, and the mean reciprocal rank by weight.
    """

    bridge: Bridge | None
    measured: dict[str, Any]


def fit_words(
    captions: Sequence[str], items: NDArray[np.int64], vectors: Stored, words: BM25Index, language: str
) -> FittedWords:
    """Fit the bridge on all items, and its weight on items that another bridge has not seen.

    Args:
        captions: all words of each item.
        items: the item of each vector, ascending, shape (n,).
        vectors: unit rows, shape (n, dim).
        words: BM25 over the same items.
        language: of the stemmer.
    """
    fit = fit_bridge([captions[item] for item in items], vectors, items, language)
    weight = TextWeight(0.0, 0, {}, "there is no bridge")
    if fit.bridge is not None:
        weight = _fit_weight(captions, items, vectors, words, language)
    return FittedWords(
        fit.bridge,
        {
            "text": asdict(fit.measured),
            "text_reason": fit.reason,
            "text_weight": weight.weight,
            "text_weight_n": weight.n,
            "text_weight_reason": weight.reason,
            "text_reciprocal_rank": weight.reciprocal_rank,
        },
    )


def _fit_weight(
    captions: Sequence[str], items: NDArray[np.int64], vectors: Stored, words: BM25Index, language: str
) -> TextWeight:
    seen = items % HELD_OUT != 0
    # A picture without a caption is not learned from: to leave it out otherwise would copy the vectors.
    learned = [captions[item] if known else "" for item, known in zip(items, seen, strict=True)]
    trained = fit_bridge(learned, vectors, items, language).bridge
    if trained is None:
        return TextWeight(0.0, 0, {}, "too few items to hold some out")
    asked = known_item_queries(captions, np.unique(items[~seen]))
    by_words, by_bridge = _rankings(trained, asked, items, vectors, words)
    return fit_text_weight(asked, by_words, by_bridge)


def weigh_words(
    encoder: TextEncoder,
    captions: Sequence[str],
    items: NDArray[np.int64],
    vectors: Stored,
    words: BM25Index,
) -> dict[str, Any]:
    """Measure how much an encoder that reads words itself counts beside BM25, for the manifest.

    Args:
        encoder: of the space; it was not fitted on these items, so any of them may be asked for.
        captions, items, vectors, words: see `fit_words`.
    """
    held = np.unique(items)
    asked = known_item_queries(captions, held)
    by_words, by_model = _rankings(encoder, asked, items, vectors, words)
    weight = allow_text_weight(asked, by_words, by_model, len(held))
    return {
        "text_weight": weight.weight,
        "text_weight_n": weight.n,
        "text_weight_reason": weight.reason,
        "text_reciprocal_rank": weight.reciprocal_rank,
    }


def _rankings(
    encoder: TextEncoder,
    asked: Sequence[tuple[str, int]],
    items: NDArray[np.int64],
    vectors: Stored,
    words: BM25Index,
) -> tuple[Rank, Rank]:
    """Return how BM25 and how an encoder rank items for the queries."""
    if not asked:
        return _nothing, _nothing
    texts = [query for query, _ in asked]
    ranked = dict(zip(texts, nearest_items(encoder.encode_texts(texts), vectors, items, DEPTH), strict=True))

    def by_words(query: str) -> NDArray[np.int64]:
        return words.search(query, None, DEPTH).rows

    return by_words, ranked.__getitem__


def _nothing(query: str) -> NDArray[np.int64]:
    return np.empty(0, dtype=np.int64)
