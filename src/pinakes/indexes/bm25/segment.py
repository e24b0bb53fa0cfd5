"""One snapshot's words in a release: which of its living items hold a term, a sequence of terms, a word."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.bm25.postings import FieldPostings, Postings
from pinakes.indexes.bm25.query import Wording

KEPT = 1024
"""Terms whose number is not looked up again."""

SCAN_ABOVE = 1 / 16
"""Share of a field's words above which all are looked through instead of picking those of some items."""


class Held(NamedTuple):
    """How often items hold something in one field: rows of the segment, ascending, int64, and counts."""

    field: str
    rows: NDArray[np.int64]
    counts: NDArray[np.integer]


@dataclass(frozen=True, eq=False)
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

    @cached_property
    def whole(self) -> bool:
        """Whether all its items live."""
        return bool(self.alive.all())

    @cached_property
    def _number(self) -> Callable[[str], int | None]:
        """Look up the number of a term; those of late are kept, as a query asks for each several times."""
        return lru_cache(KEPT)(self.postings.terms.find)

    def held(self, wording: Wording, fields: Collection[str]) -> Iterator[Held]:
        """Yield where living items hold terms that follow each other, field by field."""
        numbers = [self._number(term) for term in wording]
        if None in numbers:
            return
        for name in fields:
            field = self.postings.fields.get(name)
            if field is not None:
                yield self._living(name, *self._sequence(field, [n for n in numbers if n is not None]))

    def holds_words(self, words: Sequence[str], fields: Collection[str]) -> Iterator[Held]:
        """Yield where living items hold words that follow each other exactly so, field by field."""
        numbers = [n for n in map(self.postings.words.find, words) if n is not None]
        if len(numbers) < len(words):
            return
        terms = [int(self.postings.term_of[number]) for number in numbers]
        for name in fields:
            field = self.postings.fields.get(name)
            if field is not None:
                yield self._living(name, *_followed(field, _holders(field, terms), numbers))

    def holding(
        self, wording: Wording, rows: NDArray[np.int64], fields: Collection[str]
    ) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        """Yield for each field which of some living items hold a wording in it; rows of the segment."""
        number = self._number(wording[0]) if len(wording) == 1 else None
        lists: Iterator[tuple[str, NDArray[np.integer]]]
        if number is None:
            lists = ((held.field, held.rows) for held in self.held(wording, fields))
        else:  # without a copy of all who hold the term: some hits are looked up in millions
            known = ((name, self.postings.fields.get(name)) for name in fields)
            lists = ((name, field.occurrences(number)[0]) for name, field in known if field is not None)
        for name, holders in lists:
            if len(holders):
                wanted = rows.astype(holders.dtype)  # few; NumPy would rather make all holders as wide
                places = np.searchsorted(holders, wanted).clip(max=len(holders) - 1)
                yield name, holders[places] == wanted

    def word_counts(self, fields: Collection[str]) -> NDArray[np.int64]:
        """Return how often living items hold each word, int64 of shape (words,)."""
        size = len(self.postings.words)
        counts = np.zeros(size, dtype=np.int64)
        dead = np.flatnonzero(~self.alive)
        for name in fields:
            field = self.postings.fields.get(name)
            if field is not None:
                counts += field.counts
                if len(dead):
                    counts -= np.bincount(field.words_of(dead)[0], minlength=size + 1)[:size]
        return counts

    def _sequence(
        self, field: FieldPostings, terms: Sequence[int]
    ) -> tuple[NDArray[np.int64], NDArray[np.integer]]:
        if len(terms) == 1:
            docs, tfs = field.occurrences(terms[0])
            return docs.astype(np.int64), tfs
        return _followed(field, _holders(field, terms), terms, self.postings.term_of)

    def _living(self, field: str, rows: NDArray[np.int64], counts: NDArray[np.integer]) -> Held:
        if self.whole:
            return Held(field, rows, counts)
        living = self.alive[rows]
        return Held(field, rows[living], counts[living])


def _holders(field: FieldPostings, terms: Sequence[int]) -> NDArray[np.int64]:
    """Return the items that hold every one of some terms, ascending."""
    lists = sorted((field.occurrences(term)[0] for term in set(terms)), key=len)
    return reduce(_common, lists).astype(np.int64)


def _common(few: NDArray[np.uint32], many: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return what is in two ascending arrays without repeats."""
    if not len(few) or not len(many):
        return few[:0]
    found: NDArray[np.uint32] = few[many[np.searchsorted(many, few).clip(max=len(many) - 1)] == few]
    return found


def _followed(
    field: FieldPostings,
    rows: NDArray[np.int64],
    sequence: Sequence[int],
    term_of: NDArray[np.uint32] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which of some items hold numbers that follow each other, and how often each does.

    The rarest is looked for, and the others only around it.

    Args:
        field: of the segment.
        rows: items, ascending, among which all are that hold every number.
        sequence: what is looked for: words, or terms.
        term_of: uint32 of shape (words,): the term of each word, where terms are looked for.
    """
    words = [_words_of(number, term_of) for number in sequence]
    rarest, *others = sorted(range(len(words)), key=lambda place: int(field.counts[words[place]].sum()))
    sizes = field.firsts[rows + 1] - field.firsts[rows]
    if int(sizes.sum()) <= SCAN_ABOVE * len(field.tokens):
        tokens, owners = field.words_of(rows)
        firsts = np.append(0, np.cumsum(sizes))
    else:
        tokens, owners, firsts = field.tokens, None, field.firsts
    starts = max(0, len(tokens) - len(sequence) + 1)
    places = np.flatnonzero(_any_of(tokens[rarest : starts + rarest], words[rarest]))
    for behind in others:
        places = places[_any_of(tokens[places + behind], words[behind])]
    counts = np.diff(np.searchsorted(places, firsts))
    held = np.flatnonzero(counts)
    return held if owners is None else rows[held], counts[held]


def _words_of(number: int, term_of: NDArray[np.uint32] | None) -> NDArray[np.uint32]:
    """Return a word itself, or the words of a term; of the tokens' type, or comparing converts all."""
    words = np.array([number]) if term_of is None else np.flatnonzero(term_of == np.uint32(number))
    return words.astype(np.uint32)


def _any_of(tokens: NDArray[np.uint32], words: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Return which tokens are one of some words, of which there are few."""
    found: NDArray[np.bool_] = tokens == words[0]
    for word in words[1:]:
        found |= tokens == word
    return found
