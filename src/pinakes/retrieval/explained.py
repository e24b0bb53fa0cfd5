"""Why an item ranks where it does for a query, or why it is not found."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.kernels.fusion import K
from pinakes.retrieval.arguments import SearchArguments
from pinakes.retrieval.encode import PrepareImage
from pinakes.retrieval.mask import Allowed
from pinakes.retrieval.nearby import unknown_item
from pinakes.retrieval.obstacles import Obstacle, quoted, withheld
from pinakes.retrieval.opening import OpenRelease
from pinakes.retrieval.query import EncodedQuery
from pinakes.retrieval.records import Records
from pinakes.retrieval.searcher import EXACT_ID_BONUS, Searcher
from pinakes.retrieval.signals import EXACT_ID, WORDS, Signal
from pinakes.retrieval.sorting import read_sort, sorted_rows
from pinakes.retrieval.stopwatch import Stopwatch
from pinakes.retrieval.words import Asked, ask


@dataclass(frozen=True, slots=True)
class WordPart:
    """What one word of the query adds to the score of an item by words, in one field.

    Attributes:
        word: as it was typed; with what was found for it, where that is another word.
    """

    word: str
    field: str
    score: float


@dataclass(frozen=True, slots=True)
class Part:
    """What one ranked list says of the item.

    Attributes:
        signal: ``id``, ``words``, or the name of a vector space.
        weight: of this list in the fusion.
        rank: of the item in the list, from 1; None where it is not in it.
        score: of the item by this signal alone, also where it is not in the list; None where it has none.
        adds: what the list adds to the score of the item in the answer: weight / (60 + rank); where there is
            but one list, the score itself.
        detail: what matched, in plain words.
        words: what each word adds in each field, most first.
        missing: why the item is not in the list.
    """

    signal: str
    weight: float
    rank: int | None
    score: float | None
    adds: float
    detail: str
    words: tuple[WordPart, ...] = ()
    missing: Obstacle | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an item ranks where it does for a query, or why it is not found.

    Attributes:
        id, title: of the item.
        rank: from 1, whatever page it is on; None where it is not found.
        score: as in the answer; None where it is not found.
        order: what takes the place of the score: the field that orders the answer, with the item's value, or
            ``id`` under a filter alone; None where the score orders.
        of: how many items the query finds, each with those that it stands for.
        behind: id of the hit that stands for it; None where none does.
        parts: what each list says of it.
        obstacles: what keeps it from being found, or from the first page; the first decides.
        notes: what the asker should know of the query.
        release: that answered.
    """

    id: str
    title: str
    rank: int | None
    score: float | None
    order: str | None
    of: int
    behind: str | None
    parts: tuple[Part, ...]
    obstacles: tuple[Obstacle, ...]
    notes: tuple[str, ...]
    release: str

    @property
    def verdict(self) -> str:
        """What came of it, in one line."""
        if self.rank is None:
            return "not found" if self.behind is None else f"not shown: {self.behind} stands for it"
        place = f"rank {self.rank:,} of {self.of:,}"
        return (
            f"{place}, score {self.score:.4f}"
            if self.order is None
            else f"{place} in the order of {self.order}"
        )

    def __iter__(self) -> Iterator[str]:
        """Yield what there is to say, a line each."""
        yield self.verdict
        yield from (obstacle.detail for obstacle in self.obstacles)
        yield from (f"{part.signal}: {part.detail}" for part in self.parts)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that `json` can write: the form of ``--json``."""
        return {**asdict(self), "found": self.rank is not None, "verdict": self.verdict}


def explain(opened: OpenRelease, asked: SearchArguments, prepare: PrepareImage, item: str) -> Explanation:
    """Explain what becomes of an item in the answer to a query.

    Args:
        opened: the release that answers.
        asked: the query.
        prepare: decodes a picture for the encoders.
        item: its id.

    Raises:
        UnknownNameError: there is no such item; and all that `Engine.search` raises.
    """
    searcher, corpus = opened.searcher, opened.corpus
    row = corpus.row_of.get(item)
    if row is None:
        raise unknown_item(item, corpus.row_of.keys(), searcher.policy.blocked)
    query = asked.encode(opened, prepare, Stopwatch())
    results = searcher.search(query)  # which refuses what cannot be answered
    words = ask(corpus.words, query.words, unfinished=query.prefix)
    trace = _trace(searcher, query, words)
    allowed = bool(trace.allowed.mask[row])
    parts = tuple(_part(searcher, trace, signal, row, allowed=allowed) for signal in trace.signals)
    obstacles = () if allowed else tuple(withheld(opened, query, words, row))
    rank, first = trace.place(row)
    behind = None
    if first is not None and first != row:
        behind, kind = corpus.items["id"][first], searcher.families.kind_of(first, row)
        alike = "identical" if kind == "identical" else f"nearly the same ({kind})"
        why = f"{behind}, rank {rank}, stands for it: its pictures are {alike}; --collapse none shows both"
        obstacles = (Obstacle("collapse", why),)
    elif rank is not None and rank > query.cut.end:
        why = f"it comes after the first {query.cut.end}: --top {rank} shows it"
        obstacles = (Obstacle("page", why),)
    elif rank is None and allowed:
        obstacles = tuple(part.missing for part in parts if part.missing is not None)
    found = rank is not None and behind is None
    return Explanation(
        id=item,
        title=corpus.records.fields(row)[1],
        rank=rank if found else None,
        score=float(trace.scores[np.flatnonzero(trace.rows == row)[0]]) if found else None,
        order=_order(searcher, query, row),
        of=len(trace.firsts),
        behind=behind,
        parts=parts,
        obstacles=obstacles,
        notes=(
            *results.notes,
            *asked.notes(opened),
            *_corrected(words, trace.allowed, corpus.records),
            *_silent(searcher, query, trace),
        ),
        release=searcher.release,
    )


@dataclass(frozen=True, slots=True)
class _Trace:
    """All that an answer is cut from.

    Attributes:
        query: with the vectors that were searched for in the end.
        words: that were asked for, or None.
        allowed: what the query may find.
        signals: the ranked lists.
        rows, scores: all that they bring, in the order of the answer.
        families: of each of ``rows``; items of one stand for each other.
        firsts: positions in ``rows`` of those that are shown, ascending.
    """

    query: EncodedQuery
    words: Asked | None
    allowed: Allowed
    signals: tuple[Signal, ...]
    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    families: NDArray[np.int64]
    firsts: NDArray[np.int64]

    def place(self, row: int) -> tuple[int | None, int | None]:
        """Return rank and row of the hit that an item is, or that stands for it; (None, None) for neither."""
        found = np.flatnonzero(self.rows == row)
        if not len(found):
            return None, None
        first = int(np.flatnonzero(self.families == self.families[found[0]])[0])
        return int(np.searchsorted(self.firsts, first)) + 1, int(self.rows[first])


def _trace(searcher: Searcher, query: EncodedQuery, words: Asked | None) -> _Trace:
    """Go the way of a search, and keep what it cuts off."""
    allowed = searcher.allowed(query)
    allowed = words.narrow(allowed) if words else allowed
    signals = searcher.retrieve(query, words, allowed, Stopwatch(), depth=query.cut.depth, ready={})
    rows, scores = searcher.fuse(query, signals, allowed)
    if query.cut.sort is not None:
        sort = read_sort(query.cut.sort, searcher.schema)
        places = sorted_rows(searcher.corpus.columns, sort, rows, searcher.corpus.order)
        rows, scores = rows[places], scores[places]
    up_to = query.cut.up_to
    families = np.arange(len(rows)) if up_to is None else searcher.families.by_row(up_to)[rows]
    firsts = np.sort(np.unique(families, return_index=True)[1])
    if query.fallback is not None and any(s.dense and s.name not in query.spaces for s in signals):
        query = replace(query, vectors={**query.vectors, **query.fallback()}, fallback=None)
    return _Trace(query, words, allowed, signals, rows, scores, families, firsts)


def _part(searcher: Searcher, trace: _Trace, signal: Signal, row: int, *, allowed: bool) -> Part:
    """Return what one list says of an item."""
    found = np.flatnonzero(signal.rows == row)
    rank = int(found[0]) + 1 if len(found) else None
    score, detail, words = _said(searcher, trace, signal, row)
    if rank is not None:
        score = float(signal.scores[rank - 1])
    return Part(
        signal=signal.name,
        weight=signal.weight,
        rank=rank,
        score=score,
        adds=_adds(trace, signal, rank, score),
        detail=detail,
        words=words,
        missing=_missing(trace, signal, score) if rank is None and allowed else None,
    )


def _said(
    searcher: Searcher, trace: _Trace, signal: Signal, row: int
) -> tuple[float | None, str, tuple[WordPart, ...]]:
    """Return the score of an item by one signal alone, and what it is made of."""
    if signal.name == EXACT_ID:
        same = bool(signal.rows[0] == row)
        return (EXACT_ID_BONUS, "has this id", ()) if same else (None, "has another id", ())
    if signal.dense is None:
        return _said_by_words(trace.words, row) if trace.words else (None, "", ())
    alone = np.zeros(len(searcher.corpus.alive), dtype=np.bool_)
    alone[row] = True
    dense = searcher.nearest(trace.query, signal.name, 1, alone)
    if not len(dense.rows):
        return None, f"has nothing to compare in the space {signal.name}", ()
    roles = [
        f"{role} {'none' if np.isnan(scores[0]) else format(scores[0], '.4f')}"
        for role, scores in dense.roles.items()
    ]
    said = f"similarity {dense.scores[0]:.4f}" + (f": {', '.join(roles)}" if roles else "")
    return float(dense.scores[0]), said, ()


def _said_by_words(asked: Asked, row: int) -> tuple[float | None, str, tuple[WordPart, ...]]:
    typed = {
        " ".join(wording): word.word
        for word in asked.query.typed
        for clause in word.clauses
        for wording, _ in clause
    }
    added: dict[tuple[str, str], float] = {}
    for term, field, score in asked.index.explain(asked.query, row):
        word = typed.get(term, term)
        added[word, field] = added.get((word, field), 0.0) + score
    parts = [WordPart(word, field, round(score, 6)) for (word, field), score in added.items()]
    parts.sort(key=lambda part: (-part.score, part.word, part.field))
    match = asked.index.match(asked.query, row)
    said = [f"{word} ({', '.join(fields)})" for word, fields in match.matched.items()]
    lacks = f"lacks {', '.join(match.missing)}" if match.missing else ""
    total = round(sum(added.values()), 6) if added else None
    return total, "; ".join(filter(None, (", ".join(said), lacks))), tuple(parts)


def _adds(trace: _Trace, signal: Signal, rank: int | None, score: float | None) -> float:
    """Return what a list adds to the fused score of an item; see `Searcher.fuse`."""
    if rank is None or score is None:
        return 0.0
    if signal.name == EXACT_ID:
        return EXACT_ID_BONUS
    others = [s for s in trace.signals if s is not signal and (s.weight > 0 or s.name == EXACT_ID)]
    return signal.weight / (K + rank) if others or not signal.weight else score


def _missing(trace: _Trace, signal: Signal, score: float | None) -> Obstacle | None:
    """Say why an item that the query may find is not in a list."""
    name, listed = signal.name, len(signal.rows)
    if name == EXACT_ID:
        return None
    if name == WORDS and score is None:
        return Obstacle("words", "it holds none of the words")
    if score is None:
        return Obstacle("vectors", f"it has no vector in the space {name} that could be compared")
    if name == WORDS and trace.query.cut.sort is not None:
        return Obstacle(
            "words", "it holds only some of the words: in the order of a field are those with all"
        )
    last = float(signal.scores[-1]) if listed else 0.0
    if listed >= trace.query.cut.depth and score <= last:
        which = "best" if name == WORDS else "nearest"
        return Obstacle(
            "candidates",
            f"by {name} it has {score:.4f}, and the last of the {listed:,} {which} has {last:.4f}: "
            "--candidates brings more",
        )
    recall = 1.0 if signal.dense is None else signal.dense.recall
    return Obstacle(
        "missed", f"the index of {name} passed it over: it finds {recall:.2%} of what an exact search does"
    )


def _order(searcher: Searcher, query: EncodedQuery, row: int) -> str | None:
    """Return what orders an answer in the place of the score, with the value of an item."""
    if query.cut.sort is None:
        return None if query.words or query.spaces else "id"
    sort = read_sort(query.cut.sort, searcher.schema)
    down = ", highest first" if sort.descending else ""
    return f"{sort.field}{down}: its {sort.field} is {quoted(searcher.corpus.items[sort.field][row])}"


def _corrected(words: Asked | None, allowed: Allowed, records: Records) -> list[str]:
    corrections = words.corrections(allowed, records) if words else ()
    return [f"no item holds {c.typed!r}: searched for {c.used!r}" for c in corrections if c.applied]


def _silent(searcher: Searcher, query: EncodedQuery, trace: _Trace) -> list[str]:
    """Name the spaces that were not searched."""
    searched = {signal.name for signal in trace.signals}
    unused = query.fallback is not None and trace.query.fallback is not None
    why = ": it counts for words only where no item holds them" if unused else ""
    silent = [name for name in searcher.corpus.spaces if name not in searched]
    return [f"the space {name} was not searched{why}" for name in silent if searched]
