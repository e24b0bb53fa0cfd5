"""BM25F over several segments with the statistics of all of them.

Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009. For term t and item d,

    tf'(t, d) = sum over fields f of  w_f tf(t, d, f) / (1 - b + b length(d, f) / mean length(f))
    score(d)  = sum over terms t of   qtf(t) idf(t) tf'(t, d) / (k1 + tf'(t, d))

with idf(t) = ln(1 + (N - n_t + 0.5) / (n_t + 0.5)), which is positive for every term (as in Lucene). N counts
the living items, n_t those of them that hold t in a field with a weight, and the mean length of a field is
taken over the living items that have words in it. So a base with deltas scores exactly as one rebuilt index.

Every sum runs in one order (terms and fields by name), so a score depends neither on the mask, nor on the
order of the words, nor on how the items are cut into segments.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import UsageError
from pinakes.indexes.bm25.analyzer import Analyzer, split
from pinakes.indexes.bm25.postings import Postings
from pinakes.kernels.topk import best

DECIMALS = 6
SMALLEST = 10.0**-DECIMALS
"""What a match scores at least: a word that every item holds must not round to no match at all."""

DENSE_ABOVE = 1 / 16
"""Share of all rows above which adding up in an array of all rows is faster than sorting the rows."""

Occurrences = tuple[NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """The words of one snapshot in a release.

    Attributes:
        postings: with the snapshot's own row numbers.
        offset: the row of its first item in the numbering of the release.
        alive: bool of shape (items,): not deleted and not superseded by a later snapshot.
    """

    postings: Postings
    offset: int
    alive: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Statistics:
    """What BM25F must know of all segments together.

    Attributes:
        items: number of living items.
        mean_lengths: by field, mean number of words of the living items that have any; 0 if none has.
    """

    items: int
    mean_lengths: Mapping[str, float]


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


@dataclass(frozen=True, slots=True)
class Match:
    """Which words of a query an item holds.

    Attributes:
        matched: the fields that hold it, by word as it was typed, in the query's order.
        missing: the words that no field holds.
        shares: how much each word says, by word: its inverse document frequency over the query's sum.
    """

    matched: Mapping[str, tuple[str, ...]]
    missing: tuple[str, ...]
    shares: Mapping[str, float]

    @property
    def share(self) -> float:
        """How much of what the query says was found, 0 to 1."""
        return sum(self.shares[word] for word in self.matched)


class BM25Index:
    """BM25F over the segments of a release."""

    def __init__(
        self, segments: Sequence[Segment], weights: Mapping[str, float], k1: float = 1.2, b: float = 0.75
    ) -> None:
        """Store what to search.

        Args:
            segments: at least one.
            weights: weight of each field, at least 0; a field without weight is not searched.
            k1: how fast repetitions of a term saturate, at least 0.
            b: how much the length of a field counts, 0 to 1.
        """
        self._segments = tuple(segments)
        self._weights = {name: weights[name] for name in sorted(weights) if weights[name] > 0}
        self._k1, self._b = k1, b

    def open(self) -> Self:
        """Compute the statistics now instead of at the first search.

        Raises:
            UsageError: the segments cut text into terms in different ways.
        """
        _ = self._analyzer, self.statistics
        return self

    @cached_property
    def statistics(self) -> Statistics:
        """The counts over all living items."""
        means = {}
        for name in self._weights:
            words = holders = 0
            for segment in self._segments:
                if name in segment.postings.fields:
                    lengths = segment.postings.fields[name].lengths
                    words += int(lengths.sum(where=segment.alive, dtype=np.int64))
                    holders += int(np.count_nonzero(segment.alive & (lengths > 0)))
            means[name] = words / holders if holders else 0.0
        return Statistics(sum(int(np.count_nonzero(s.alive)) for s in self._segments), means)

    def search(
        self,
        text: str,
        mask: NDArray[np.bool_] | None = None,
        k: int = 10,
        order: NDArray[np.int64] | None = None,
    ) -> WordHits:
        """Find the k best items for some words.

        Args:
            text: the words; one that is repeated counts as often.
            mask: bool of shape (rows of the release,): True where an item may be found; None for all.
            k: how many are wanted.
            order: int64 of shape (rows of the release,), decides between equal scores: lower first; None
                for the lower row first.

        Returns:
            living items that the mask allows and that hold at least one word, so perhaps fewer than k.

        Raises:
            UsageError: the segments cut text into terms in different ways.
        """
        rows, raw = self._add_up([self._scored(term, n) for term, n in self._query(text)])
        if mask is not None:
            allowed = mask[rows]
            rows, raw = rows[allowed], raw[allowed]
        scores = np.maximum(np.round(raw, DECIMALS, out=raw), SMALLEST, out=raw)
        top = best(scores, rows if order is None else order[rows], k)
        return WordHits(rows[top], scores[top])

    def self_score(self, text: str) -> float:
        """Return the score of an item that consists of the query alone, in the field with the most weight.

        A term that no item holds counts as the rarest, so a score divided by this one is small where words of
        the query were not found.
        """
        means = self.statistics.mean_lengths
        field = max(
            (name for name in self._weights if means[name]), key=self._weights.__getitem__, default=""
        )
        length = len(split(text)[0])
        if not field or not length:
            return 0.0
        once = self._weights[field] / (1 - self._b + self._b * length / means[field])
        query = [(n * once, n * self._rarity(term)) for term, n in self._query(text)]
        return round(sum(weight * tf / (self._k1 + tf) for tf, weight in query), DECIMALS)

    def explain(self, text: str, row: int) -> tuple[Contribution, ...]:
        """Return what each term in each field adds to the score of a living item, by term and field.

        The fields of a term share its score as they share tf'; the sum is the score before rounding.
        """
        contributions = []
        for term, n in self._query(text):
            parts = dict(self._parts(term, row))
            frequency = sum(parts.values())
            if frequency:
                share = n * self._rarity(term) / (self._k1 + frequency)
                contributions += [Contribution(term, field, share * part) for field, part in parts.items()]
        return tuple(contributions)

    def match(self, text: str, row: int) -> Match:
        """Return which words of a query a living item holds, and where; one term of a word is enough."""
        return self.matches(text, np.array([row]))[0]

    def matches(self, text: str, rows: NDArray[np.int64]) -> tuple[Match, ...]:
        """Return `match` for several items, in their order; shape of ``rows``: (k,)."""
        words = self._analyzer.words(text)
        terms = {term for _, of_word in words for term in of_word}
        rarity = {term: self._rarity(term) for term in terms}
        holds = {term: self._holding(term, rows) for term in terms}
        says = {word: max(rarity[term] for term in of_word) for word, of_word in words}
        total = sum(says.values())
        shares = {word: value / total for word, value in says.items()}
        return tuple(self._match(words, holds, shares, place) for place in range(len(rows)))

    def _match(
        self,
        words: Sequence[tuple[str, Sequence[str]]],
        holds: Mapping[str, Mapping[str, NDArray[np.bool_]]],
        shares: Mapping[str, float],
        place: int,
    ) -> Match:
        matched, missing = dict[str, tuple[str, ...]](), []
        for word, terms in words:
            fields = tuple(name for name in self._weights if any(holds[term][name][place] for term in terms))
            if fields:
                matched[word] = fields
            elif word not in missing:
                missing.append(word)
        return Match(matched, tuple(missing), shares)

    def _holding(self, term: str, rows: NDArray[np.int64]) -> dict[str, NDArray[np.bool_]]:
        """Return for each field which of the given items hold a term in it, shape (k,)."""
        holding = {name: np.zeros(len(rows), dtype=np.bool_) for name in self._weights}
        for segment in self._segments:
            docs_of_rows = rows - segment.offset
            inside = (docs_of_rows >= 0) & (docs_of_rows < len(segment.alive))
            for name, docs, _ in self._postings(segment, term):
                if len(docs):
                    places = np.searchsorted(docs, docs_of_rows[inside]).clip(max=len(docs) - 1)
                    holding[name][inside] |= docs[places] == docs_of_rows[inside]
        return holding

    @cached_property
    def _analyzer(self) -> Analyzer:
        analyzers = {segment.postings.analyzer for segment in self._segments}
        if len(analyzers) > 1:
            found = ", ".join(sorted(analyzer.language for analyzer in analyzers))
            raise UsageError(
                f"the snapshots of this release stem in different languages ({found}): freeze a new base"
            )
        return analyzers.pop()

    @cached_property
    def _whole(self) -> tuple[bool, ...]:
        """For each segment, whether all its items live."""
        return tuple(bool(segment.alive.all()) for segment in self._segments)

    @cached_property
    def _rows(self) -> int:
        return max(segment.offset + len(segment.alive) for segment in self._segments)

    def _query(self, text: str) -> list[tuple[str, int]]:
        """Return the terms of a query, sorted, with how often each occurs."""
        return sorted(Counter(self._analyzer.terms(text)).items())

    def _rarity(self, term: str) -> float:
        return self._idf(len(self._occurrences(term)[0]))

    def _idf(self, holders: int) -> float:
        return math.log1p((self.statistics.items - holders + 0.5) / (holders + 0.5))

    def _scored(self, term: str, count: int) -> Occurrences:
        """Return the living items that hold a term, and what it adds to the score of each."""
        rows, frequencies = self._occurrences(term)
        return rows, _saturated(frequencies, self._k1, count * self._idf(len(rows)))

    def _occurrences(self, term: str) -> Occurrences:
        """Return the living items that hold a term, and its tf' in each."""
        found = []
        for segment, whole in zip(self._segments, self._whole, strict=True):
            for name, docs, tfs in self._postings(segment, term):
                rows = docs.astype(np.int64)
                if not whole:
                    alive = segment.alive[rows]
                    rows, tfs = rows[alive], tfs[alive]  # noqa: PLW2901
                if len(rows):
                    lengths = segment.postings.fields[name].lengths[rows]
                    rows += segment.offset
                    found.append((rows, self._normalised(name, tfs, lengths)))
        return self._add_up(found)

    def _parts(self, term: str, row: int) -> Iterator[tuple[str, float]]:
        """Yield each field in which an item holds a term, with its part of tf'."""
        segment = next(s for s in self._segments if s.offset <= row < s.offset + len(s.alive))
        doc = row - segment.offset
        for name, docs, tfs in self._postings(segment, term):
            place = int(np.searchsorted(docs, doc))
            if place < len(docs) and docs[place] == doc:
                lengths = segment.postings.fields[name].lengths[doc : doc + 1]
                yield name, float(self._normalised(name, tfs[place : place + 1], lengths)[0])

    def _postings(
        self, segment: Segment, term: str
    ) -> Iterator[tuple[str, NDArray[np.uint32], NDArray[np.uint16]]]:
        """Yield the postings of a term in each field that is searched: (field, rows, frequencies)."""
        number = segment.postings.find(term)
        if number is not None:
            for name in self._weights:
                if name in segment.postings.fields:
                    yield name, *segment.postings.fields[name].occurrences(number)

    def _normalised(
        self, field: str, tfs: NDArray[np.uint16], lengths: NDArray[np.uint32]
    ) -> NDArray[np.float64]:
        """Return the part of a field in tf'."""
        values = lengths.astype(np.float64)
        values *= self._b / self.statistics.mean_lengths[field]
        values += 1 - self._b
        np.divide(tfs, values, out=values)
        values *= self._weights[field]
        return values

    def _add_up(self, found: Sequence[Occurrences]) -> Occurrences:
        """Return each row once, with the sum of its values in the order in which they were given."""
        if not found:
            return np.empty(0, np.int64), np.empty(0)
        if len(found) == 1:
            return found[0]
        rows = np.concatenate([rows for rows, _ in found])
        values = np.concatenate([values for _, values in found])
        if len(rows) > DENSE_ABOVE * self._rows:
            sums = np.bincount(rows, weights=values, minlength=self._rows).astype(np.float64, copy=False)
            union = np.flatnonzero(sums > 0).astype(np.int64)
            return union, sums[union]
        union, places = np.unique(rows, return_inverse=True)
        return union, np.bincount(places, weights=values).astype(np.float64, copy=False)


def _saturated(frequencies: NDArray[np.float64], k1: float, weight: float) -> NDArray[np.float64]:
    """Return ``weight tf' / (k1 + tf')``."""
    # In place, as in `_normalised`: fresh pages for every step would cost more than the arithmetic.
    values = frequencies + k1
    np.divide(frequencies, values, out=values)
    values *= weight
    return values
