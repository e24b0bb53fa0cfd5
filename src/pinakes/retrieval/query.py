"""What can be asked, in its final form: every picture and text already encoded."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from numbers import Real
from typing import Any, Final, get_args

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import QueryError, UnknownNameError
from pinakes.kernels.clock import utc_today
from pinakes.kernels.similarity import length
from pinakes.snapshots.duplicates import Kind
from pinakes.types import Collapse, ItemScore

MAX_TOP = 10_000
MAX_TEXT = 4_000

FARTHEST: Final = {"identical": Kind.IDENTICAL, "near": Kind.EDITED}
"""What a collapse puts together: another photo of the same thing is a hit of its own."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How much of the answer is wanted, and how it is put together.

    Attributes:
        top: how many hits.
        candidates: how many items each signal brings into the fusion; never fewer than ``top``.
        collapse: show one item for several with ``"identical"`` pictures, or with ``"near"`` ones too: one
            photo, re-encoded or edited. True says identical; False shows them all.
        sort: the field whose order takes the place of the order by score, ``-`` before it for highest first;
            None for the score. Words then bring every item that holds all of them, not the best
            candidates alone.
        offset: how many hits, of the pages before, are left out.
    """

    top: int = 10
    candidates: int = 200
    collapse: Collapse = True
    sort: str | None = None
    offset: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.top <= MAX_TOP:
            raise QueryError(f"top must be from 1 to {MAX_TOP}, got {self.top}")
        if self.offset < 0:
            raise QueryError(f"offset must be at least 0, got {self.offset}")
        if self.candidates < 1:
            raise QueryError(f"candidates must be at least 1, got {self.candidates}")
        if not isinstance(self.collapse, bool) and self.collapse not in FARTHEST:
            raise UnknownNameError("collapse", self.collapse, FARTHEST)

    @property
    def depth(self) -> int:
        """How many items each signal brings: the same for every page, so that pages are of one list."""
        return max(self.top, self.candidates)

    @property
    def end(self) -> int:
        """How many hits there are up to the last one that is wanted."""
        return self.offset + self.top

    @property
    def up_to(self) -> Kind | None:
        """The farthest difference of pictures for which one item stands for others; None for none."""
        if isinstance(self.collapse, bool):
            return Kind.IDENTICAL if self.collapse else None
        return FARTHEST[self.collapse]


@dataclass(frozen=True, slots=True)
class EncodedQuery:
    """A query as retrieval takes it.

    Attributes:
        words: text for BM25 and the exact id, or None.
        vectors: by space, one unit vector, float32 of shape (dim,): all clauses composed.
        roles: by space, by role, one unit vector of the same kind; such a space is searched role to role.
        by_words: the spaces whose vector comes from words alone.
        fallback: makes the vectors, by space, that count only where words and exact id find nothing.
        exclude: ids that the asker already has, such as the item of "more like this".
        where: a filter, as a string or a JSON tree.
        as_of: the day on which rights are judged.
        weights: by signal (``words`` or a space), at least 0; signals not named have their own.
        score: what an item's score is made of; None for what each space is set to.
        facets: fields whose values are counted under the filter.
        prefix: the last word may be the beginning of another, as while it is typed.
    """

    words: str | None = None
    vectors: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    roles: Mapping[str, Mapping[str, NDArray[np.float32]]] = field(default_factory=dict)
    by_words: frozenset[str] = frozenset()
    fallback: Callable[[], Mapping[str, NDArray[np.float32]]] | None = None
    exclude: frozenset[str] = frozenset()
    where: str | Mapping[str, Any] | None = None
    as_of: date = field(default_factory=utc_today)
    weights: Mapping[str, float] = field(default_factory=dict)
    score: ItemScore | None = None
    cut: Cut = Cut()
    facets: tuple[str, ...] = ()
    prefix: bool = False

    def __post_init__(self) -> None:
        if self.score is not None and self.score not in get_args(ItemScore):
            raise UnknownNameError("score", self.score, get_args(ItemScore))

    @property
    def spaces(self) -> tuple[str, ...]:
        """The spaces that are searched."""
        return (*self.vectors, *self.roles)


def finite_weight(part: str, weight: object) -> float:
    """Return the weight of a part of a query.

    Args:
        part: what it is the weight of, for the message.
        weight: as it was given.

    Raises:
        QueryError: it is no number, or not a finite one: NaN would find nothing, without a word.
    """
    if not isinstance(weight, Real) or not math.isfinite(weight):
        raise QueryError(f"the weight of {part} must be a finite number, got {weight!r}")
    return float(weight)


def compose(clauses: list[tuple[NDArray[np.float32], float]]) -> NDArray[np.float32]:
    """Add weighted unit vectors up to one unit vector.

    Args:
        clauses: (vector of shape (dim,), weight) pairs; a negative weight pushes away.

    Raises:
        QueryError: the clauses cancel each other out.
    """
    total = np.zeros(clauses[0][0].shape, dtype=np.float64)
    for vector, weight in clauses:
        total += weight * vector.astype(np.float64)
    whole = length(total)
    if whole < 1e-6:
        raise QueryError("the parts of the query cancel each other out: nothing is left to search for")
    return (total / whole).astype(np.float32)
