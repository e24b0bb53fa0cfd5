"""Building an inverted index from texts.

Sort-based inversion in blocks (Manning, Raghavan & Schütze, "Introduction to Information Retrieval", 2008,
chapter 4.2): memory holds the finished index, its runs, and one block of words.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.bm25.analyzer import Analyzer, split
from pinakes.indexes.bm25.postings import FieldPostings, Postings
from pinakes.indexes.bm25.strings import Strings

BLOCK_WORDS = 1 << 20

APART = "\x1f"
"""Stands between two texts of one field, such as two attributes: no phrase reaches across (ASCII's unit
separator)."""

_GAP = -1


def build_postings(fields: Mapping[str, Sequence[str]], analyzer: Analyzer) -> Postings:
    """Build the inverted index of some texts.

    Args:
        fields: by field, one text for each item; all of one length.
        analyzer: cuts the texts into terms.

    Raises:
        ValueError: fields of different lengths.
    """
    if len({len(texts) for texts in fields.values()}) > 1:
        raise ValueError(
            f"every field needs one text per item, got { {f: len(t) for f, t in fields.items()} }"
        )
    vocabulary = _Vocabulary(analyzer.stemmer())
    inverted = {name: _invert(texts, vocabulary) for name, texts in fields.items()}
    terms, term_ranks = _sorted(vocabulary.terms)
    words, word_ranks = _sorted(vocabulary)
    term_of = np.empty(len(words), dtype=np.uint32)
    term_of[word_ranks] = term_ranks[vocabulary.term_of]
    return Postings(
        analyzer=analyzer,
        terms=Strings.of(terms),
        words=Strings.of(words),
        term_of=term_of,
        fields={name: _join(texts, term_ranks, word_ranks) for name, texts in inverted.items()},
    )


class _Vocabulary(dict[str, int]):
    """The number of every word seen so far; a word that is looked up is thereby added.

    Attributes:
        terms: the number of every term.
        term_of: the term of each word.
    """

    def __init__(self, stem: Callable[[str], str]) -> None:
        super().__init__()
        self.terms: dict[str, int] = {}
        self.term_of: list[int] = []
        self._stem = stem

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self)
        self.term_of.append(self.terms.setdefault(self._stem(word), len(self.terms)))
        return number


@dataclass(frozen=True, slots=True)
class _Run:
    """The postings of one block of items, by term number and then by row."""

    terms: NDArray[np.int32]
    docs: NDArray[np.uint32]
    tfs: NDArray[np.uint16]


@dataclass(slots=True)
class _Inverted:
    """One field on its way: runs, the numbers of its words in order, and per item how many there are."""

    lengths: NDArray[np.uint32]
    entries: NDArray[np.int64]
    runs: list[_Run] = field(default_factory=list)
    tokens: list[NDArray[np.int32]] = field(default_factory=list)


def _sorted(numbers: Mapping[str, int]) -> tuple[list[str], NDArray[np.int64]]:
    """Return strings in order, and the place of each by its number."""
    ordered = sorted(numbers)
    ranks = np.empty(len(ordered), dtype=np.int64)
    ranks[[numbers[string] for string in ordered]] = np.arange(len(ordered))
    return ordered, ranks


def _invert(texts: Sequence[str], vocabulary: _Vocabulary) -> _Inverted:
    found = _Inverted(np.empty(len(texts), np.uint32), np.empty(len(texts), np.int64))
    for first, numbers, counts in _blocks(texts, vocabulary, found.lengths):
        found.entries[first : first + len(counts)] = counts
        tokens = np.array(numbers, dtype=np.int32)
        docs = np.repeat(np.arange(first, first + len(counts), dtype=np.int64), counts)
        words = tokens != _GAP
        terms = np.array(vocabulary.term_of, dtype=np.int64)[tokens[words]]
        keys, tfs = np.unique(terms << 32 | docs[words], return_counts=True)
        found.tokens.append(tokens)
        found.runs.append(
            _Run(
                terms=(keys >> 32).astype(np.int32),
                docs=(keys & 0xFFFFFFFF).astype(np.uint32),
                tfs=np.minimum(tfs, np.iinfo(np.uint16).max).astype(np.uint16),
            )
        )
    return found


def _blocks(
    texts: Sequence[str], vocabulary: _Vocabulary, lengths: NDArray[np.uint32]
) -> Iterator[tuple[int, list[int], list[int]]]:
    """Yield (first row, word numbers with gaps, how many of them each row has), and fill in the lengths."""
    first, numbers, counts = 0, list[int](), list[int]()
    for row, text in enumerate(texts):
        before = len(numbers)
        lengths[row] = _number(text, vocabulary, numbers)
        counts.append(len(numbers) - before)
        if len(numbers) >= BLOCK_WORDS:
            yield first, numbers, counts
            first, numbers, counts = row + 1, [], []
    if counts:
        yield first, numbers, counts


def _number(text: str, vocabulary: _Vocabulary, numbers: list[int]) -> int:
    """Add the numbers of the words of a text, a gap after each part and compound; return how many words."""
    length = 0
    for part in text.split(APART):
        words, compounds = split(part)
        if words:
            numbers.extend(map(vocabulary.__getitem__, words))
            numbers.append(_GAP)
        for compound in compounds:
            numbers += (vocabulary[compound], _GAP)
        length += len(words)
    return length


def _join(inverted: _Inverted, term_ranks: NDArray[np.int64], word_ranks: NDArray[np.int64]) -> FieldPostings:
    """Put the runs of a field together, by rank of the term and then by row; empties ``inverted``."""
    runs = inverted.runs
    counts = sum(
        (np.bincount(run.terms, minlength=len(term_ranks)) for run in runs),
        np.zeros(len(term_ranks), np.int64),
    )
    by_rank = np.empty_like(counts)
    by_rank[term_ranks] = counts
    starts = np.concatenate([[0], np.cumsum(by_rank)]).astype(np.int64)
    docs, tfs = np.empty(starts[-1], np.uint32), np.empty(starts[-1], np.uint16)
    free = starts[term_ranks]  # for each term number, where its next posting goes
    for run in (runs.pop(0) for _ in range(len(runs))):
        here = np.bincount(run.terms, minlength=len(term_ranks))
        begin = np.cumsum(here) - here
        places = np.repeat(free - begin, here) + np.arange(len(run.terms))
        docs[places], tfs[places] = run.docs, run.tfs
        free += here
    # A gap has the number behind the last word, which -1 looks up here.
    with_gap = np.append(word_ranks, len(word_ranks)).astype(np.uint32)
    parts = inverted.tokens
    tokens = np.concatenate(
        [np.empty(0, np.uint32), *(with_gap[parts.pop(0)] for _ in range(len(parts)))]
    ).astype(np.uint32, copy=False)
    occurrences = np.bincount(tokens, minlength=len(with_gap))[: len(word_ranks)].astype(np.uint32)
    firsts = np.concatenate([[0], np.cumsum(inverted.entries)]).astype(np.int64)
    return FieldPostings(starts, docs, tfs, inverted.lengths, tokens, firsts, occurrences)
