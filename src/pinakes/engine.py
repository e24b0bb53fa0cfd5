"""The composition root: opens a release and answers queries. Every surface calls it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pinakes.cores import usable_cores
from pinakes.errors import UnknownNameError, WithheldError
from pinakes.kernels.turns import Turns
from pinakes.retrieval.arguments import SearchArguments
from pinakes.retrieval.audit import Auditor
from pinakes.retrieval.duplicates import Duplicates
from pinakes.retrieval.explained import Explanation, explain
from pinakes.retrieval.export import ExportReport, export_space, read_space
from pinakes.retrieval.facets import Facet
from pinakes.retrieval.following import Follower
from pinakes.retrieval.grid import inline_hit
from pinakes.retrieval.items import ItemReader
from pinakes.retrieval.kept import KeptAnswer, Replay, keep, replay
from pinakes.retrieval.opening import OpenRelease
from pinakes.retrieval.pictures import PICTURE, THUMBNAIL, PictureMaker
from pinakes.retrieval.query import EncodedQuery
from pinakes.retrieval.query_pictures import Pictures
from pinakes.retrieval.results import Results
from pinakes.retrieval.stopwatch import Stopwatch
from pinakes.snapshots.duplicates import Kind
from pinakes.snapshots.layout import LIVE, CollectionPaths
from pinakes.snapshots.release import Release
from pinakes.types import Collapse, Item, ItemScore, View


class Engine:
    """Answers queries from one collection; threads may share it.

    Use `pinakes.open`, and close it (or use ``with``): it holds leases on the snapshots that it reads, and
    a process that decodes pictures.

    Args:
        paths: of the collection.
        ref: which release answers; the engine follows it when it moves.
        pinned: id of a release in the ref's history to stay on until `follow`.
    """

    def __init__(self, paths: CollectionPaths, ref: str = LIVE, pinned: str | None = None) -> None:
        self.paths = paths
        self.ref = ref
        self._follower = Follower(paths, ref, pinned)
        self._pictures = PictureMaker(paths.media)
        self._auditor = Auditor()
        self._turns = Turns(usable_cores())

    def __enter__(self) -> Self:
        self._current()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back leases and end the decoding process; the engine opens again when it is used again."""
        self._follower.close()
        self._auditor.close()
        self._pictures.close()

    def refresh(self) -> Release:
        """Look at once whether something newer was published, and return the release that answers now."""
        self._follower.look()
        return self.release

    def follow(self) -> None:
        """Follow the ref from now on, where the engine was to stay on one release."""
        self._follower.pinned = None

    @property
    def pinned(self) -> str | None:
        """Id of the release that the engine stays on; None where it follows the ref."""
        return self._follower.pinned

    @property
    def trouble(self) -> str | None:
        """Why a release that was published meanwhile is not served; None where all is well."""
        return self._follower.trouble

    @property
    def release(self) -> Release:
        """The release that answers now."""
        return self._current().release

    @property
    def degraded(self) -> bool:
        """Whether an older release answers than the one that is published."""
        return self.pinned is not None or self.trouble is not None

    def cache_counts(self) -> Mapping[str, Mapping[str, int]]:
        """Return how many look-ups in each cache of the open release were a ``hit`` and a ``miss``."""
        searcher = self._current().searcher
        return {"filter": searcher.masks.counts(), "facets": searcher.facet_counts.counts()}

    @property
    def missing(self) -> Mapping[str, str]:
        """Why nothing can be encoded into a space, and what to do; by space, empty where all is at hand."""
        return self._current().missing

    @property
    def spaces(self) -> tuple[str, ...]:
        """Names of the vector spaces that answer."""
        return tuple(self._current().corpus.spaces)

    @property
    def takes_pictures(self) -> bool:
        """Whether pictures can be searched for: brought vectors and words have no encoder of pictures."""
        return any(encoders.image is not None for encoders in self._current().encoders.values())

    @property
    def notes(self) -> tuple[str, ...]:
        """What an operator should know, such as an index that is not used because it is damaged."""
        return self._current().notes

    def __len__(self) -> int:
        """Return the number of living items."""
        return int(self._current().corpus.alive.sum())

    def __contains__(self, item: object) -> bool:
        """Return whether there is an item of this id that may be shown."""
        try:
            return isinstance(item, str) and bool(self.item(item))
        except (UnknownNameError, WithheldError):
            return False

    def search(
        self,
        text: str | Mapping[str, float] | None = None,
        *,
        image: Pictures | None = None,
        like: str | Mapping[str, float] | None = None,
        vector: NDArray[np.floating] | Mapping[str, NDArray[np.floating]] | Sequence[float] | None = None,
        weights: Mapping[str, float] | None = None,
        where: str | Mapping[str, Any] | None = None,
        as_of: date | None = None,
        top: int = 10,
        candidates: int = 200,
        rerank: str | None = None,
        score: ItemScore | None = None,
        collapse: Collapse | None = None,
        min_confidence: float | None = None,
        sort: str | None = None,
        facets: Sequence[str] = (),
        prefix: bool = False,
        offset: int = 0,
    ) -> Results:
        """Find the items that answer a query best.

        Words are matched by BM25 and, where the collection has a text encoder, by meaning; pictures,
        items and vectors by cosine. Several signals are fused by reciprocal rank.

        Args:
            text: words, or an item's id; or several texts with weights, negative to push away.
            image: a picture - a path, bytes, a PIL image, RGB uint8 of shape (h, w, 3) - or a list of
                (picture, weight); or a mapping from roles to pictures, each compared with the views of
                its role.
            like: id of an item ("more like this"), or several with weights; they are left out of the answer.
            vector: float of shape (dim,), or several by space.
            weights: of each signal in the fusion (``words`` or the name of a space), at least 0.
            where: a filter; see docs/filters.md.
            as_of: the day on which rights are judged; today when None.
            top: how many hits.
            candidates: how many items each signal brings into the fusion.
            rerank: name of a reranker that is bound to the release.
            score: what the score of an item with several views is: that of its ``best`` view, the ``mean`` of
                its views, or ``roles``: items of ``like`` are compared role to role; as each space is set
                when None.
            collapse: show one item for several with ``"identical"`` pictures, or with ``"near"`` ones too;
                False shows them all; as ``search.collapse`` is set when None.
            min_confidence: least confidence of a hit, 0 to 1; needs a calibrated release.
            sort: a field by which what was found is ordered, lowest first; ``-`` before it for highest first.
                Unknown values come last, equal ones go by id. Sorted is every item that holds all words (or,
                where none does, any of them), the ``candidates`` nearest of each space, and for a filter or
                an order alone every item that may be shown.
            facets: fields whose values are counted under the filter; see `facets`.
            prefix: the last word may be the beginning of another, as while it is typed.
            offset: how many hits, of the pages before, are left out.

        Raises:
            QueryError: nothing to search for, or something that this release cannot answer.
            FilterError: the filter cannot be understood.
            UnknownNameError: a field, an item, a role, a score, a space or a reranker that does not exist.
            WithheldError: an item of ``like`` that was taken down.
            MediaError: a picture that was refused.
        """
        asked = SearchArguments(
            text=text,
            image=image,
            like=like,
            vector=vector,
            weights=weights,
            where=where,
            as_of=as_of,
            top=top,
            candidates=candidates,
            rerank=rerank,
            score=score,
            collapse=collapse,
            min_confidence=min_confidence,
            sort=sort,
            facets=facets,
            prefix=prefix,
            offset=offset,
        )
        return self._search(asked)[1]

    def search_many(self, queries: Sequence[Mapping[str, Any]]) -> list[Results]:
        """Answer several queries, each a mapping of the arguments of `search`; same answers as one by one.

        The vectors of queries under one filter are compared together, as one matrix product.

        Raises:
            QueryError: an argument that `search` does not have; and all that `search` raises.
        """
        asked = [SearchArguments.of(query) for query in queries]
        opened = self._current()
        watches = [Stopwatch() for _ in asked]
        pairs = zip(asked, watches, strict=True)
        encoded = [one.encode(opened, self._pictures.prepare, watch) for one, watch in pairs]
        with self._turns:
            found = opened.searcher.search_many(encoded, watches)
        return [self._finished(opened, *one) for one in zip(asked, encoded, found, strict=True)]

    def search_kept(self, query: Mapping[str, Any]) -> tuple[Results, KeptAnswer]:
        """Answer a query, as `search_many` takes it, with what it takes to `replay` the answer; see there."""
        encoded, found = self._search(SearchArguments.of(query))
        return found, keep(encoded, found)

    def replay(self, kept: KeptAnswer) -> Replay:
        """Ask for a kept answer again; UsageError where this engine answers by another release than it."""
        return replay(self._current().searcher, kept)

    def explain(self, item: str, query: Mapping[str, Any]) -> Explanation:
        """Say why an item ranks where it does for a query, or why it is not found.

        Raises:
            UnknownNameError: there is no such item; and all that `search_many` raises.
        """
        return explain(self._current(), SearchArguments.of(query), self._pictures.prepare, item)

    def _search(self, asked: SearchArguments) -> tuple[EncodedQuery, Results]:
        opened, watch = self._current(), Stopwatch()
        query = asked.encode(opened, self._pictures.prepare, watch)
        with self._turns:
            found = opened.searcher.search(query, watch)
        return query, self._finished(opened, asked, query, found)

    def _finished(
        self, opened: OpenRelease, asked: SearchArguments, query: EncodedQuery, found: Results
    ) -> Results:
        self._auditor.consider(opened.settings.audit, opened.searcher, query, found)
        inline = partial(inline_hit, self.thumbnail)
        return replace(found, picture=inline, notes=(*found.notes, *asked.notes(opened)))

    def audit_counts(self) -> Mapping[str, int]:
        """Return what came of comparing approximate answers with exact ones, one in so many.

        Returns:
            ``answers`` that were compared, rows ``wanted`` by the exact ones, and how many of them were
            ``found``: found / wanted is the recall in service.
        """
        return self._auditor.audited.counts()

    def vectors(self, space: str) -> tuple[list[str], NDArray[np.float32]]:
        """Return the vectors of a space.

        Returns:
            (id of each row's item, float32 of shape (n, dim)), living items that are not blocked, one row
            per view where the space's unit is the view.

        Raises:
            UnknownNameError: there is no such space.
        """
        opened = self._current()
        return read_space(opened.corpus, space, opened.searcher.policy.blocked)

    def export(self, space: str, folder: str | Path) -> ExportReport:
        """Write the vectors of a space as ``.npy``, and their ids and roles as Parquet, in bounded memory.

        Raises:
            UnknownNameError: there is no such space.
            UsageError: a file is there already.
            StorageError: the disk refused.
        """
        opened = self._current()
        return export_space(opened.corpus, space, Path(folder), opened.searcher.policy.blocked)

    def item(self, item: str, as_of: date | None = None) -> Item:
        """Return an item with its views.

        Raises:
            UnknownNameError: there is no such item.
            WithheldError: it may not be shown.
        """
        return self._reader(as_of).item(item)

    def facets(
        self,
        where: str | Mapping[str, Any] | None = None,
        fields: str | Sequence[str] | None = None,
        as_of: date | None = None,
    ) -> tuple[Facet, ...]:
        """Count the values of attributes over the items that may be shown and pass a filter.

        Each field is counted under all parts of the filter but those on itself alone, so that the counts
        beside its other values say what choosing them too would add.

        Args:
            where: a filter; see docs/filters.md.
            fields: attributes, or rights such as ``license``; all attributes when None.
            as_of: the day on which rights are judged; today when None.

        Raises:
            FilterError: the filter cannot be understood.
            UnknownNameError: a field that does not exist.
        """
        searcher = self._current().searcher
        named = (fields,) if isinstance(fields, str) else fields
        return searcher.facets(where, tuple(searcher.schema) if named is None else named, as_of)

    def count(self, where: str | Mapping[str, Any] | None = None, as_of: date | None = None) -> int:
        """Return how many items may be shown and pass a filter.

        Raises:
            FilterError: the filter cannot be understood.
            UnknownNameError: a field that does not exist.
        """
        return self._current().searcher.masks.allowed(where, as_of).count

    def duplicates(self, as_of: date | None = None) -> Duplicates:
        """Return the families of items that show the same pictures, up to a kind of difference.

        Identical pictures are always known; the others once `Collection.find_duplicates` (``pinakes doctor``)
        has looked for them.

        Args:
            as_of: the day on which rights are judged; today when None.
        """
        searcher = self._current().searcher
        return searcher.families.duplicates(searcher.masks.allowed(as_of=as_of).mask)

    def other_photos(self, item: str, as_of: date | None = None) -> tuple[tuple[Kind, str], ...]:
        """Return the items of one family with an item: how each is related and its id, the closest first.

        Raises:
            UnknownNameError: there is no such item.
            WithheldError: it may not be shown.
        """
        opened = self._current()
        self._reader(as_of).item(item)
        shown = opened.searcher.masks.allowed(as_of=as_of).mask
        return opened.searcher.families.relatives(opened.corpus.row_of[item], shown)

    def shown_by(self, media: str) -> tuple[str, str]:
        """Return the first item that shows a picture, given by the sha256 of its bytes, and its role there.

        Raises:
            UnknownNameError: no item has it.
            WithheldError: none of those that have it may be shown.
        """
        return self._reader(None).shown_by(media)

    def thumbnail(self, item: str, role: str | None = None) -> bytes:
        """Return a small WebP of an item's picture; made on first use, then kept in ``.pinakes/media/``.

        Args:
            item: its id.
            role: of the picture; the first one when None.

        Raises:
            UnknownNameError: no such item, or no picture of that role.
            WithheldError: the item may not be shown.
            MediaError: the picture is gone or cannot be decoded any more.
        """
        return self._reduced(self._reader(None).view(item, role), THUMBNAIL)

    def picture(self, item: str, role: str | None = None) -> bytes:
        """Return a WebP of an item's picture to look at on its own: as `thumbnail`, but larger."""
        return self._reduced(self._reader(None).view(item, role), PICTURE)

    def _reader(self, as_of: date | None) -> ItemReader:
        opened = self._current()
        return ItemReader(opened.corpus, opened.searcher.masks.allowed(as_of=as_of))

    def _reduced(self, view: View, size: int) -> bytes:
        return self._pictures.reduce(view.media, size, self._current().picture_path(view))

    def _current(self) -> OpenRelease:
        return self._follower.current()
