"""What some words ask for, in its final form: clauses of wordings, phrases, and what was put right."""

from collections import Counter
from dataclasses import dataclass
from typing import TypeAlias

Wording: TypeAlias = tuple[str, ...]
"""Terms that follow each other; most often one."""

Weighed: TypeAlias = tuple[tuple[Wording, float], ...]
"""Wordings of one thing, sorted, each with what an occurrence of it counts, more than 0 and at most 1."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that is asked for, in any of its wordings: together they count as one term.

    Attributes:
        count: how often it was asked for.
    """

    wordings: Weighed
    count: int = 1


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed between two spaces, and what it asks for.

    Attributes:
        word: as it was typed, such as ``Wi-Fi``.
        parts: each of its words, folded, with what that asks for; at least one.
        compounds: what its words ask for written as one, ``wifi``; who holds them holds the words.
        together: what it asks for with its neighbours, such as a synonym of a phrase; who holds one holds it.
    """

    word: str
    parts: tuple[tuple[str, Weighed], ...]
    compounds: tuple[Weighed, ...] = ()
    together: tuple[Weighed, ...] = ()

    @property
    def clauses(self) -> tuple[Weighed, ...]:
        """All that it asks for by itself, one clause for each term."""
        return (*(wordings for _, wordings in self.parts), *self.compounds)


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that was put right, or might be.

    Attributes:
        typed: the word of the query.
        used: the word of the collection.
        applied: no item holds the typed word, and the other one was searched for instead; otherwise it is
            only suggested.
    """

    typed: str
    used: str
    applied: bool


@dataclass(frozen=True, slots=True)
class WordQuery:
    """A text as BM25 takes it.

    Attributes:
        typed: its words.
        beside: what several words ask for together, such as a synonym of a phrase.
        phrases: words that must follow each other in an item exactly so: folded, not stemmed.
        corrections: in the order of the words.
        completed: the last word, if no item holds it and those that begin with it were searched for instead.
    """

    typed: tuple[Typed, ...]
    beside: tuple[Weighed, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    corrections: tuple[Correction, ...] = ()
    completed: str | None = None

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """What is asked for, each thing once, in an order that does not depend on that of the words."""
        counts = Counter(weighed for typed in self.typed for weighed in typed.clauses)
        counts.update(self.beside)
        return tuple(Clause(wordings, count) for wordings, count in sorted(counts.items()))
