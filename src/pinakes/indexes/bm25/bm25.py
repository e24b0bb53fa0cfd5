"""BM25F over several segments with the statistics of all of them.

Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009. For term t and item d,

    tf'(t, d) = sum over fields f of  w_f tf(t, d, f) / (1 - b + b length(d, f) / mean length(f))
    score(d)  = sum over terms t of   qtf(t) idf(t) tf'(t, d) / (k1 + tf'(t, d))

with idf(t) = ln(1 + (N - n_t + 0.5) / (n_t + 0.5)), which is positive for every term (as in Lucene). N counts
the living items, n_t those of them that hold t in a field with a weight, and the mean length of a field is
taken over the living items that have words in it. So a base with deltas scores exactly as one rebuilt index.

A clause may have several wordings: synonyms, what an unfinished word may become. Together they count as one
term, each occurrence with the weight of its wording: tf' is the weighted sum of theirs, n_t counts the items
that hold any. An item holds a phrase or is not found; the phrase adds no score beyond that of its words.

Every sum runs in one order (terms and fields by name), so a score depends neither on the mask, nor on the
order of the words, nor on how the items are cut into segments.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.bm25.analyzer import split
from pinakes.indexes.bm25.lookup import DENSE_ABOVE, Lookup, Saturated, Statistics
from pinakes.indexes.bm25.matching import Holding, Match, matches, whole
from pinakes.indexes.bm25.query import Clause, Typed, WordQuery
from pinakes.indexes.bm25.reader import Reader
from pinakes.indexes.bm25.segment import Segment
from pinakes.indexes.bm25.synonyms import Synonyms
from pinakes.kernels.topk import best, reached
from pinakes.synonyms import Rules

DECIMALS = 6
SMALLEST = 10.0**-DECIMALS
"""What a match scores at least: a word that every item holds must not round to no match at all."""

FEW = 64
"""Rows to each wanted one from which most are left out before they are ranked."""


@dataclass(frozen=True, slots=True, eq=False)
class WordHits:
    """The items that hold a word of the query, best first.

    Attributes:
        rows: int64, in the numbering of the release.
        scores: float64, at least 1e-6, rounded to 1e-6.
    """

    rows: NDArray[np.int64]
    scores: NDArray[np.float64]


class Contribution(NamedTuple):
    """What one term in one field adds to a score."""

    term: str
    field: str
    score: float


class BM25Index:
    """BM25F over the segments of a release."""

    def __init__(
        self,
        segments: Sequence[Segment],
        weights: Mapping[str, float],
        k1: float = 1.2,
        b: float = 0.75,
        synonyms: Rules | None = None,
    ) -> None:
        """Store what to search.

        Args:
            segments: at least one.
            weights: weight of each field, at least 0; a field without weight is not searched.
            k1: how fast repetitions of a term saturate, at least 0.
            b: how much the length of a field counts, 0 to 1.
            synonyms: what else is looked for when a word or a phrase was typed.
        """
        self._weights = {name: weights[name] for name in sorted(weights) if weights[name] > 0}
        self._k1, self._b = k1, b
        self._lookup = Lookup(segments, self._weights, k1, b)
        self._rules = synonyms or {}

    def open(self) -> Self:
        """Compute the statistics now instead of at the first search.

        Raises:
            UsageError: the segments cut text into terms in different ways.
        """
        _ = self._reader, self.statistics
        return self

    @property
    def statistics(self) -> Statistics:
        """The counts over all living items."""
        return self._lookup.statistics

    def read(self, text: str, *, unfinished: bool = False) -> WordQuery:
        """Return what a text asks for; see `Reader.read`.

        Raises:
            UsageError: the segments cut text into terms in different ways.
        """
        return self._reader.read(text, unfinished=unfinished)

    def search(
        self,
        query: str | WordQuery,
        mask: NDArray[np.bool_] | None = None,
        k: int = 10,
        order: NDArray[np.int64] | None = None,
    ) -> WordHits:
        """Find the k best items for some words.

        Args:
            query: the words, or what `read` made of them; one that is repeated counts as often.
            mask: bool of shape (rows of the release,): True where an item may be found; None for all.
            k: how many are wanted.
            order: int64 of shape (rows of the release,), decides between equal scores: lower first; None
                for the lower row first.

        Returns:
            living items that the mask allows and that hold at least one word, and every phrase; perhaps fewer
            than k.

        Raises:
            UsageError: the segments cut text into terms in different ways.
        """
        asked = self._read(query)
        phrases = self.holding_phrases(asked)
        if phrases is not None:
            mask = phrases if mask is None else phrases & mask
        rows, raw = self._sums(asked.clauses, mask, k)
        scores = np.maximum(np.round(raw, DECIMALS, out=raw), SMALLEST, out=raw)
        top = best(scores, rows if order is None else order[rows], k)
        return WordHits(rows[top], scores[top])

    def holding_phrases(self, query: WordQuery) -> NDArray[np.bool_] | None:
        """Return which living items hold every phrase of a query, shape (rows,); None if it has none."""
        if not query.phrases:
            return None
        return reduce(np.logical_and, map(self._lookup.phrase, query.phrases))

    def holders(self, words: str, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the living items of a mask that hold the terms of words one after the other."""
        rows, _ = self._lookup.occurrences(((tuple(self._lookup.analyzer.running_terms(words)), 1.0),))
        return rows[mask[rows]]

    def knows(self, typed: Typed) -> bool:
        """Return whether some living item holds anything that a typed word asks for."""
        return any(len(self._lookup.occurrences(wordings)[0]) for wordings in typed.clauses)

    def self_score(self, query: str | WordQuery) -> float:
        """Return the score of an item that consists of the query alone, in the field with the most weight.

        A term that no item holds counts as the rarest, so a score divided by this one is small where words of
        the query were not found.
        """
        asked, means = self._read(query), self.statistics.mean_lengths
        field = max(
            (name for name in self._weights if means[name]), key=self._weights.__getitem__, default=""
        )
        length = sum(len(split(typed.word)[0]) for typed in asked.typed)
        if not field or not length:
            return 0.0
        once = self._weights[field] / (1 - self._b + self._b * length / means[field])
        parts = [(clause.count * once, clause.count * self._rarity(clause)) for clause in asked.clauses]
        return round(sum(weight * tf / (self._k1 + tf) for tf, weight in parts), DECIMALS)

    def explain(self, query: str | WordQuery, row: int) -> tuple[Contribution, ...]:
        """Return what each term in each field adds to the score of a living item, by term and field.

        The fields and wordings of a clause share its score as they share tf'; the sum is the score before
        rounding.
        """
        contributions = []
        for clause in self._read(query).clauses:
            parts = list(self._lookup.parts(clause.wordings, row))
            frequency = sum(part for _, _, part in parts)
            if frequency:
                share = clause.count * self._rarity(clause) / (self._k1 + frequency)
                contributions += [Contribution(term, field, share * part) for term, field, part in parts]
        return tuple(contributions)

    def match(self, query: str | WordQuery, row: int) -> Match:
        """Return which words of a query a living item holds, and where."""
        return self.matches(query, np.array([row]))[0]

    def matches(self, query: str | WordQuery, rows: NDArray[np.int64]) -> tuple[Match, ...]:
        """Return `match` for several items, in their order; shape of ``rows``: (k,)."""
        words = self._read(query).typed
        return matches(words, self._holding(words, rows), self._shares(words), len(rows))

    def holding_all(
        self, query: str | WordQuery, rows: NDArray[np.int64], least: float = 0.0
    ) -> NDArray[np.bool_]:
        """Return which of some living items hold every word that says at least a share of a query.

        A word that none of them holds is passed over, and does not count in what the others say.

        Args:
            query: the words, or what `read` made of them.
            rows: the items, int64 of shape (k,).
            least: the share, 0 to 1; see `Match`.

        Returns:
            bool of shape (k,).
        """
        words = self._read(query).typed
        holding = self._holding(words, rows)
        holders = {typed: held for typed in words if (held := whole(typed, holding)).any()}
        shares, every = self._shares(tuple(holders)), np.ones(len(rows), dtype=np.bool_)
        for typed, held in holders.items():
            if shares[typed.word] >= least:
                every &= held
        return every

    def _holding(self, words: Sequence[Typed], rows: NDArray[np.int64]) -> Holding:
        """Return for each thing that words ask for which of some items hold it in which field."""
        clauses = dict.fromkeys(wordings for typed in words for wordings in (*typed.clauses, *typed.together))
        return {wordings: self._lookup.holding(wordings, rows) for wordings in clauses}

    def _shares(self, words: Sequence[Typed]) -> dict[str, float]:
        """Return how much each word and each of its parts says of all that the words say together."""
        parts = {name: self._rarity(Clause(w)) for typed in words for name, w in typed.parts}
        says = {typed.word: sum(parts[name] for name, _ in typed.parts) for typed in words}
        total = sum(says.values())
        return {word: value / total for word, value in {**parts, **says}.items()}

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self._lookup, Synonyms.of(self._rules, self._lookup.analyzer))

    def _read(self, query: str | WordQuery) -> WordQuery:
        return self.read(query) if isinstance(query, str) else query

    def _rarity(self, clause: Clause) -> float:
        return self._lookup.idf(self._lookup.holders(clause.wordings))

    def _sums(
        self, clauses: Iterable[Clause], mask: NDArray[np.bool_] | None, k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the rows that may be among the k best, and their scores before rounding."""
        found = []
        for clause in clauses:
            saturated = self._lookup.saturated(clause)
            weight = clause.count * self._lookup.idf(saturated.holders)
            found.append((saturated if mask is None else saturated.under(mask), weight))
        rows = self._lookup.rows
        if sum(len(saturated.values) for saturated, _ in found) > DENSE_ABOVE * rows:
            sums = _dense_sums(found, rows)
            if mask is not None:
                sums *= mask
            kept = _at_least_kth(sums, k)
            return kept, sums[kept]
        return self._lookup.add_up([(s.rows, s.values * weight) for s, weight in found if s.rows is not None])


def _dense_sums(found: Sequence[tuple[Saturated, float]], rows: int) -> NDArray[np.float64]:
    """Add up weighed values in an array of all rows, in the order given."""
    sums, weighed = np.zeros(rows), np.empty(rows)
    for saturated, weight in found:
        if saturated.rows is None:
            np.multiply(saturated.values, weight, out=weighed)
            sums += weighed
        else:
            sums[saturated.rows] += saturated.values * weight
    return sums


def _at_least_kth(sums: NDArray[np.float64], k: int) -> NDArray[np.int64]:
    """Return the rows above 0 that may be among the k best once rounded, and perhaps a few more."""
    floor = 0.0
    if 0 < k <= len(sums) // FEW:
        floor = reached(sums, k) - 2 * SMALLEST  # rounding moves each by half a unit at most
    return np.flatnonzero(sums > max(floor, 0.0)).astype(np.int64)
