"""An inverted index in plain arrays: which items hold a term, and how often (docs/format.md, ``lexical/``).

Built by sort-based inversion in blocks (Manning, Raghavan & Schütze, "Introduction to Information Retrieval",
2008, chapter 4.2): memory holds the finished index, its runs, and one block of words.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import IntegrityError
from pinakes.indexes.bm25.analyzer import Analyzer, open_analyzer, save_analyzer, split

BLOCK_WORDS = 1 << 20
ANALYZER_FILE = "analyzer.json"
TERMS_FILE = "terms.bin"
OFFSETS_FILE = "terms.offsets.npy"


Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class FieldPostings:
    """The postings of one field.

    Attributes:
        starts: int64 of shape (terms + 1,): the postings of term t are [starts[t], starts[t + 1]).
        docs: uint32 of shape (postings,): item rows, ascending within a term.
        tfs: uint16 of shape (postings,): how often the item's field holds the term; 65535 stands for more.
        lengths: uint32 of shape (items,): number of words in the item's field.
    """

    starts: NDArray[np.int64]
    docs: NDArray[np.uint32]
    tfs: NDArray[np.uint16]
    lengths: NDArray[np.uint32]

    def occurrences(self, number: int) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
        """Return the rows that hold a term, ascending, and how often each does."""
        where = slice(int(self.starts[number]), int(self.starts[number + 1]))
        return self.docs[where], self.tfs[where]


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """The terms of all fields of one segment, and the postings of each field.

    Attributes:
        analyzer: what cut the texts into terms.
        terms: uint8: the terms in UTF-8, sorted by bytes, one after the other.
        offsets: int64 of shape (terms + 1,): term t is ``terms[offsets[t]:offsets[t + 1]]``.
        fields: postings by field.
    """

    analyzer: Analyzer
    terms: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    fields: Mapping[str, FieldPostings]

    @property
    def rows(self) -> int:
        """The number of items."""
        return next((len(field.lengths) for field in self.fields.values()), 0)

    def find(self, term: str) -> int | None:
        """Return the number of a term, or None if no item holds it."""
        wanted, count = term.encode(), len(self.offsets) - 1
        number = bisect_left(range(count), wanted, key=self._term)
        return number if number < count and self._term(number) == wanted else None

    def _term(self, number: int) -> bytes:
        return self.terms[self.offsets[number] : self.offsets[number + 1]].tobytes()


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
    # Code point order, in which Python sorts strings, is the order of the bytes of UTF-8.
    ranked = sorted(vocabulary.numbers)
    ranks = np.empty(len(ranked), dtype=np.int64)
    ranks[[vocabulary.numbers[term] for term in ranked]] = np.arange(len(ranked))
    encoded = [term.encode() for term in ranked]
    return Postings(
        analyzer=analyzer,
        terms=np.frombuffer(b"".join(encoded), dtype=np.uint8),
        offsets=np.cumsum([0, *map(len, encoded)], dtype=np.int64),
        fields={name: _join(runs, lengths, ranks) for name, (runs, lengths) in inverted.items()},
    )


def save_postings(folder: Path, postings: Postings) -> None:
    """Write an inverted index into a folder, which is made if need be.

    Raises:
        OSError: the disk refused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    save_analyzer(folder / ANALYZER_FILE, postings.analyzer)
    postings.terms.tofile(folder / TERMS_FILE)
    np.save(folder / OFFSETS_FILE, postings.offsets)
    for name, field in postings.fields.items():
        np.save(folder / f"{name}.starts.npy", field.starts)
        np.save(folder / f"{name}.docs.npy", field.docs)
        np.save(folder / f"{name}.tfs.npy", field.tfs)
        np.save(folder / f"{name}.lengths.npy", field.lengths)


def open_postings(folder: Path) -> Postings:
    """Map an inverted index into memory; nothing but the ends of its arrays is read.

    Raises:
        IntegrityError: a file is missing, cut short, of another type, or does not fit the others.
        FormatVersionError: it was written by a newer Pinakes.
    """
    analyzer = open_analyzer(folder / ANALYZER_FILE)
    offsets = _open_array(folder / OFFSETS_FILE, np.int64)
    names = sorted({path.name.rsplit(".", 2)[0] for path in folder.glob("*.*.npy")} - {"terms"})
    if not names:
        raise IntegrityError(folder, "holds no field: the files <field>.starts.npy and so on are missing")
    fields = {name: _open_field(folder, name) for name in names}
    postings = Postings(analyzer, _open_bytes(folder / TERMS_FILE), offsets, fields)
    _check(folder, postings)
    return postings


class _Vocabulary(dict[str, int]):
    """The number of the term of every word seen so far; a word that is looked up is thereby added."""

    def __init__(self, stem: Callable[[str], str]) -> None:
        super().__init__()
        self.numbers: dict[str, int] = {}
        self._stem = stem

    def __missing__(self, word: str) -> int:
        self[word] = number = self.numbers.setdefault(self._stem(word), len(self.numbers))
        return number


@dataclass(frozen=True, slots=True)
class _Run:
    """The postings of one block of items, by term number and then by row."""

    terms: NDArray[np.int32]
    docs: NDArray[np.uint32]
    tfs: NDArray[np.uint16]


def _invert(texts: Sequence[str], vocabulary: _Vocabulary) -> tuple[list[_Run], NDArray[np.uint32]]:
    """Return the runs of one field, and the number of words of each text."""
    lengths = np.empty(len(texts), dtype=np.uint32)
    runs = []
    for first, numbers, counts in _blocks(texts, vocabulary, lengths):
        docs = np.repeat(np.arange(first, first + len(counts), dtype=np.int64), counts)
        keys, tfs = np.unique(np.array(numbers, dtype=np.int64) << 32 | docs, return_counts=True)
        runs.append(
            _Run(
                terms=(keys >> 32).astype(np.int32),
                docs=(keys & 0xFFFFFFFF).astype(np.uint32),
                tfs=np.minimum(tfs, np.iinfo(np.uint16).max).astype(np.uint16),
            )
        )
    return runs, lengths


def _blocks(
    texts: Sequence[str], vocabulary: _Vocabulary, lengths: NDArray[np.uint32]
) -> Iterator[tuple[int, list[int], list[int]]]:
    """Yield (first row, term numbers, how many of them each row has), and fill in the lengths."""
    first, numbers, counts = 0, list[int](), list[int]()
    for row, text in enumerate(texts):
        words, compounds = split(text)
        lengths[row] = len(words)
        counts.append(len(words) + len(compounds))
        numbers.extend(map(vocabulary.__getitem__, words + compounds))
        if len(numbers) >= BLOCK_WORDS:
            yield first, numbers, counts
            first, numbers, counts = row + 1, [], []
    if numbers:
        yield first, numbers, counts


def _join(runs: list[_Run], lengths: NDArray[np.uint32], ranks: NDArray[np.int64]) -> FieldPostings:
    """Put the runs of a field together, by rank of the term and then by row; empties ``runs``."""
    counts = sum(
        (np.bincount(run.terms, minlength=len(ranks)) for run in runs), np.zeros(len(ranks), np.int64)
    )
    by_rank = np.empty_like(counts)
    by_rank[ranks] = counts
    starts = np.concatenate([[0], np.cumsum(by_rank)]).astype(np.int64)
    docs, tfs = np.empty(starts[-1], np.uint32), np.empty(starts[-1], np.uint16)
    free = starts[ranks]  # for each term number, where its next posting goes
    for run in (runs.pop(0) for _ in range(len(runs))):
        here = np.bincount(run.terms, minlength=len(ranks))
        begin = np.cumsum(here) - here
        places = np.repeat(free - begin, here) + np.arange(len(run.terms))
        docs[places], tfs[places] = run.docs, run.tfs
        free += here
    return FieldPostings(starts, docs, tfs, lengths)


def _open_field(folder: Path, name: str) -> FieldPostings:
    return FieldPostings(
        starts=_open_array(folder / f"{name}.starts.npy", np.int64),
        docs=_open_array(folder / f"{name}.docs.npy", np.uint32),
        tfs=_open_array(folder / f"{name}.tfs.npy", np.uint16),
        lengths=_open_array(folder / f"{name}.lengths.npy", np.uint32),
    )


def _open_array(path: Path, dtype: type[Scalar]) -> NDArray[Scalar]:
    try:
        # As a plain array: indexing a np.memmap costs a microsecond more, thousands of times per search.
        array = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError, EOFError) as error:
        raise IntegrityError(path, f"cannot be read as an array: {error}") from None
    if array.ndim != 1 or array.dtype != dtype:
        raise IntegrityError(
            path, f"must hold one row of {np.dtype(dtype)}, holds {array.dtype} of shape {array.shape}"
        )
    return array


def _open_bytes(path: Path) -> NDArray[np.uint8]:
    try:
        return np.asarray(np.memmap(path, np.uint8, "r")) if path.stat().st_size else np.empty(0, np.uint8)
    except OSError as error:
        raise IntegrityError(path, f"cannot be read: {error.strerror}") from None


def _check(folder: Path, postings: Postings) -> None:
    """Refuse arrays that do not fit each other, by their lengths and ends alone."""
    _check_ends(folder / OFFSETS_FILE, postings.offsets, len(postings.terms), TERMS_FILE)
    for name, field in postings.fields.items():
        _check_ends(folder / f"{name}.starts.npy", field.starts, len(field.docs), f"{name}.docs.npy")
        for part, found, expected in (
            ("starts", len(field.starts), len(postings.offsets)),
            ("tfs", len(field.tfs), len(field.docs)),
            ("lengths", len(field.lengths), postings.rows),
        ):
            if found != expected:
                raise IntegrityError(
                    folder / f"{name}.{part}.npy", f"must hold {expected} values, holds {found}"
                )


def _check_ends(path: Path, starts: NDArray[np.int64], end: int, what: str) -> None:
    if len(starts) == 0 or starts[0] != 0 or starts[-1] != end:
        found = f"{starts[0]} to {starts[-1]}" if len(starts) else "nothing"
        raise IntegrityError(path, f"must go from 0 to {end}, the length of {what}, holds {found}")
