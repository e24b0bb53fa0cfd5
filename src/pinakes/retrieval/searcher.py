"""Search over one opened release: mask, retrieve, fuse, collapse, hydrate."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import QueryError, UnknownNameError
from pinakes.filters import Node
from pinakes.kernels.fusion import reciprocal_rank_fusion
from pinakes.kernels.topk import best
from pinakes.retrieval.corpus import Corpus
from pinakes.retrieval.dense import DenseHits, search_space, search_together
from pinakes.retrieval.duplicates import FamilyFinder
from pinakes.retrieval.facet_counts import FacetCounts
from pinakes.retrieval.facets import Facet, count_facets
from pinakes.retrieval.hydrate import Hydrator
from pinakes.retrieval.mask import Allowed, Masks, Policy
from pinakes.retrieval.query import EncodedQuery
from pinakes.retrieval.receipt import receipt
from pinakes.retrieval.results import Results
from pinakes.retrieval.roles import search_means, search_roles
from pinakes.retrieval.signals import EXACT_ID, WORDS, Signal, sorted_only
from pinakes.retrieval.sorting import read_sort, sorted_rows
from pinakes.retrieval.stopwatch import Stopwatch
from pinakes.retrieval.why_nothing import WhyNothing, why_nothing
from pinakes.retrieval.words import Asked, ask, find_id
from pinakes.snapshots.duplicates import Kind
from pinakes.types import AttributeType

EXACT_ID_BONUS = 1.0
"""Added to the fused score of the item whose id was typed: more than all other signals together can reach."""

SPARE = 20
"""Items beyond twice the wanted, where there are some that stand behind others with the same pictures."""


@dataclass(frozen=True)
class Searcher:
    """Answers queries over one corpus. Holds no state of a query, so threads may share it.

    Attributes:
        release: the release's id, named in every answer.
        schema: types of the attributes, for filters.
        policy: what may be shown; read again by whoever holds the searcher when it changes.
        families: the items that one stands for.
    """

    corpus: Corpus
    release: str
    schema: Mapping[str, AttributeType]
    policy: Policy
    families: FamilyFinder
    synthetic: bool = False

    def search_many(self, queries: Sequence[EncodedQuery], watches: Sequence[Stopwatch]) -> list[Results]:
        """Answer several queries, with the same answers as one by one; see `search`.

        Args:
            watches: one a query.
        """
        ready = self._together(queries, watches)
        return [
            self.search(query, watch, ready=hits)
            for query, watch, hits in zip(queries, watches, ready, strict=True)
        ]

    def search(
        self,
        query: EncodedQuery,
        watch: Stopwatch | None = None,
        *,
        ready: Mapping[str, DenseHits] | None = None,
    ) -> Results:
        """Answer a query.

        Args:
            query: encoded; see `EncodedQuery`.
            watch: goes on with timings that began before, such as encoding.
            ready: what is known already, by space.

        Raises:
            QueryError: nothing to search for, or a negative weight of a signal.
            FilterError, UnknownNameError: see `Masks.allowed`.
        """
        watch = watch or Stopwatch()
        if not (query.words or query.spaces) and query.where is None and query.cut.sort is None:
            raise QueryError(
                "nothing to search for: give a text, a picture, an item, a vector, a filter or an order"
            )
        self._check_weights(query.weights)
        sort = None if query.cut.sort is None else read_sort(query.cut.sort, self.schema)
        with watch.stage("filter"):
            allowed = self.allowed(query)
        with watch.stage(WORDS):
            asked = ask(self.corpus.words, query.words, unfinished=query.prefix)
            allowed = asked.narrow(allowed) if asked else allowed
        for depth in self._depths(query):
            signals = self.retrieve(query, asked, allowed, watch, depth=depth, ready=ready or {})
            with watch.stage("fuse"):
                rows, scores = self.fuse(query, signals, allowed)
                if sort is not None:
                    places = sorted_rows(self.corpus.columns, sort, rows, self.corpus.order)
                    rows, scores = rows[places], scores[places]
            with watch.stage("collapse"):
                rows, scores, duplicates, more = self._cut(query, rows, scores)
            if self._settled(query, rows):
                break
            ready = None
        with watch.stage("hydrate"):
            hydrator = Hydrator(self.corpus, asked.query if asked else None, signals)
            hits = hydrator.hits(rows, scores, duplicates, first=query.cut.offset + 1)
        facets: tuple[Facet, ...] = ()
        if query.facets:
            with watch.stage("facets"):
                facets = self._facets(query, asked)
        corrections = asked.corrections(allowed, self.corpus.records) if asked else ()
        missed = None if hits or query.cut.offset else self._why_nothing(query, asked)
        said = missed is not None or any(len(signal.rows) for signal in signals)
        close = any(hit.closeness != "loose" for hit in hits) if hits else said
        return Results(
            hits=hits,
            plan=tuple(signal.step(allowed.share) for signal in signals),
            timings=watch.timings(),
            release=self.release,
            n_below=0,
            receipt=receipt(self.release, query, hits),
            synthetic=self.synthetic,
            notes=(
                *(asked.notes(found=said, close=close) if asked else ()),
                *self._unseen(query),
                *([] if sort is None else sorted_only(signals, query.cut.depth)),
            ),
            facets=facets,
            did_you_mean=asked.did_you_mean(corrections) if asked else None,
            corrections=corrections,
            more=more,
            why_nothing=missed,
        )

    def compare(self, query: EncodedQuery) -> tuple[int, int]:
        """Ask for the vectors of a query once more, exactly and as it was answered.

        Returns:
            (how many items the exact lists have up to ``top``, how many of them the others have).
        """
        mask, top, order = self.allowed(query).limit, query.cut.top, self.corpus.order
        depth = self._depths(query)[0]
        wanted = found = 0
        for name in self._by_best_row(query):
            space, vector = self.corpus.spaces[name], query.vectors[name][None]
            (quick,) = search_together(space, vector, depth, mask, order)
            (exact,) = search_together(space, vector, depth, mask, order, exactly=True)
            wanted += len(exact.rows[:top])
            found += len(np.intersect1d(exact.rows[:top], quick.rows[:top]))
        return wanted, found

    def _together(
        self, queries: Sequence[EncodedQuery], watches: Sequence[Stopwatch]
    ) -> list[dict[str, DenseHits]]:
        """Search the spaces of queries that share filter and depth together; by query and space."""
        groups: dict[tuple[str, str, date, int], list[int]] = {}
        for number, query in enumerate(queries):
            for name in self._by_best_row(query) if self._only_filtered(query) else ():
                key = (name, str(query.where), query.as_of, self._depths(query)[0])
                groups.setdefault(key, []).append(number)
        ready: list[dict[str, DenseHits]] = [{} for _ in queries]
        for (name, _, _, depth), numbers in groups.items():
            begun = time.perf_counter()
            mask = self.allowed(queries[numbers[0]]).limit
            vectors = np.stack([queries[number].vectors[name] for number in numbers])
            hits = search_together(self.corpus.spaces[name], vectors, depth, mask, self.corpus.order)
            share = (time.perf_counter() - begun) * 1000 / len(numbers)
            for number, one in zip(numbers, hits, strict=True):
                ready[number][name] = one
                watches[number].add(name, share)
        return ready

    def _only_filtered(self, query: EncodedQuery) -> bool:
        """Whether nothing but its filter narrows a query: no item that is left out, no phrase in quotes."""
        asked = ask(self.corpus.words, query.words, unfinished=query.prefix)
        return not query.exclude and (asked is None or asked.phrases is None)

    def _by_best_row(self, query: EncodedQuery) -> list[str]:
        """Return the spaces of a query in which an item counts by its best row."""
        return [
            name
            for name in query.vectors
            if name not in query.roles and (query.score or self.corpus.spaces[name].score) != "mean"
        ]

    @cached_property
    def masks(self) -> Masks:
        """Which items may be shown and pass a filter."""
        return Masks(self.corpus.items, self.corpus.alive, self.schema, self.policy)

    def allowed(self, query: EncodedQuery) -> Allowed:
        """Return what a query may find, whatever its words are."""
        return self.masks.allowed(query.where, query.as_of).without(self._rows(query.exclude))

    def _rows(self, ids: Collection[str]) -> list[int]:
        """Return the rows of those of some ids that are there."""
        rows = (self.corpus.row_of.get(item) for item in ids)
        return [row for row in rows if row is not None]

    def facets(
        self, where: str | Mapping[str, Any] | None, fields: Sequence[str], as_of: date | None = None
    ) -> tuple[Facet, ...]:
        """Count the values of some fields; see `count_facets`.

        Raises:
            FilterError, UnknownNameError: see `Masks.allowed` and `count_facets`.
        """
        return self.facet_counts.count(where, tuple(fields), as_of)

    @cached_property
    def facet_counts(self) -> FacetCounts:
        """What was counted of late."""
        return FacetCounts(self.corpus.columns, self.schema, self.masks)

    def _facets(self, query: EncodedQuery, asked: Asked | None) -> tuple[Facet, ...]:
        """Count over what a query may find: without the items that it excludes, with its phrases."""

        def passing(node: "Node | None") -> NDArray[np.bool_]:
            return self._under(node, query, asked).mask

        where = self.masks.read(query.where)
        return count_facets(self.corpus.columns, self.schema, passing, where, query.facets)

    def _under(self, node: "Node | None", query: EncodedQuery, asked: Asked | None) -> Allowed:
        """Return what a query may find under another filter."""
        allowed = self.masks.passing(node, query.as_of).without(self._rows(query.exclude))
        return asked.narrow(allowed) if asked else allowed

    def _why_nothing(self, query: EncodedQuery, asked: Asked | None) -> WhyNothing | None:
        """Say why nothing was found; None without a filter."""
        where = self.masks.read(query.where)
        if where is None:
            return None
        return why_nothing(
            where,
            self.masks.passing(where, query.as_of).count,
            lambda node: self._findable(query, asked, self._under(node, query, asked)),
            lambda field: self.facets(None, (field,), query.as_of)[0],
        )

    def _findable(self, query: EncodedQuery, asked: Asked | None, allowed: Allowed) -> int:
        """Return how many items a query finds among some: with vectors all, otherwise those of its words."""
        named = find_id(self.corpus.row_of, query.words or "")
        held = int(named is not None and allowed.mask[named])
        if asked is not None:
            held = max(held, len(asked.search(allowed.limit, allowed.count, self.corpus.order).rows))
        by_vectors = query.fallback is not None and not held
        by_vectors |= any(self._weight(query, name, anything=held > 0) > 0 for name in query.spaces)
        return held if query.words and not by_vectors else allowed.count

    def _unseen(self, query: EncodedQuery) -> tuple[str, ...]:
        """Say it where near-duplicates were to be put together, and nobody has looked for them."""
        if query.cut.up_to in (None, Kind.IDENTICAL) or not self.families.unseen:
            return ()
        return (
            f"{self.families.unseen} pictures were not searched for near-duplicates yet; run: pinakes doctor",
        )

    def _check_weights(self, weights: Mapping[str, float]) -> None:
        for name, weight in weights.items():
            if name != WORDS and name not in self.corpus.spaces:
                raise UnknownNameError("signal", name, [WORDS, *self.corpus.spaces])
            if weight < 0:
                raise QueryError(
                    f"the weight of {name} must be at least 0, got {weight}: "
                    "push away with a negative text, picture or item instead"
                )

    def _depths(self, query: EncodedQuery) -> tuple[int, ...]:
        """Return how many items each list has to bring, and how many where that was not enough.

        One list by score alone is in its final order: its best are the answer, however long it is.
        """
        full, end, up_to = query.cut.depth, query.cut.end, query.cut.up_to
        alike = up_to is not None and not self.families.none(up_to)
        shallow = 2 * end + SPARE if alike else end + 1  # one more tells whether more follow
        alone = not query.words and len(query.spaces) == 1 and query.cut.sort is None
        return (shallow, full) if alone and 2 * shallow < full else (full,)

    def _settled(self, query: EncodedQuery, rows: NDArray[np.int64]) -> bool:
        """Whether longer lists would give the same hits, and the same items that these stand for."""
        up_to = query.cut.up_to
        return len(rows) == query.cut.top and (up_to is None or self.families.alone(up_to, rows))

    def retrieve(
        self,
        query: EncodedQuery,
        asked: Asked | None,
        allowed: Allowed,
        watch: Stopwatch,
        *,
        depth: int,
        ready: Mapping[str, DenseHits],
    ) -> tuple[Signal, ...]:
        """Return the ranked lists of a query, each ``depth`` items long at most."""
        mask, order = allowed.limit, self.corpus.order
        signals = []
        if query.words:
            with watch.stage(EXACT_ID):
                row = find_id(self.corpus.row_of, query.words)
            if row is not None and allowed.mask[row]:
                signals.append(Signal(EXACT_ID, np.array([row]), np.array([EXACT_ID_BONUS]), 1.0))
        if asked is not None:
            with watch.stage(WORDS):
                if query.cut.sort is None:
                    found, others = asked.search(mask, depth, order), 0
                else:
                    found, others = asked.search_all(mask, order)
            weight = query.weights.get(WORDS, 1.0)
            signals.append(Signal(WORDS, found.rows, found.scores, weight, others=others))
        anything = any(len(signal.rows) for signal in signals)
        if query.fallback is not None and not anything:
            with watch.stage("encode"):
                query = replace(query, vectors={**query.vectors, **query.fallback()})
        for name in query.spaces:
            weight = self._weight(query, name, anything=anything)
            if weight > 0:
                with watch.stage(name):
                    dense = ready.get(name) or self.nearest(query, name, depth, mask)
                signals.append(Signal(name, dense.rows, dense.scores, weight, dense))
        return tuple(signals)

    def nearest(
        self, query: EncodedQuery, name: str, depth: int, mask: NDArray[np.bool_] | None
    ) -> DenseHits:
        """Return the nearest items of one space."""
        space, order = self.corpus.spaces[name], self.corpus.order
        if name in query.roles:
            return search_roles(space, query.roles[name], depth, mask, order, roles=self.corpus.roles)
        search = search_means if (query.score or space.score) == "mean" else search_space
        return search(space, query.vectors[name], depth, mask, order)

    def _weight(self, query: EncodedQuery, space: str, *, anything: bool) -> float:
        """Return the weight of a space: as asked for; for words as fitted, or 1 if BM25 finds nothing."""
        if space in query.weights:
            return query.weights[space]
        return self.corpus.spaces[space].text_weight if space in query.by_words and anything else 1.0

    def fuse(
        self, query: EncodedQuery, signals: tuple[Signal, ...], allowed: Allowed
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return rows and scores, best first: one list keeps its own scores, several are fused by rank."""
        lists = [s for s in signals if s.name != EXACT_ID and s.weight > 0]
        exact = next((int(s.rows[0]) for s in signals if s.name == EXACT_ID), None)
        if len(lists) == 1 and exact is None:
            return lists[0].rows, lists[0].scores  # which are in their order already
        if not query.words and not query.spaces:
            rows = np.flatnonzero(allowed.mask)
            scores = np.zeros(len(rows))
        else:
            rows, scores = reciprocal_rank_fusion([(s.rows, s.weight) for s in lists])
            if exact is not None:
                if exact not in rows:
                    rows, scores = np.append(rows, exact), np.append(scores, 0.0)
                scores = np.where(rows == exact, scores + EXACT_ID_BONUS, scores)
        ranked = best(scores, self.corpus.order[rows], len(rows))
        return rows[ranked], scores[ranked]

    def _cut(
        self, query: EncodedQuery, rows: NDArray[np.int64], scores: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], Mapping[int, Mapping[str, Kind]], bool]:
        """Keep the first of every family, and the page that is wanted of what is left; are there more?"""
        up_to, page = query.cut.up_to, slice(query.cut.offset, query.cut.end)
        if up_to is None or not len(rows) or self.families.alone(up_to, rows):
            return rows[page], scores[page], {}, len(rows) > query.cut.end
        families = self.families.by_row(up_to)[rows]
        _, firsts, counts = np.unique(families, return_index=True, return_counts=True)
        more = len(firsts) > query.cut.end
        kept = np.sort(firsts)[page]
        if counts.max() == 1:
            return rows[kept], scores[kept], {}, more
        ids = self.corpus.items["id"]
        duplicates = {
            int(rows[position]): {
                ids[row]: self.families.kind_of(int(rows[position]), row)
                for row in rows[families == families[position]][1:].tolist()
            }
            for position in kept
        }
        return rows[kept], scores[kept], {row: others for row, others in duplicates.items() if others}, more
