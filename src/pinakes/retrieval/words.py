"""What the words of a query ask for in one corpus, and what the asker is told of how they were taken."""

import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.bm25 import BM25Index, Correction, WordHits, WordQuery, as_written, corrected
from pinakes.retrieval.mask import Allowed
from pinakes.retrieval.records import Records
from pinakes.snapshots.segments import LivingRows

TELLING = 0.08
"""Share of what a query says below which a word is not worth mentioning, found or not."""

BETWEEN = ("-", "", "_", " ", "/", ".")
"""What stands between the letters and the digits of codes."""

READ = 4
"""Items that are read to learn how a word is written."""

LONGEST_CODE = 64
"""Characters of a text that may be an id without its signs."""

_CODE_PART = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True, slots=True)
class Asked:
    """The words of one query, as the index of one corpus takes them.

    Attributes:
        text: as it was typed.
        query: what it asks for.
        phrases: which items hold every phrase of it, shape (items,); None if it has none.
    """

    text: str
    index: BM25Index
    query: WordQuery
    phrases: NDArray[np.bool_] | None

    def narrow(self, allowed: Allowed) -> Allowed:
        """Return the allowed items that hold every phrase."""
        return allowed if self.phrases is None else Allowed.of(allowed.mask & self.phrases)

    def search(self, mask: NDArray[np.bool_] | None, k: int, order: NDArray[np.int64]) -> WordHits:
        """Find the k best items; see `BM25Index.search`."""
        return self.index.search(self.query, mask, k, order)

    def search_all(self, mask: NDArray[np.bool_] | None, order: NDArray[np.int64]) -> tuple[WordHits, int]:
        """Find all items that hold every telling word that is found, or where none does, all that hold one.

        Whoever puts items in an order of their own wants the dresses of "red dress", not every red thing:
        their scores, which would say so, decide nothing then.

        Returns:
            (the items, best first; how many others hold only some of the words).
        """
        found = self.search(mask, len(order), order)
        every = self.index.holding_all(self.query, found.rows, TELLING)
        if not every.any():
            return found, 0
        return WordHits(found.rows[every], found.scores[every]), int(np.count_nonzero(~every))

    def corrections(self, allowed: Allowed, records: Records) -> tuple[Correction, ...]:
        """Return the words that were put right, or might be; only what an allowed item holds is named."""
        found = []
        for correction in self.query.corrections:
            rows = self.index.holders(correction.used, allowed.mask)[:READ].tolist()
            if rows:
                texts = (text for row in rows for text in records.texts(row))
                found.append(replace(correction, used=as_written(correction.used, texts)))
        return tuple(found)

    def did_you_mean(self, corrections: tuple[Correction, ...]) -> str | None:
        """Return the text with corrections put in, or None where there are none."""
        return corrected(self.text, corrections)

    def notes(self, *, found: bool, close: bool) -> tuple[str, ...]:
        """Return what the asker should know.

        Args:
            found: whether the query found something, or what stands in the way is said otherwise.
            close: whether some hit is close; where none is, the words that no item holds are why.
        """
        if not self.query.typed:
            return (f"{self.text.strip()!r} holds no letters and no digits, and so no words to find",)
        if self.query.completed is not None:
            return (
                f"no item holds the word {self.query.completed!r}: words that begin so were searched for",
            )
        if close:
            return ()
        if self.query.phrases and not found:
            quoted = " and ".join(f'"{" ".join(words)}"' for words in self.query.phrases)
            return (f"no item holds {quoted} word for word",)
        unknown = [repr(typed.word) for typed in self.query.typed if not self.index.knows(typed)]
        return (f"no item holds {' or '.join(unknown)}",) if unknown else ()


def ask(index: BM25Index | None, text: str | None, *, unfinished: bool) -> Asked | None:
    """Read the words of a query; None where there are none, or the corpus has none.

    Args:
        index: of the corpus.
        text: as it was typed.
        unfinished: the last word may be the beginning of another.
    """
    if index is None or text is None:
        return None
    query = index.read(text, unfinished=unfinished)
    return Asked(text, index, query, index.holding_phrases(query))


def find_id(row_of: LivingRows, text: str) -> int | None:
    """Return the row of the item whose id was typed, or None.

    Capitals do not count, nor, in an id with digits, what is typed between its letters and digits: HL-1047 is
    found as ``hl-1047``, ``HL1047`` and ``hl 1047``.
    """
    typed = text.strip()
    spelt = [typed]
    parts = _CODE_PART.findall(typed) if len(typed) <= LONGEST_CODE else []
    if len(parts) > 1 and any(part.isdigit() for part in parts):
        spelt += [sign.join(parts) for sign in BETWEEN]
    rows = map(row_of.in_any_case, spelt)
    return next((row for row in rows if row is not None), None)
