"""From a text to what it asks for: phrases, unfinished and misspelt words, synonyms.

What is made of a text depends on the words of living items alone, never on a filter: a mask changes no score.
And it is the same for a base with deltas as for one index rebuilt of them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from pinakes.indexes.bm25.analyzer import WORD, split
from pinakes.indexes.bm25.lookup import Lookup
from pinakes.indexes.bm25.query import Correction, Typed, Weighed, Wording, WordQuery
from pinakes.indexes.bm25.spelling import Speller
from pinakes.indexes.bm25.synonyms import Synonyms
from pinakes.kernels.topk import most_frequent

COMPLETION = 0.5
"""What an occurrence of a word that the last one may become counts, against 1 of the word as it stands."""

COMPLETIONS = 16
"""How many words the last one may become: the most frequent."""

LEAST_COMPLETED = 3
"""Letters that a word must have before it is taken for unfinished unasked."""

SYNONYM = 0.8
"""What an occurrence of a synonym counts, against 1 of the word that was typed."""

LEAST_CORRECTED = 4
"""Letters that a word must have to be put right: nearly all shorter ones are one slip from many others."""

FEW = 3
"""A word that at most so many items hold may be a misspelling of theirs: another one is suggested ..."""

FAR_MORE = 50
"""... if so many times as many hold that."""

# A quotation mark opens before a word and closes behind one: 24" is a size.
_QUOTED = re.compile(r'(?<!\S)["“„«]([^"“”„«»]+)["“”»](?!\w)')
_DIGIT = re.compile(r"\d")
_BESIDE_DIGIT = re.compile(r"(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)")


class Reader:
    """Reads the texts of queries for one release."""

    def __init__(self, lookup: Lookup, synonyms: Synonyms) -> None:
        """Store what words are looked up in, and what else to look for."""
        self._lookup = lookup
        self._synonyms = synonyms

    def read(self, text: str, *, unfinished: bool = False) -> WordQuery:
        """Return what a text asks for.

        Args:
            text: words; those in double quotes must follow each other exactly so.
            unfinished: the last word may be the beginning of another, as while it is typed.
        """
        pieces = self._joined(
            piece for part, quoted in _parts(text) for piece in self._pieces(part, quoted=quoted)
        )
        ends_open = bool(pieces) and not pieces[-1].quoted and not text[-1].isspace()
        listed = {piece for places, _ in self._synonymous(pieces) for piece, _ in places}
        corrections, completed = list[Correction](), None
        for piece in pieces:
            if piece.quoted or (piece in listed and not unfinished):
                continue
            if ends_open and piece is pieces[-1] and self._complete(piece, asked=unfinished):
                completed = None if self._lookup.common(piece.words[-1], 0) else piece.words[-1]
            elif piece not in listed:
                corrections += self._correct(piece)
        beside = tuple(self._add_synonyms(pieces))
        return WordQuery(
            typed=tuple(piece.final() for piece in pieces),
            beside=beside,
            phrases=tuple(
                tuple(words) for part, quoted in _parts(text) if quoted and (words := split(part)[0])
            ),
            corrections=tuple(corrections),
            completed=completed,
        )

    def _pieces(self, text: str, *, quoted: bool) -> Iterator["_Piece"]:
        for word, terms in self._lookup.analyzer.words(text):
            yield _Piece(word, split(word)[0], terms, quoted=quoted)

    def _joined(self, pieces: Iterable["_Piece"]) -> list["_Piece"]:
        """Read two words as one with a hyphen where no item holds one of them, and some hold them as one."""
        found = list[_Piece]()
        for piece in pieces:
            if found and self._are_one(found[-1], piece):
                both = f"{found[-1].typed} {piece.typed}"
                words = found[-1].words + piece.words
                found[-1] = _Piece(both, words, [*map(self._stem, [*words, "".join(words)])], quoted=False)
            else:
                found.append(piece)
        return found

    def _are_one(self, left: "_Piece", right: "_Piece") -> bool:
        if left.quoted or right.quoted or len(left.words) + len(right.words) > 2:
            return False
        words = left.words + right.words
        one = "".join(words)
        if one.isdigit() or all(self._lookup.common(word, 0) for word in words):
            return False
        return self._lookup.common(one, 0)

    def _complete(self, piece: "_Piece", *, asked: bool) -> bool:
        """Add what the last word of a piece may become; return whether there is anything."""
        word = piece.words[-1]
        long_enough = len(word) >= LEAST_COMPLETED and not _DIGIT.search(word)
        held = (self._lookup.common(known, 0) for known in (word, "".join(piece.words)))
        if not asked and (not long_enough or any(held)):
            return False
        own = self._stem(word)
        others = {self._stem(longer) for longer in self._becoming(word)} - {own}
        options = piece.options[len(piece.words) - 1]
        for term in others:
            options[(term,)] = COMPLETION
        return bool(others)

    def _becoming(self, prefix: str) -> list[str]:
        """Return the most frequent words that begin with a prefix, it itself not among them."""
        parts = []
        for segment, living in zip(self._lookup.segments, self._lookup.word_counts, strict=True):
            numbers = segment.postings.words.starting_with(prefix)
            parts.append((segment.postings.words, living, numbers))
        # Of the words that only the largest part holds, but the most frequent can be among those of all.
        largest = max(range(len(parts)), key=lambda part: len(parts[part][2]))
        words = set[str]()
        for part, (strings, living, numbers) in enumerate(parts):
            most = COMPLETIONS + 1 if part == largest else len(numbers)
            counts = living[numbers.start : numbers.stop]
            words |= {strings[numbers.start + place] for place in most_frequent(counts, most).tolist()}
        words.discard(prefix)
        totals = {word: self._count(word) for word in words}
        return sorted(totals, key=lambda word: (-totals[word], word))[:COMPLETIONS]

    def _count(self, word: str) -> int:
        """Return how often living items hold a word."""
        counts = zip(self._lookup.segments, self._lookup.word_counts, strict=True)
        found = ((segment.postings.words.find(word), living) for segment, living in counts)
        return sum(int(living[number]) for number, living in found if number is not None)

    def _correct(self, piece: "_Piece") -> Iterator[Correction]:
        """Put the word of a piece right where no item holds it; yield what was done, or would be worth it."""
        (word, *others) = piece.words
        if others or len(word) < LEAST_CORRECTED or self._lookup.common(word, FEW):
            return
        holders = self._lookup.holds(word)
        best, most = self._nearest(word) if word.isalpha() else (None, 0)
        if holders == 0:
            used = [best] if best is not None else self._apart(word)
            if used:
                piece.replace(used, [*map(self._stem, used)])
                yield Correction(word, piece.typed, applied=True)
        elif best is not None and most >= FAR_MORE * holders:
            yield Correction(word, best, applied=False)

    def _apart(self, word: str) -> list[str]:
        """Return the two words that a word is without the space between them, as most items hold them."""
        cuts = [found.start() for found in _BESIDE_DIGIT.finditer(word)]
        if word.isalpha():
            cuts = [*range(LEAST_COMPLETED, len(word) - LEAST_COMPLETED + 1)]
        pairs = [(word[:cut], word[cut:]) for cut in cuts]
        held = {
            pair: self._lookup.holders((((self._stem(pair[0]), self._stem(pair[1])), 1.0),))
            for pair in pairs
            if all(self._lookup.common(part, 0) for part in pair)
        }
        best = max(held, key=held.__getitem__, default=None)
        return list(best) if best is not None and held[best] else []

    def _nearest(self, word: str) -> tuple[str | None, int]:
        """Return the word one slip away that most items hold, and how many do; (None, 0) for none."""
        found = set()
        for segment, speller, living in zip(
            self._lookup.segments, self._spellers, self._lookup.word_counts, strict=True
        ):
            found |= {segment.postings.words[n] for n in speller.near(word) if living[n]}
        held = {near: self._lookup.holds(near) for near in found if near.isalpha()}
        best = min(held, key=lambda near: (-held[near], near), default=None)
        return best, held[best] if best is not None else 0

    def _synonymous(self, pieces: list["_Piece"]) -> list[tuple[list[tuple["_Piece", int]], Wording]]:
        """Return where words stand that have synonyms, and their wording."""
        places = [(piece, n) for piece in pieces if not piece.quoted for n in range(len(piece.words))]
        terms = [piece.main_term(n) for piece, n in places]
        return [(places[at : at + len(wording)], wording) for at, wording in self._synonyms.within(terms)]

    def _add_synonyms(self, pieces: list["_Piece"]) -> Iterator[Weighed]:
        """Add the synonyms of words to what they ask for, and yield those of several words together."""
        for places, wording in self._synonymous(pieces):
            others = dict.fromkeys(self._synonyms.others[wording], SYNONYM)
            if len(wording) == 1:
                ((piece, n),) = places
                piece.options[n] = {**others, **piece.options[n]}
            else:
                together = _weighed({**others, wording: 1.0})
                for piece in dict.fromkeys(piece for piece, _ in places):
                    piece.together.append(together)
                yield together

    @cached_property
    def _spellers(self) -> list[Speller]:
        return [Speller(segment.postings.words) for segment in self._lookup.segments]

    def _stem(self, word: str) -> str:
        return self._lookup.analyzer.stemmer()(word)


class _Piece:
    """What stands between two spaces of a query while it is read.

    Attributes:
        typed: as it was typed, or put right.
        words: its folded words.
        options: for each of its terms - those of its words, then those of its compounds - the wordings that
            are looked for, and what an occurrence of each counts.
        together: what it asks for with its neighbours.
    """

    def __init__(self, typed: str, words: list[str], terms: list[str], *, quoted: bool) -> None:
        self.typed = typed
        self.words = words
        self.quoted = quoted
        self.options: list[dict[Wording, float]] = [{(term,): 1.0} for term in terms]
        self.together = list[Weighed]()

    def main_term(self, place: int) -> str:
        """Return the term of a word of the piece, as it is spelt now."""
        return max(self.options[place].items(), key=lambda option: option[1])[0][0]

    def replace(self, words: list[str], terms: list[str]) -> None:
        """Take other words for the only one of the piece."""
        self.typed, self.words, self.options = " ".join(words), words, [{(term,): 1.0} for term in terms]

    def final(self) -> Typed:
        """Return it in its final form."""
        clauses = tuple(map(_weighed, self.options))
        parts = tuple(zip(self.words, clauses, strict=False))
        return Typed(self.typed, parts, clauses[len(parts) :], tuple(self.together))


def _weighed(options: dict[Wording, float]) -> Weighed:
    return tuple(sorted(options.items()))


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a text within quotes and outside, in order, and whether each is quoted."""
    end = 0
    for match in _QUOTED.finditer(text):
        yield text[end : match.start()], False
        yield match[1], True
        end = match.end()
    yield text[end:], False


def unquoted(text: str) -> str:
    """Return a text without the quotation marks that make phrases."""
    return _QUOTED.sub(r"\1", text)


def corrected(text: str, corrections: tuple[Correction, ...]) -> str | None:
    """Return a text with other words put in, all else as it was typed; None where there are none."""
    used = {correction.typed: correction.used for correction in corrections}
    if not used:
        return None
    return respelt(text, used.get)


def as_written(words: str, texts: Iterable[str]) -> str:
    """Return folded words as texts write them, in small letters with accents; as they are where none does."""
    written = dict[str, str]()
    wanted = words.split()
    for text in texts:
        for found in WORD.findall(text):
            folded = " ".join(split(found)[0])
            if folded in wanted:
                written.setdefault(folded, found.lower())
        if len(written) == len(set(wanted)):
            break
    return " ".join(written.get(word, word) for word in wanted)


def respelt(text: str, spell: Callable[[str, str], str]) -> str:
    """Return a text with every word as a function of it, folded, and of how it was typed spells it."""
    return WORD.sub(lambda found: spell(" ".join(split(found[0])[0]), found[0]), text)
