"""Answers that are kept on request: what names them, and what it takes to ask for them again."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import UsageError
from pinakes.kernels.clock import utc_now
from pinakes.retrieval.query import Cut, EncodedQuery
from pinakes.retrieval.receipt import without_vectors
from pinakes.retrieval.results import Results
from pinakes.retrieval.searcher import Searcher
from pinakes.retrieval.signals import EXACT_ID, WORDS


@dataclass(frozen=True, slots=True)
class KeptHit:
    """One hit of an answer that was kept; `Hit` says what each means."""

    rank: int
    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of asking for a kept answer again.

    The same release gives the same answer, but for what applies to every release at once: an item that was
    blocked since is missing, and live attributes pass a filter, or order hits, by the value of today.

    Attributes:
        same: the same items, in the same order, with the same scores.
        hits: of now.
        missing: ids of hits that were kept, and are none now.
        added: ids of hits that were none then.
    """

    same: bool
    hits: tuple[KeptHit, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What is kept of an answer: enough to ask the same release again, and nothing of a picture.

    Attributes:
        receipt: names the answer.
        kept: when; UTC in ISO 8601.
        release: that answered.
        query: as it was resolved, in plain values: ``text``; the unit vectors that were searched for, by
            space as ``vectors``, by space and role as ``roles``, and those of words that nothing held as
            ``fallback``; ``by_words``, the spaces whose vector comes from words alone; ``exclude``, the ids
            that were left out; ``where``, ``as_of`` (the day, also where none was given), ``weights``,
            ``score``, ``top``, ``candidates``, ``collapse``, ``sort``, ``offset``, ``facets`` and ``prefix``.
        hits: best first.
        replay: what came of asking again; None where nobody did.
    """

    receipt: str
    kept: str
    release: str
    query: Mapping[str, Any]
    hits: tuple[KeptHit, ...]
    replay: Replay | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that `json` can write."""
        return {
            "receipt": self.receipt,
            "kept": self.kept,
            "release": self.release,
            "query": dict(self.query),
            "hits": [asdict(hit) for hit in self.hits],
            "replay": self.replay and asdict(self.replay),
        }

    @staticmethod
    def from_dict(plain: Mapping[str, Any]) -> "KeptAnswer":
        """Return what `to_dict` made plain.

        Raises:
            KeyError, TypeError: it is something else.
        """
        replay = plain["replay"]
        return KeptAnswer(
            receipt=plain["receipt"],
            kept=plain["kept"],
            release=plain["release"],
            query=plain["query"],
            hits=_read_hits(plain["hits"]),
            replay=replay
            and Replay(
                same=replay["same"],
                hits=_read_hits(replay["hits"]),
                missing=tuple(replay["missing"]),
                added=tuple(replay["added"]),
            ),
        )


def keep(query: EncodedQuery, results: Results) -> KeptAnswer:
    """Return what is kept of the answer to a query."""
    unasked = {step.signal for step in results.plan} - {EXACT_ID, WORDS, *query.spaces}
    fallback = query.fallback() if query.fallback is not None and unasked else {}
    return KeptAnswer(
        receipt=results.receipt,
        kept=utc_now(),
        release=results.release,
        query={
            **without_vectors(query),
            "vectors": _numbers(query.vectors),
            "roles": {space: _numbers(roles) for space, roles in query.roles.items()},
            "fallback": _numbers({space: fallback[space] for space in fallback if space in unasked}),
        },
        hits=_hits(results),
    )


def replay(searcher: Searcher, kept: KeptAnswer) -> Replay:
    """Ask for a kept answer again.

    Args:
        searcher: of the release that gave it.
        kept: the answer.

    Raises:
        UsageError: the searcher is of another release.
        KeyError, TypeError, ValueError: the query is not one that was kept.
    """
    if searcher.release != kept.release:
        raise UsageError(
            f"receipt {kept.receipt} is of release {kept.release}, and this one is {searcher.release}"
        )
    now = _hits(searcher.search(read_query(kept.query)))
    then_ids, now_ids = [hit.id for hit in kept.hits], [hit.id for hit in now]
    return Replay(
        same=now == kept.hits,
        hits=now,
        missing=tuple(sorted(set(then_ids) - set(now_ids))),
        added=tuple(sorted(set(now_ids) - set(then_ids))),
    )


def read_query(plain: Mapping[str, Any]) -> EncodedQuery:
    """Return the query of a kept answer; see `KeptAnswer`.

    Raises:
        KeyError, TypeError, ValueError: it is not one.
    """
    fallback = _vectors(plain["fallback"])
    return EncodedQuery(
        words=plain["text"],
        vectors=_vectors(plain["vectors"]),
        roles={space: _vectors(roles) for space, roles in plain["roles"].items()},
        by_words=frozenset(plain["by_words"]),
        fallback=(lambda: fallback) if fallback else None,
        exclude=frozenset(plain["exclude"]),
        where=plain["where"],
        as_of=date.fromisoformat(plain["as_of"]),
        weights=plain["weights"],
        score=plain["score"],
        cut=Cut(plain["top"], plain["candidates"], plain["collapse"], plain["sort"], plain["offset"]),
        facets=tuple(plain["facets"]),
        prefix=plain["prefix"],
    )


def _hits(results: Results) -> tuple[KeptHit, ...]:
    return tuple(KeptHit(hit.rank, hit.id, hit.score) for hit in results.hits)


def _read_hits(plain: Sequence[Mapping[str, Any]]) -> tuple[KeptHit, ...]:
    return tuple(KeptHit(hit["rank"], hit["id"], hit["score"]) for hit in plain)


def _numbers(vectors: Mapping[str, NDArray[np.float32]]) -> dict[str, list[float]]:
    """Return vectors as numbers of as few digits as name each float32."""
    return {name: [float(str(number)) for number in vector] for name, vector in vectors.items()}


def _vectors(plain: Mapping[str, Sequence[float]]) -> dict[str, NDArray[np.float32]]:
    return {name: np.array(numbers, dtype=np.float32) for name, numbers in plain.items()}
