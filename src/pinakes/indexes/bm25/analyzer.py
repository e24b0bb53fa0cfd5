"""From text to terms: Unicode normalisation, words as in UAX #29, compounds, Snowball stems.

The rules, and what each is good for:

- Compatibility forms, case and accents are folded (NFKD, casefold): ``puree`` finds ``Purée``. Accents go
  before stemming, and only from Latin, Greek and ``ё``: a word typed without them has the very same term,
  while the marks that make other letters (``й``, the vowels of Devanagari, Thai and Arabic) stay.
- A word is a run of letters, digits and their marks, so ``006R90321`` and ``802.11b`` stay whole; a full stop
  holds only between digits. Ideographs and hiragana stand alone. (Unicode Standard Annex #29.)
- Words with hyphens between them also give their compound: ``wifi`` finds ``Wi-Fi``, ``tn2410`` ``TN-2410``,
  and the other way round. Not so digits alone, which are dates and ranges. A compound does not count towards
  the length of a field, as overlapping tokens in Lucene.
- No stop words: BM25's inverse document frequency leaves them next to nothing, and "vitamin A" or "The The"
  can be found. docs/decisions/0002-own-bm25.md has what was measured.
"""

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import Stemmer

from pinakes.errors import FormatVersionError, IntegrityError, UnknownNameError
from pinakes.kernels.hashing import canonical_json

FORMAT = 2
"""Of everything in ``lexical/``; 1 held no words in their order."""
NO_STEMMING = "none"

# Not part of a word, though \w or NFKD would make them so (™ decomposes to the letters TM).
_APART = re.compile("[_™℠]")
_APOSTROPHE_S = re.compile(r"['’]s\b")
_ACCENTS = re.compile("(?<=[a-z\u0370-\u03ff])[\u0300-\u036f]+|(?<=е)\u0308")
_IDEOGRAPH = re.compile("([\u3040-\u309f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")
# Letters that look like an accented one but have no decomposition; the soft hyphen; the true hyphen.
_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "\u00ad": None, "\u2010": "-"}
)
# Marks that are part of a word but not of \w: combining, Hebrew, Arabic, Indic, Thai and Lao, Myanmar, Khmer.
_MARKS = (
    "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u0900-\u0963\u0966-\u0df3"
    "\u0e30-\u0e4e\u0eb0-\u0ece\u1029-\u1049\u17b4-\u17d3"
)
_RUN = rf"[\w{_MARKS}]+"
WORD = re.compile(rf"{_RUN}(?:(?<=\d)\.(?=\d){_RUN})*")
"""A word, in a text as it was typed too."""

_HYPHENATED = re.compile(rf"(?<![\w{_MARKS}-])(?<!\d\.){_RUN}(?:-{_RUN})+(?![\w{_MARKS}-]|\.\d)")
_EDGES = re.compile(rf"^[^\w{_MARKS}]+|[^\w{_MARKS}]+$")


def languages() -> tuple[str, ...]:
    """Return the languages that can be stemmed, and ``none``."""
    return (*sorted(Stemmer.algorithms()), NO_STEMMING)


def fold(text: str) -> str:
    """Return text in one spelling: compatibility forms, case, accents and possessives folded away."""
    text = _APART.sub(" ", text)
    if text.isascii():
        text = text.lower()
    else:
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", text)).translate(_LETTERS)
        text = _IDEOGRAPH.sub(r" \1 ", text)
    return _APOSTROPHE_S.sub("", text)


def split(text: str) -> tuple[list[str], list[str]]:
    """Cut text into folded words.

    Returns:
        (the words in order, the compounds of hyphenated words).
    """
    folded = fold(text)
    joined = [found.replace("-", "") for found in _HYPHENATED.findall(folded)] if "-" in folded else []
    return WORD.findall(folded), [word for word in joined if not word.isdigit()]


@dataclass(frozen=True, slots=True)
class Analyzer:
    """How text is cut into terms; the same for items and queries.

    Attributes:
        language: of the Snowball stemmer (https://snowballstem.org), or ``none``.

    Raises:
        UnknownNameError: there is no stemmer for the language.
    """

    language: str

    def __post_init__(self) -> None:
        if self.language not in languages():
            raise UnknownNameError("language", self.language, languages())

    def stemmer(self) -> Callable[[str], str]:
        """Return a function from a folded word to its term; not to be shared between threads."""
        if self.language == NO_STEMMING:
            return str
        # Without the cache, which would not be worth its lock: callers keep the stems of what they read.
        stem = Stemmer.Stemmer(self.language, 0).stemWord
        return lambda word: stem(word) or word

    def terms(self, text: str) -> list[str]:
        """Return the terms of a text: those of its words in order, then those of its compounds."""
        words, compounds = split(text)
        return list(map(self.stemmer(), words + compounds))

    def running_terms(self, text: str) -> list[str]:
        """Return the terms of the words of a text in order, without those of compounds."""
        return list(map(self.stemmer(), split(text)[0]))

    def words(self, text: str) -> list[tuple[str, list[str]]]:
        """Return the words of a text as they were typed, each with its terms (at least one).

        The signs around a word are left away where it says the same without them: ``"red",`` is ``red``, but
        ``№5`` and ``'s-Hertogenbosch`` stay, for ``5`` and ``s-Hertogenbosch`` are other words.
        """
        stem, found = self.stemmer(), []
        for piece in text.split():
            words, compounds = split(piece)
            if words:
                trimmed = _EDGES.sub("", piece)
                typed = trimmed if split(trimmed)[0] == words else piece
                found.append((typed, list(map(stem, words + compounds))))
        return found


def save_analyzer(path: Path, analyzer: Analyzer) -> None:
    """Write ``analyzer.json``.

    Raises:
        OSError: the disk refused.
    """
    path.write_bytes(canonical_json({"format": FORMAT, "language": analyzer.language}))


def open_analyzer(path: Path) -> Analyzer:
    """Read ``analyzer.json``.

    Raises:
        IntegrityError: the file is missing or is not what was written.
        FormatVersionError: it was written by another Pinakes.
    """
    try:
        stored = json.loads(path.read_bytes())
        version, language = stored["format"], stored["language"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IntegrityError(path, f"cannot be read as the description of an analyzer: {error!r}") from None
    if version != FORMAT:
        raise FormatVersionError(
            path, f"has format {version!r}, this Pinakes reads {FORMAT}; index the collection again"
        )
    try:
        return Analyzer(language)
    except UnknownNameError as error:
        raise IntegrityError(path, str(error)) from None
