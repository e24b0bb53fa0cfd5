"""Fitting the text bridge on a collection's own captions and pictures, and asking whether it helps."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.bridge.encoder import Bridge
from pinakes.encoders.bridge.measure import Measured, rank_matrix, summarise
from pinakes.encoders.bridge.ridge import PENALTIES, solve_ridge
from pinakes.encoders.bridge.terms import build_vocabulary, cut

MAX_ITEMS = 16_384
"""Items that are learned from, evenly spaced over the collection."""

MIN_ITEMS = 50
"""Below this many different captions, ranks among the held-out ones mean nothing."""

FOLDS = 5
FEW = 2_500
"""Up to this many items each fold is held out once; above, one fold is enough."""

BLOCK = 2_048
"""Vectors that are read at a time."""

POOL = 1_000
"""Held-out items that a caption looks for its own among, at most."""


@dataclass(frozen=True, slots=True)
class BridgeFit:
    """A fitted bridge and what is known of it.

    Attributes:
        bridge: None where it does not help.
        helps: held-out captions find their pictures better than chance would.
        reason: why it helps or not, in one line for people.
        measured: the numbers behind it.
    """

    bridge: Bridge | None
    helps: bool
    reason: str
    measured: Measured


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Captions with the mean vector of their item's pictures."""

    texts: list[str]
    terms: list[list[str]]
    vectors: NDArray[np.float32]

    def take(self, rows: NDArray[np.intp]) -> "_Pairs":
        picked = rows.tolist()
        return _Pairs(
            [self.texts[row] for row in picked], [self.terms[row] for row in picked], self.vectors[rows]
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    bridge: Bridge
    penalty: float


def fit_bridge(
    texts: Sequence[str],
    vectors: NDArray[np.float16] | NDArray[np.float32],
    groups: Sequence[int] | NDArray[np.integer] | None = None,
    language: str = "english",
) -> BridgeFit:
    """Fit a text bridge: ridge regression from TF-IDF to pictures.

    It is measured on items that neither the weights nor the penalty have seen, and then fitted on all. Items
    with one and the same caption are held out together.

    Args:
        texts: the caption of each picture; pictures with an empty one are left out.
        vectors: float16 or float32 of shape (n, dim), unit rows.
        groups: which pictures are of one item: an item counts once, with the mean of its vectors and its
            first caption. None: each is its own item.
        language: of the Snowball stemmer, or ``none``.

    Raises:
        ValueError: texts, vectors and groups are not equally many.
    """
    grouped = np.arange(len(texts)) if groups is None else np.asarray(groups)
    if not len(texts) == len(vectors) == len(grouped):
        raise ValueError(
            f"texts, vectors and groups differ in number: {len(texts)}, {len(vectors)}, {len(grouped)}"
        )
    pairs, captions = _pair(texts, vectors, grouped, language)
    different = len(set(pairs.texts))
    if different < MIN_ITEMS:
        said = f"{different} different captions only, {MIN_ITEMS} are needed to measure it"
        return BridgeFit(None, False, said, Measured(captions))
    measured = _measure(pairs, captions, language)
    said = (
        f"R@10 {measured.recall:.2f} [{measured.recall_low:.2f}, {measured.recall_high:.2f}] among"
        f" {measured.pool} held-out items, {measured.chance:.2f} by chance"
    )
    if not measured.above_chance:
        return BridgeFit(None, False, f"{said}: not above chance", measured)
    return BridgeFit(_fit(pairs, language, measured.penalty).bridge, True, said, measured)


def _pair(
    texts: Sequence[str],
    vectors: NDArray[np.float16] | NDArray[np.float32],
    groups: NDArray[np.integer],
    language: str,
) -> tuple[_Pairs, int]:
    """Return one pair per item, at most `MAX_ITEMS`, and how many items there were."""
    worded = np.array([row for row, text in enumerate(texts) if text.strip()], dtype=np.intp)
    items, firsts, members = np.unique(groups[worded], return_index=True, return_inverse=True)
    kept = np.arange(len(items))
    if len(items) > MAX_ITEMS:
        kept = np.linspace(0, len(items) - 1, MAX_ITEMS).astype(np.intp)
    place = np.full(len(items), -1)
    place[kept] = np.arange(len(kept))
    taken = place[members] >= 0
    rows, places = worded[taken], place[members[taken]]
    sums = np.zeros((len(kept), vectors.shape[1]), dtype=np.float32)
    for start in range(0, len(rows), BLOCK):
        some = slice(start, start + BLOCK)
        np.add.at(sums, places[some], vectors[rows[some]].astype(np.float32))
    lengths = np.sqrt(np.square(sums).sum(axis=1, keepdims=True))
    units = sums / np.where(lengths > 0.0, lengths, 1.0)
    captions = [texts[row] for row in worded[firsts[kept]].tolist()]
    return _Pairs(captions, cut(captions, language), units.astype(np.float32)), len(items)


def _measure(pairs: _Pairs, captions: int, language: str) -> Measured:
    folds = _folds(pairs.texts, FOLDS)
    asked = range(FOLDS) if len(pairs.texts) <= FEW else range(1)
    ranks: list[NDArray[np.float64]] = []
    penalties: list[float] = []
    for fold in asked:
        model = _fit(pairs.take(np.flatnonzero(folds != fold)), language)
        held_out = pairs.take(np.flatnonzero(folds == fold)[:POOL])
        ranks.append(rank_matrix(model.bridge.encode_terms(held_out.terms), held_out.vectors))
        penalties.append(model.penalty)
    return summarise(ranks, captions, float(np.median(penalties)))


def _folds(texts: Sequence[str], count: int) -> NDArray[np.intp]:
    """Return the fold of each text, the same for equal texts: shape (n,)."""
    _, numbers = np.unique(np.array(texts, dtype=object), return_inverse=True)
    shuffled = np.random.default_rng(0).permutation(int(numbers.max()) + 1)
    folds: NDArray[np.intp] = shuffled[numbers] % count
    return folds


def _fit(pairs: _Pairs, language: str, penalty: float | None = None) -> _Model:
    """Fit on all pairs; a penalty that is not given is chosen on a fifth of them."""
    vocabulary = build_vocabulary(pairs.terms, language)
    rows = vocabulary.matrix(pairs.terms)
    chosen = _choose_penalty(pairs, rows) if penalty is None else penalty
    return _Model(Bridge(vocabulary, _solve(rows, pairs.vectors, [chosen])[0]), chosen)


def _choose_penalty(pairs: _Pairs, rows: NDArray[np.float32]) -> float:
    held_out = _folds(pairs.texts, FOLDS) == 0
    fits = _solve(rows[~held_out], pairs.vectors[~held_out], PENALTIES)
    closeness = [_mean_cosine(rows[held_out] @ weights, pairs.vectors[held_out]) for weights in fits]
    return PENALTIES[int(np.argmax(closeness))]


def _solve(
    rows: NDArray[np.float32], vectors: NDArray[np.float32], penalties: Sequence[float]
) -> list[NDArray[np.float32]]:
    """Regress what differs from the mean picture: what all pictures share says nothing about words."""
    return solve_ridge(rows, vectors - vectors.mean(axis=0), penalties)


def _mean_cosine(predicted: NDArray[np.float32], wanted: NDArray[np.float32]) -> float:
    lengths = np.sqrt(np.square(predicted).sum(axis=1))
    return float(((predicted * wanted).sum(axis=1) / np.where(lengths > 0.0, lengths, 1.0)).mean())
