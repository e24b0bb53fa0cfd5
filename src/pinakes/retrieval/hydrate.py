"""From rows to hits: the item's own data, and the reasons that speak for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.bm25 import Match
from pinakes.retrieval.corpus import Corpus, Space
from pinakes.retrieval.dense import DenseHits
from pinakes.retrieval.results import Closeness, Hit, Reason
from pinakes.types import RESERVED_FIELDS, RIGHTS_FIELDS, Rights, Value

WORDS = "words"
"""The signal of BM25."""

TELLING = 0.08
"""Share of what a query says below which a word is not mentioned."""

CLOSENESS: tuple[Closeness, ...] = ("loose", "close", "very close")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One ranked list, as far as hits quote it."""

    signal: str
    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    dense: DenseHits | None = None

    def position(self, row: int) -> int | None:
        """Return where a row stands in the list, from 0, or None."""
        found = np.flatnonzero(self.rows == row)
        return int(found[0]) if len(found) else None


@dataclass(frozen=True, slots=True)
class Hydrator:
    """Makes hits of the rows of one answer.

    Attributes:
        words: the text that was searched for, or None.
        evidence: the lists that the rows came from.
    """

    corpus: Corpus
    words: str | None
    evidence: Sequence[Evidence]

    def hits(
        self,
        rows: NDArray[np.int64],
        scores: NDArray[np.float64],
        duplicates: Mapping[int, tuple[str, ...]],
    ) -> tuple[Hit, ...]:
        """Return one hit for each row.

        Args:
            rows: items in the numbering of the corpus, best first.
            scores: of the same length.
            duplicates: by row, the ids of the items that it stands for.
        """
        records = self.corpus.items[rows].to_dicts()
        matches = self._matches(rows)
        return tuple(
            self._hit(
                rank, int(row), float(score), record, match=match, duplicates=duplicates.get(int(row), ())
            )
            for rank, (row, score, record, match) in enumerate(
                zip(rows, scores, records, matches, strict=True), start=1
            )
        )

    def _matches(self, rows: NDArray[np.int64]) -> Sequence[Match | None]:
        """Return which words each row holds; None where none were asked for."""
        if self.corpus.words is None or self.words is None:
            return [None] * len(rows)
        return self.corpus.words.matches(self.words, rows)

    def _hit(
        self,
        rank: int,
        row: int,
        score: float,
        record: Mapping[str, Value],
        *,
        match: Match | None,
        duplicates: tuple[str, ...],
    ) -> Hit:
        reasons, grade, view_row = self._reasons(row, match)
        view = self._view(row, view_row)
        media = view["media"] if view else None
        return Hit(
            rank=rank,
            id=str(record["id"]),
            score=score,
            confidence=None,
            closeness=CLOSENESS[grade],
            title=str(record["title"] or ""),
            text=str(record["text"] or ""),
            attributes=_attributes(record),
            view=view["role"] if view else None,
            uri=view["uri"] if view else None,
            thumb=f".pinakes/media/{media[:2]}/{media}.webp" if media else None,
            rights=Rights(**{name: record[name] for name in RIGHTS_FIELDS}),  # type: ignore[arg-type]
            reasons=reasons,
            duplicates=duplicates,
        )

    def _reasons(self, row: int, match: Match | None) -> tuple[tuple[Reason, ...], int, int]:
        """Return the reasons, how close the item is (0 to 2), and the view that matched or -1."""
        reasons, grades, view_row = [], [0], -1
        for signal in self.evidence:
            position = signal.position(row)
            if position is None:
                continue
            score = float(signal.scores[position])
            if signal.dense is not None:
                space = self.corpus.spaces[signal.signal]
                if view_row < 0:
                    view_row = int(signal.dense.view_rows[position])
                grade, detail = _grade(space, score), f"{signal.signal} similarity {score:.2f}"
            elif match is not None and signal.signal == WORDS:
                grade, detail = _matched_words(match)
            else:
                grade, detail = 2, "has exactly this id"
            grades.append(grade)
            reasons.append(Reason(signal.signal, detail, score, position + 1))
        return tuple(sorted(reasons, key=lambda reason: reason.rank)), max(grades), view_row

    def _view(self, row: int, view_row: int) -> dict[str, str] | None:
        """Return the view that matched, or the item's first, or None for an item without pictures."""
        if view_row < 0:
            first, following = self.corpus.first_view[row], self.corpus.first_view[row + 1]
            if first == following:
                return None
            view_row = int(first)
        return self.corpus.views.row(view_row, named=True)


def _attributes(record: Mapping[str, Value]) -> dict[str, Value]:
    """Return the attributes that have a value."""
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in record.items()
        if name not in RESERVED_FIELDS and value is not None
    }


def _grade(space: Space, cosine: float) -> int:
    return int(cosine >= space.close) + int(cosine >= space.very_close)


def _matched_words(match: Match) -> tuple[int, str]:
    """Return how close the words are (2: all found, 1: at least half), and which were found where.

    Words count by what they say: that "a" or "in" is missing, or found, is not worth a word.
    """
    telling = {word: fields for word, fields in match.matched.items() if match.shares[word] >= TELLING}
    where = ", ".join(f"{word} ({', '.join(fields)})" for word, fields in (telling or match.matched).items())
    return int(match.share >= 0.5) + int(match.share >= 1.0 - TELLING), f"words: {where}"
