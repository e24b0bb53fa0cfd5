"""From rows to hits: the item's own data, and the reasons that speak for it."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.bm25 import Match, WordQuery
from pinakes.retrieval.corpus import Corpus, Space
from pinakes.retrieval.dense import DenseHits
from pinakes.retrieval.results import Closeness, Hit, Reason
from pinakes.retrieval.signals import WORDS, Signal
from pinakes.retrieval.words import TELLING
from pinakes.snapshots.duplicates import Kind
from pinakes.types import View

CLOSENESS: tuple[Closeness, ...] = ("loose", "close", "very close")

Told: TypeAlias = tuple[tuple[Reason, ...], int, int]
"""What the lists say of one item: the reasons, how close it is (0 to 2), the view that matched or -1."""


@dataclass(frozen=True, slots=True)
class Hydrator:
    """Makes hits of the rows of one answer.

    Attributes:
        words: what was searched for, or None.
        signals: the lists that the rows came from.
    """

    corpus: Corpus
    words: WordQuery | None
    signals: Sequence[Signal]

    def hits(
        self,
        rows: NDArray[np.int64],
        scores: NDArray[np.float64],
        duplicates: Mapping[int, Mapping[str, Kind]],
        first: int = 1,
    ) -> tuple[Hit, ...]:
        """Return one hit for each row.

        Args:
            rows: items in the numbering of the corpus, best first.
            scores: of the same length.
            duplicates: by row, the ids of the items that it stands for, and how each is related.
            first: rank of the first.
        """
        matches, shown = self._matches(rows), frozenset(rows.tolist())
        found = [_quoted(signal, self.corpus, shown) for signal in self.signals]
        return tuple(
            self._hit(rank, row, score, _told(row, match, found), duplicates.get(row, {}))
            for rank, (row, score, match) in enumerate(
                zip(rows.tolist(), scores.tolist(), matches, strict=True), start=first
            )
        )

    def _matches(self, rows: NDArray[np.int64]) -> Sequence[Match | None]:
        """Return which words each row holds; None where none were asked for."""
        if self.corpus.words is None or self.words is None:
            return [None] * len(rows)
        return self.corpus.words.matches(self.words, rows)

    def _hit(self, rank: int, row: int, score: float, told: Told, duplicates: Mapping[str, Kind]) -> Hit:
        name, title, text, attributes, rights = self.corpus.records.fields(row)
        reasons, grade, view_row = told
        view = self._view(row, view_row)
        return Hit(
            rank=rank,
            id=name,
            score=score,
            confidence=None,
            closeness=CLOSENESS[grade] if reasons else None,
            title=title,
            text=text,
            attributes=attributes,
            view=view.role if view else None,
            uri=view.uri if view else None,
            thumb=f".pinakes/media/{view.media[:2]}/{view.media}.webp" if view else None,
            rights=rights,
            reasons=reasons,
            duplicates={other: str(kind) for other, kind in duplicates.items()} if duplicates else {},
        )

    def _view(self, row: int, view_row: int) -> View | None:
        """Return the view that matched, or the item's first, or None for an item without pictures."""
        if view_row < 0:
            first_view = self.corpus.first_view
            view_row = first_view.item(row)
            if view_row == first_view.item(row + 1):
                return None
        return self.corpus.records.view(view_row)


class _Quoted(NamedTuple):
    """One ranked list, and where the hits stand in it.

    Attributes:
        space: that was searched; None for words and ids.
        positions: by row of a hit, its place in the list, from 0.
    """

    signal: Signal
    space: Space | None
    positions: Mapping[int, int]


def _quoted(signal: Signal, corpus: Corpus, shown: Set[int]) -> _Quoted:
    return _Quoted(
        signal,
        None if signal.dense is None else corpus.spaces[signal.name],
        {row: position for position, row in enumerate(signal.rows.tolist()) if row in shown},
    )


def _told(row: int, match: Match | None, found: Sequence[_Quoted]) -> Told:
    """Return what the lists say of one item."""
    reasons, best, view_row = [], 0, -1
    for signal, space, positions in found:
        position = positions.get(row)
        if position is None:
            continue
        score, dense = signal.scores.item(position), signal.dense
        if space is not None and dense is not None:
            if view_row < 0:
                view_row = dense.view_rows.item(position)
            grade = (score >= space.close) + (score >= space.very_close)
            detail = f"{signal.name} similarity {score:.2f}{_by_role(dense, position) if dense.roles else ''}"
        elif match is not None and signal.name == WORDS:
            grade, detail = _matched_words(match)
        else:
            grade, detail = 2, "has this id"
        best = max(best, grade)
        reasons.append(Reason(signal.name, detail, score, position + 1))
    if len(reasons) > 1:
        reasons.sort(key=attrgetter("rank"))
    return tuple(reasons), best, view_row


def _by_role(dense: DenseHits, position: int) -> str:
    """Return what each role says of an item, such as ``: obverse 0.93, reverse none``."""
    said = [
        f"{role} {'none' if np.isnan(scores[position]) else format(scores[position], '.2f')}"
        for role, scores in dense.roles.items()
    ]
    return f": {', '.join(said)}"


def _matched_words(match: Match) -> tuple[int, str]:
    """Return how close the words are (2: all found, 1: at least half), and which were found where.

    Words count by what they say: that "a" or "in" is missing, or found, is not worth a word.
    """
    telling = {word: fields for word, fields in match.matched.items() if match.shares[word] >= TELLING}
    where = ", ".join(f"{word} ({', '.join(fields)})" for word, fields in (telling or match.matched).items())
    return int(match.share >= 0.5) + int(match.share >= 1.0 - TELLING), f"words: {where}"
