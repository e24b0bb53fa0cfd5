"""Which words of a query an item holds.

A word of several parts is held as a whole where an item holds all of them, or all of its compounds: whoever
asks for ``TN-2410`` is not answered by ``TN-1000``. The words of a phrase are held by who holds its synonym.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.bm25.query import Typed, Weighed

Fields: TypeAlias = Mapping[str, NDArray[np.bool_]]
"""By field, which of some items hold something in it, shape (k,)."""

Holding: TypeAlias = Mapping[Weighed, Fields]
"""Where some items hold what is asked for."""


@dataclass(frozen=True, slots=True)
class Match:
    """Which words of a query an item holds.

    Attributes:
        matched: the fields that hold it, by word as it was typed, in the query's order. Of a word that is not
            held as a whole, the parts that are, folded: ``tn`` of ``TN-2410``.
        missing: the words that are not held as a whole.
        shares: how much each word and each part says, by word: its inverse document frequency over the
            query's sum; a word says what its parts do.
    """

    matched: Mapping[str, tuple[str, ...]]
    missing: tuple[str, ...]
    shares: Mapping[str, float]

    @property
    def share(self) -> float:
        """How much of what the query says was found, 0 to 1."""
        return sum(self.shares[word] for word in self.matched)


def whole(typed: Typed, holding: Holding) -> NDArray[np.bool_]:
    """Return which items hold a word as a whole, shape (k,)."""
    held = reduce(np.logical_and, (_anywhere(holding[wordings]) for _, wordings in typed.parts))
    if typed.compounds:
        held = held | reduce(np.logical_and, (_anywhere(holding[wordings]) for wordings in typed.compounds))
    return reduce(np.logical_or, (_anywhere(holding[wordings]) for wordings in typed.together), held)


def matches(
    words: Sequence[Typed], holding: Holding, shares: Mapping[str, float], items: int
) -> tuple[Match, ...]:
    """Return which words each of some items holds.

    Args:
        words: of the query.
        holding: where the items hold what the words ask for.
        shares: see `Match`.
        items: how many there are.
    """
    named = [(name, fields) for typed in words for name, fields in _named(typed, holding)]
    return tuple(_match(words, named, shares, place) for place in range(items))


def _named(typed: Typed, holding: Holding) -> Iterator[tuple[str, dict[str, list[bool]]]]:
    """Yield a word and where it is held as a whole, then its parts and where they are held otherwise."""
    clauses = (*typed.clauses, *typed.together)
    if len(clauses) == 1:
        yield typed.word, _listed(holding[clauses[0]])
        return
    held = whole(typed, holding)
    fields = [holding[wordings] for wordings in clauses]
    yield (
        typed.word,
        _listed({name: held & reduce(np.logical_or, [f[name] for f in fields]) for name in fields[0]}),
    )
    for part, wordings in typed.parts:
        yield part, _listed({name: holds & ~held for name, holds in holding[wordings].items()})


def _match(
    words: Sequence[Typed],
    named: Sequence[tuple[str, Mapping[str, Sequence[bool]]]],
    shares: Mapping[str, float],
    place: int,
) -> Match:
    matched = dict[str, tuple[str, ...]]()
    for name, holds in named:
        fields = tuple(field for field, rows in holds.items() if rows[place])
        if fields:
            matched[name] = fields
    missing = dict.fromkeys(typed.word for typed in words if typed.word not in matched)
    return Match(matched, tuple(missing), shares)


def _anywhere(fields: Fields) -> NDArray[np.bool_]:
    return reduce(np.logical_or, fields.values())


def _listed(fields: Fields) -> dict[str, list[bool]]:
    """Return the fields that some item holds something in, in Python's own values."""
    return {name: holds.tolist() for name, holds in fields.items() if holds.any()}
