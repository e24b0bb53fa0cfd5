"""Which living items of a release hold a wording, and how strongly: the sums over its segments."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import UsageError
from pinakes.indexes.bm25.analyzer import Analyzer
from pinakes.indexes.bm25.query import Clause, Weighed, Wording
from pinakes.indexes.bm25.recent import Recent
from pinakes.indexes.bm25.segment import Held, Segment

DENSE_ABOVE = 1 / 16
"""Share of all rows above which adding up in an array of all rows is faster than sorting the rows."""

KEPT_BYTES = 32 * 2**20
"""Of the frequencies of what was asked for of late, which are kept for the next query that asks for it."""

ENTRY_BYTES = 1024
"""What is kept beside the frequencies of a clause, roughly."""

KEPT_COUNTS = 50_000
"""Terms of which it is kept how many items hold them."""

Occurrences = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Rows in the numbering of the release, and a value for each."""


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
class Saturated:
    """What a clause gives each item before it is weighed: tf' / (k1 + tf').

    Attributes:
        rows: of the items that hold it; None where ``values`` has one for every row, 0 for those that do not.
        holders: how many hold it.
    """

    rows: NDArray[np.int64] | None
    values: NDArray[np.float64]
    holders: int

    def __post_init__(self) -> None:
        self.values.setflags(write=False)  # queries share them
        if self.rows is not None:
            self.rows.setflags(write=False)

    @property
    def nbytes(self) -> int:
        """Bytes that it takes."""
        return self.values.nbytes + (0 if self.rows is None else self.rows.nbytes)

    def under(self, mask: NDArray[np.bool_]) -> "Saturated":
        """Return what is left of it under a mask, where it has rows; as many still count as holding it."""
        if self.rows is None:
            return self
        allowed = np.flatnonzero(mask[self.rows])
        return Saturated(self.rows[allowed], self.values[allowed], self.holders)


class Lookup:
    """Looks wordings up in all segments of a release."""

    def __init__(
        self, segments: Sequence[Segment], weights: Mapping[str, float], k1: float, b: float
    ) -> None:
        """Store what to look up in; ``weights`` has the fields that are searched, sorted."""
        self.segments = tuple(segments)
        self.weights = weights
        self.rows = max(segment.offset + len(segment.alive) for segment in self.segments)
        self._k1, self._b = k1, b
        self._saturated: Recent[Weighed, Saturated] = Recent(KEPT_BYTES)
        self._holders: Recent[Weighed, int] = Recent(KEPT_COUNTS)

    @cached_property
    def analyzer(self) -> Analyzer:
        """What cut the texts of every segment into terms.

        Raises:
            UsageError: the segments cut text into terms in different ways.
        """
        analyzers = {segment.postings.analyzer for segment in self.segments}
        if len(analyzers) > 1:
            found = ", ".join(sorted(analyzer.language for analyzer in analyzers))
            raise UsageError(
                f"the snapshots of this release stem in different languages ({found}): freeze a new base"
            )
        return analyzers.pop()

    @cached_property
    def statistics(self) -> Statistics:
        """The counts over all living items."""
        means = {}
        for name in self.weights:
            words = holders = 0
            for segment in self.segments:
                if name in segment.postings.fields:
                    lengths = segment.postings.fields[name].lengths
                    words += int(lengths.sum(where=segment.alive, dtype=np.int64))
                    holders += int(np.count_nonzero(segment.alive & (lengths > 0)))
            means[name] = words / holders if holders else 0.0
        return Statistics(sum(int(np.count_nonzero(s.alive)) for s in self.segments), means)

    def idf(self, holders: int) -> float:
        """Return the inverse document frequency of what so many items hold."""
        return math.log1p((self.statistics.items - holders + 0.5) / (holders + 0.5))

    def holders(self, wordings: Weighed) -> int:
        """Return how many living items hold some wording."""
        known = self._holders.get(wordings)
        if known is None:
            known = len(self.occurrences(wordings)[0])
            self._holders.put(wordings, known)
        return known

    def holds(self, word: str) -> int:
        """Return how many living items hold the term of a word."""
        return self.holders(self._weighed(word))

    def common(self, word: str, few: int) -> bool:
        """Return whether more than so many living items hold the term of a word, mostly without counting."""
        wordings = self._weighed(word)
        known = self._holders.get(wordings)
        if known is not None:
            return known > few
        ((wording, _),) = wordings
        for segment in self.segments:
            for held in segment.held(wording, self.weights):
                if len(held.rows) > few:
                    return True
        return self.holders(wordings) > few

    def _weighed(self, word: str) -> Weighed:
        """Return what asks for the term of a word alone."""
        return (((self.analyzer.stemmer()(word),), 1.0),)

    def saturated(self, clause: Clause) -> Saturated:
        """Return what a clause gives each item that holds it, before it is weighed."""
        found = self._saturated.get(clause.wordings)
        if found is None:
            found = self._saturate(clause.wordings)
            self._saturated.put(clause.wordings, found, found.nbytes + ENTRY_BYTES)
            self._holders.put(clause.wordings, found.holders)
        return found

    def _saturate(self, wordings: Weighed) -> Saturated:
        """Work out what `saturated` returns."""
        rows, frequencies = self.occurrences(wordings)
        values = frequencies + self._k1
        np.divide(frequencies, values, out=values)
        if len(rows) <= DENSE_ABOVE * self.rows:
            return Saturated(rows, values, len(rows))
        dense = np.zeros(self.rows)
        dense[rows] = values
        return Saturated(None, dense, len(rows))

    def occurrences(self, wordings: Weighed) -> Occurrences:
        """Return the living items that hold some wording, and the tf' of all wordings together in each."""
        found = []
        for wording, weight in wordings:
            rows, values = self._one(wording)
            found.append((rows, values if weight == 1.0 else values * weight))
        return self.add_up(found)

    def parts(self, wordings: Weighed, row: int) -> Iterator[tuple[str, str, float]]:
        """Yield (wording, field, part of tf') of an item."""
        segment = next(s for s in self.segments if s.offset <= row < s.offset + len(s.alive))
        doc = row - segment.offset
        for wording, weight in wordings:
            for held in segment.held(wording, self.weights):
                place = int(np.searchsorted(held.rows, doc))
                if place < len(held.rows) and held.rows[place] == doc:
                    one = Held(held.field, held.rows[place : place + 1], held.counts[place : place + 1])
                    yield " ".join(wording), held.field, weight * float(self._normalised(segment, one)[0])

    def holding(self, wordings: Weighed, rows: NDArray[np.int64]) -> dict[str, NDArray[np.bool_]]:
        """Return for each field which of some items hold a wording in it, shape (k,)."""
        holding = {name: np.zeros(len(rows), dtype=np.bool_) for name in self.weights}
        for segment in self.segments:
            docs = rows - segment.offset
            inside = (docs >= 0) & (docs < len(segment.alive))
            if not inside.any():
                continue
            for wording, _ in wordings:
                for field, holds in segment.holding(wording, docs[inside], self.weights):
                    holding[field][inside] |= holds
        return holding

    def phrase(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Return which living items hold words that follow each other exactly so, shape (rows,)."""
        mask = np.zeros(self.rows, dtype=np.bool_)
        for segment in self.segments:
            for held in segment.holds_words(words, self.weights):
                mask[held.rows + segment.offset] = True
        return mask

    @cached_property
    def word_counts(self) -> tuple[NDArray[np.int64], ...]:
        """How often living items hold each word of each segment."""
        return tuple(segment.word_counts(self.weights) for segment in self.segments)

    def add_up(self, found: Sequence[Occurrences]) -> Occurrences:
        """Return each row once, with the sum of its values in the order in which they were given."""
        found = [pair for pair in found if len(pair[0])]
        if not found:
            return np.empty(0, np.int64), np.empty(0)
        if len(found) == 1:
            return found[0]
        rows = np.concatenate([rows for rows, _ in found])
        values = np.concatenate([values for _, values in found])
        if len(rows) > DENSE_ABOVE * self.rows:
            sums = np.bincount(rows, weights=values, minlength=self.rows).astype(np.float64, copy=False)
            union = np.flatnonzero(sums > 0).astype(np.int64)
            return union, sums[union]
        # A stable sort merges what is sorted already, so it takes two thirds of the time of np.unique.
        ranked = np.argsort(rows, kind="stable")
        rows = rows[ranked]
        new = np.diff(rows, prepend=-1) > 0
        added = np.bincount(np.cumsum(new) - 1, weights=values[ranked])
        return rows[new], added.astype(np.float64, copy=False)

    def _one(self, wording: Wording) -> Occurrences:
        """Return the living items that hold one wording, and its tf' in each."""
        found = []
        for segment in self.segments:
            for held in segment.held(wording, self.weights):
                if len(held.rows):
                    found.append((held.rows + segment.offset, self._normalised(segment, held)))
        return self.add_up(found)

    def _normalised(self, segment: Segment, held: Held) -> NDArray[np.float64]:
        """Return the part of a field in tf'."""
        # In place: fresh pages for every step would cost more than the arithmetic.
        values = segment.postings.fields[held.field].lengths[held.rows].astype(np.float64)
        values *= self._b / self.statistics.mean_lengths[held.field]
        values += 1 - self._b
        np.divide(held.counts, values, out=values)
        values *= self.weights[held.field]
        return values
