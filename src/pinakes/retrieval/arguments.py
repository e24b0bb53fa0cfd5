"""A query as it is asked: the arguments of a search, before anything is encoded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import QueryError, UnknownNameError
from pinakes.kernels.clock import utc_today
from pinakes.retrieval.encode import PrepareImage, QueryEncoder, missing_note
from pinakes.retrieval.opening import OpenRelease
from pinakes.retrieval.query import Cut, EncodedQuery, finite_weight
from pinakes.retrieval.query_pictures import Pictures
from pinakes.retrieval.stopwatch import Stopwatch
from pinakes.types import Collapse, ItemScore


@dataclass(frozen=True, slots=True)
class SearchArguments:
    """The arguments of `Engine.search`, which explains them."""

    text: str | Mapping[str, float] | None = None
    image: Pictures | None = None
    like: str | Mapping[str, float] | None = None
    vector: NDArray[np.floating] | Mapping[str, NDArray[np.floating]] | Sequence[float] | None = None
    weights: Mapping[str, float] | None = None
    where: str | Mapping[str, Any] | None = None
    as_of: date | None = None
    top: int = 10
    candidates: int = 200
    rerank: str | None = None
    score: ItemScore | None = None
    collapse: Collapse | None = None
    min_confidence: float | None = None
    sort: str | None = None
    facets: Sequence[str] = ()
    prefix: bool = False
    offset: int = 0

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> Self:
        """Read arguments by name.

        Raises:
            QueryError: one that `Engine.search` does not have, or no mapping.
        """
        if not isinstance(query, Mapping):
            raise QueryError(f"a query is a mapping of the arguments of search, got {query!r}")
        known = cls.__dataclass_fields__
        if unknown := sorted(query.keys() - known.keys()):
            raise QueryError(f"search takes no {unknown[0]!r}; it takes {', '.join(sorted(known))}")
        return cls(**query)

    def encode(self, opened: OpenRelease, prepare: PrepareImage, watch: Stopwatch) -> EncodedQuery:
        """Encode everything for a release.

        Args:
            opened: answers the query.
            prepare: decodes a picture for the encoders.
            watch: notes how long it takes.

        Raises:
            QueryError, UnknownNameError, MediaError: see `Engine.search`.
        """
        if self.rerank is not None:
            raise UnknownNameError("reranker", self.rerank, opened.release.models)
        if self.min_confidence is not None:
            raise QueryError("min_confidence needs a calibrator, and none is bound to this release")
        self._check()
        blocked = opened.searcher.policy.blocked
        encoder = QueryEncoder(opened.corpus, opened.encoders, prepare, blocked, self.score)
        collapse = opened.settings.collapse if self.collapse is None else self.collapse
        with watch.stage("encode"):
            encoded = encoder.encode(self.text, self.image, self.like, self.vector, self.weights or {})
        return EncodedQuery(
            words=encoded.words,
            vectors=encoded.vectors,
            roles=encoded.roles,
            by_words=encoded.by_words,
            fallback=encoded.fallback,
            exclude=encoded.exclude,
            where=self.where,
            as_of=self.as_of or utc_today(),
            weights=self.weights or {},
            score=self.score,
            cut=Cut(self.top, self.candidates, collapse, self.sort, self.offset),
            facets=(self.facets,) if isinstance(self.facets, str) else tuple(self.facets),
            prefix=self.prefix,
        )

    def _check(self) -> None:
        """Refuse values of another kind, of which some would be taken for something else without a word.

        Raises:
            QueryError: says which argument, what it takes, and what was given.
        """
        for name, value in (("top", self.top), ("candidates", self.candidates), ("offset", self.offset)):
            if not isinstance(value, int | Integral):  # the first is told in a tenth of the time
                raise QueryError(f"{name} is a whole number, got {value!r}")
        if not isinstance(self.as_of, date | None):
            raise QueryError(f"as_of is a datetime.date, got {self.as_of!r}")
        if not isinstance(self.sort, str | None):
            raise QueryError(f"sort is the name of a field, got {self.sort!r}")
        if not isinstance(self.facets, Sequence) or not all(isinstance(name, str) for name in self.facets):
            raise QueryError(f"facets are names of fields, got {self.facets!r}")
        if not isinstance(self.weights, Mapping | None):
            raise QueryError("weights are given by signal, such as {'words': 0.5}")
        for signal, weight in (self.weights or {}).items():
            finite_weight(signal, weight)

    def notes(self, opened: OpenRelease) -> tuple[str, ...]:
        """Return what the asker should know: what this release cannot encode, where something had to be."""
        if self.text is None and self.image is None:
            return ()
        return tuple(map(missing_note, opened.missing))
