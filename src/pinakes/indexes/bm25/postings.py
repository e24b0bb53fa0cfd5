"""An inverted index in plain arrays: which items hold a term, and how often (docs/format.md, ``lexical/``).

Beside it lie the words themselves as the items hold them, in their order: they make phrases exact, and give
the words that a beginning or a misspelling may stand for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import IntegrityError
from pinakes.indexes.bm25.analyzer import Analyzer, open_analyzer, save_analyzer
from pinakes.indexes.bm25.strings import Strings

ANALYZER_FILE = "analyzer.json"
TERM_OF_FILE = "words.terms.npy"

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class FieldPostings:
    """The postings of one field.

    Attributes:
        starts: int64 of shape (terms + 1,): the postings of term t are [starts[t], starts[t + 1]).
        docs: uint32 of shape (postings,): item rows, ascending within a term.
        tfs: uint16 of shape (postings,): how often the item's field holds the term; 65535 stands for more.
        lengths: uint32 of shape (items,): number of words in the item's field.
        tokens: uint32: the numbers of the words of all items in their order; the number behind the last word
            is a gap, which no phrase reaches across: between attributes, around compounds, after each item.
        firsts: int64 of shape (items + 1,): the words of item i are ``tokens[firsts[i]:firsts[i + 1]]``.
        counts: uint32 of shape (words,): how often the field holds each word.
    """

    starts: NDArray[np.int64]
    docs: NDArray[np.uint32]
    tfs: NDArray[np.uint16]
    lengths: NDArray[np.uint32]
    tokens: NDArray[np.uint32]
    firsts: NDArray[np.int64]
    counts: NDArray[np.uint32]

    def occurrences(self, number: int) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
        """Return the rows that hold a term, ascending, and how often each does."""
        where = slice(int(self.starts[number]), int(self.starts[number + 1]))
        return self.docs[where], self.tfs[where]

    def words_of(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Return the words of some items, one item after the other, and the row of each word."""
        sizes = self.firsts[rows + 1] - self.firsts[rows]
        places = np.repeat(self.firsts[rows] - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())
        return self.tokens[places], np.repeat(rows, sizes)


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """The terms and words of all fields of one segment, and the postings of each field.

    Attributes:
        analyzer: what cut the texts into terms.
        terms: sorted.
        words: what the terms were made of: folded, not stemmed; sorted.
        term_of: uint32 of shape (words,): the number of each word's term.
        fields: postings by field.
    """

    analyzer: Analyzer
    terms: Strings
    words: Strings
    term_of: NDArray[np.uint32]
    fields: Mapping[str, FieldPostings]

    @property
    def rows(self) -> int:
        """The number of items."""
        return next((len(field.lengths) for field in self.fields.values()), 0)


_PARTS: Mapping[str, type[np.generic]] = {
    "starts": np.int64,
    "docs": np.uint32,
    "tfs": np.uint16,
    "lengths": np.uint32,
    "tokens": np.uint32,
    "firsts": np.int64,
    "counts": np.uint32,
}
"""The arrays of a field, each in ``<field>.<part>.npy``."""


def save_postings(folder: Path, postings: Postings) -> None:
    """Write an inverted index into a folder, which is made if need be.

    Raises:
        OSError: the disk refused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    save_analyzer(folder / ANALYZER_FILE, postings.analyzer)
    for name, strings in (("terms", postings.terms), ("words", postings.words)):
        strings.data.tofile(folder / f"{name}.bin")
        np.save(folder / f"{name}.offsets.npy", strings.offsets)
    np.save(folder / TERM_OF_FILE, postings.term_of)
    for name, field in postings.fields.items():
        for part in _PARTS:
            np.save(folder / f"{name}.{part}.npy", getattr(field, part))


def open_postings(folder: Path) -> Postings:
    """Map an inverted index into memory; nothing but the ends of its arrays is read.

    Raises:
        IntegrityError: a file is missing, cut short, of another type, or does not fit the others.
        FormatVersionError: it was written by another Pinakes.
    """
    analyzer = open_analyzer(folder / ANALYZER_FILE)
    names = {path.name.rsplit(".", 2)[0] for path in folder.glob("*.*.npy")} - {"terms", "words"}
    if not names:
        raise IntegrityError(folder, "holds no field: the files <field>.starts.npy and so on are missing")
    postings = Postings(
        analyzer=analyzer,
        terms=_open_strings(folder, "terms"),
        words=_open_strings(folder, "words"),
        term_of=_open_array(folder / TERM_OF_FILE, np.uint32),
        fields={name: _open_field(folder, name) for name in sorted(names)},
    )
    _check(folder, postings)
    return postings


def _open_strings(folder: Path, name: str) -> Strings:
    offsets = _open_array(folder / f"{name}.offsets.npy", np.int64)
    strings = Strings(_open_bytes(folder / f"{name}.bin"), offsets)
    _check_ends(folder / f"{name}.offsets.npy", offsets, len(strings.data), f"{name}.bin")
    return strings


def _open_field(folder: Path, name: str) -> FieldPostings:
    parts = {part: _open_array(folder / f"{name}.{part}.npy", dtype) for part, dtype in _PARTS.items()}
    return FieldPostings(**parts)  # type: ignore[arg-type]


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
    _check_length(folder / TERM_OF_FILE, postings.term_of, len(postings.words))
    for name, field in postings.fields.items():
        _check_ends(folder / f"{name}.starts.npy", field.starts, len(field.docs), f"{name}.docs.npy")
        _check_ends(folder / f"{name}.firsts.npy", field.firsts, len(field.tokens), f"{name}.tokens.npy")
        for part, array, expected in (
            ("starts", field.starts, len(postings.terms) + 1),
            ("tfs", field.tfs, len(field.docs)),
            ("lengths", field.lengths, postings.rows),
            ("firsts", field.firsts, postings.rows + 1),
            ("counts", field.counts, len(postings.words)),
        ):
            _check_length(folder / f"{name}.{part}.npy", array, expected)


def _check_length(path: Path, array: NDArray[np.generic], expected: int) -> None:
    if len(array) != expected:
        raise IntegrityError(path, f"must hold {expected} values, holds {len(array)}")


def _check_ends(path: Path, starts: NDArray[np.int64], end: int, what: str) -> None:
    if len(starts) == 0 or starts[0] != 0 or starts[-1] != end:
        found = f"{starts[0]} to {starts[-1]}" if len(starts) else "nothing"
        raise IntegrityError(path, f"must go from 0 to {end}, the length of {what}, holds {found}")
