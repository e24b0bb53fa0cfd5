"""Texts as weighted terms: a small TF-IDF vectoriser."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import Stemmer
from numpy.typing import NDArray

MAX_TERMS = 2_048
"""Terms of a vocabulary. Words that are rarer than these say little about pictures, and BM25 finds them."""

_WORD = re.compile(r"\w+")


def cut(texts: Iterable[str], language: str) -> list[list[str]]:
    """Cut each text into the stems of its words, and pairs of neighbouring stems.

    Args:
        texts: any texts.
        language: of the Snowball stemmer, or ``none``.
    """
    stemmer = None if language == "none" else Stemmer.Stemmer(language)
    terms = []
    for text in texts:
        words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
        stems = stemmer.stemWords(words) if stemmer else words
        terms.append([*stems, *(f"{first} {second}" for first, second in pairwise(stems))])
    return terms


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The terms that are known, and how much each says.

    Attributes:
        terms: in the order of their numbers.
        idf: float64, inverse document frequency of each.
        language: of the stemmer.
    """

    terms: tuple[str, ...]
    idf: NDArray[np.float64]
    language: str
    _numbers: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_numbers", {term: number for number, term in enumerate(self.terms)})

    def weigh(self, terms: Sequence[str]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the numbers, ascending, and weights of the known terms of a text; weights have unit length.

        Weights are (1 + log tf) * idf (Salton and Buckley, "Term-weighting approaches", 1988).
        """
        found = Counter(self._numbers[term] for term in terms if term in self._numbers)
        numbers = np.array(sorted(found), dtype=np.intp)
        counts = np.array([found[number] for number in numbers.tolist()], dtype=np.float64)
        weights = (1.0 + np.log(counts)) * self.idf[numbers]
        length = np.sqrt(np.square(weights).sum()) or 1.0
        return numbers, weights / length

    def matrix(self, texts: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """Return the weights of all terms in all texts, which were cut: shape (texts, terms)."""
        dense = np.zeros((len(texts), len(self.terms)), dtype=np.float32)
        for row, terms in enumerate(texts):
            numbers, weights = self.weigh(terms)
            dense[row, numbers] = weights
        return dense


def build_vocabulary(texts: Sequence[Sequence[str]], language: str) -> Vocabulary:
    """Learn the terms of texts: those in at least two of them, the `MAX_TERMS` most frequent.

    Args:
        texts: one per item, as `cut` leaves them.
        language: that they were cut with.
    """
    frequency = Counter(term for terms in texts for term in set(terms))
    repeated = [(term, count) for term, count in frequency.items() if count > 1]
    kept = sorted(repeated, key=lambda pair: (-pair[1], pair[0]))[:MAX_TERMS]
    counts = np.array([count for _, count in kept], dtype=np.float64)
    idf = np.log((1.0 + len(texts)) / (1.0 + counts)) + 1.0
    return Vocabulary(tuple(term for term, _ in kept), idf, language)
