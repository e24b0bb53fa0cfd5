"""From what a user gives - words, pictures, ids, vectors - to one unit vector for each space."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.base import ImageEncoder, TextEncoder
from pinakes.errors import MediaError, QueryError, UnknownNameError, WithheldError
from pinakes.indexes.bm25 import unquoted
from pinakes.kernels.similarity import length, unit_rows
from pinakes.retrieval.corpus import Corpus, Space
from pinakes.retrieval.nearby import unknown_item
from pinakes.retrieval.query import MAX_TEXT, compose, finite_weight
from pinakes.retrieval.query_pictures import Pictures, QueryPicture, query_pictures
from pinakes.types import ItemScore

PrepareImage: TypeAlias = Callable[[bytes, Mapping[str, ImageEncoder]], Mapping[str, NDArray[np.generic]]]
"""Makes of the bytes of a picture what the encoder of each space takes."""


@dataclass(frozen=True, slots=True)
class SpaceEncoders:
    """What can be encoded into one space.

    Attributes:
        missing: why nothing can, and what to do, where the encoder of the space is not at hand: its vectors
            are still searched with ``like`` and ``vector``.
    """

    image: ImageEncoder | None = None
    text: TextEncoder | None = None
    missing: str | None = None


def without_but(text: str) -> str:
    """Return words without a leading "but", which people say of a picture: "this, but blue"."""
    first, _, rest = text.strip().partition(" ")
    return rest.strip() if first.lower() == "but" and rest else text


def missing_note(space: str) -> str:
    """Return what an asker is told of a space without its encoder; where its model lies is private."""
    return (
        f"the space {space!r} is not searched by words or pictures: its encoder is not on this machine; "
        "`pinakes status DIR` says how to get it"
    )


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of a query in one space.

    Attributes:
        vector: unit vector, float32 of shape (dim,).
        role: of the views that it is compared with; None for all.
    """

    space: str
    vector: NDArray[np.float32]
    weight: float
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Encoded:
    """The parts of a query in the form of `pinakes.retrieval.query.EncodedQuery`."""

    words: str | None
    vectors: Mapping[str, NDArray[np.float32]]
    roles: Mapping[str, Mapping[str, NDArray[np.float32]]]
    by_words: frozenset[str]
    fallback: Callable[[], Mapping[str, NDArray[np.float32]]] | None
    exclude: frozenset[str]


@dataclass(frozen=True)
class QueryEncoder:
    """Encodes queries for one corpus.

    Attributes:
        encoders: by space.
        blocked: ids that were taken down: nobody can ask for their like.
        prepare: decodes a picture's bytes in a worker process and runs the encoders' preparers there.
        score: what an item's score is made of, as the query says; None for what each space is set to.
    """

    corpus: Corpus
    encoders: Mapping[str, SpaceEncoders]
    prepare: PrepareImage
    blocked: frozenset[str] = frozenset()
    score: ItemScore | None = None

    def encode(
        self,
        text: str | Mapping[str, float] | None,
        image: Pictures | None,
        like: str | Mapping[str, float] | None,
        vector: NDArray[np.floating] | Mapping[str, NDArray[np.floating]] | Sequence[float] | None,
        weights: Mapping[str, float] = MappingProxyType({}),
    ) -> Encoded:
        """Encode the parts of a query.

        Words join pictures, items and vectors of a space with the weight that the bridge has beside BM25, and
        push away with their own; a "but" before them is left out there. What has no role joins every role
        that the query has. Words that count for nothing in a space are not encoded for it, unless BM25 finds
        nothing: a model takes far longer.

        Args:
            text, image, like, vector: see `Engine.search`.
            weights: by signal, as the query says.

        Raises:
            QueryError: a part that no space of this release can take.
            UnknownNameError: an id, a role or a space that does not exist.
            WithheldError: an item that was taken down.
            MediaError: a picture that was refused.
        """
        if text is None and image is None and like is None:
            return self._alone(self._vectors(vector))
        texts = _weighted_texts("text", text)
        likes = _weighted_texts("like", like)
        shown = [*self._images(query_pictures(image)), *self._likes(likes), *self._vectors(vector)]
        if shown:
            texts = [(without_but(words), weight) for words, weight in texts]
        silent = self._silent(texts, weights)
        spoken = self._texts(texts, silent)
        unasked = [name for name in silent - {c.space for c in shown} if name not in weights]
        by_words = frozenset({clause.space for clause in spoken} - {clause.space for clause in shown})
        clauses = [*shown, *(self._beside(clause, by_words) for clause in spoken)]
        words = " ".join([*(t for t, w in texts if w > 0), *self._wordy_likes(likes)]) or None
        by_space = {name: [c for c in clauses if c.space == name] for name in self.corpus.spaces}
        roles = {
            name: _compose_roles(parts) for name, parts in by_space.items() if any(c.role for c in parts)
        }
        return Encoded(
            words=words,
            vectors={
                name: _compose(parts) for name, parts in by_space.items() if parts and name not in roles
            },
            roles=roles,
            by_words=by_words,
            fallback=partial(self._fallback, texts, unasked) if unasked else None,
            exclude=frozenset(i for i, _ in likes),
        )

    def _alone(self, vectors: Sequence[Clause]) -> Encoded:
        """Return what is asked for by vectors and nothing else, one for each space at most."""
        by_space = {clause.space: _compose([clause]) for clause in vectors}
        ordered = {name: by_space[name] for name in self.corpus.spaces if name in by_space}
        return Encoded(None, ordered, {}, frozenset(), None, frozenset())

    def _beside(self, spoken: Clause, by_words: frozenset[str]) -> Clause:
        """Return the clause of words as it counts beside pictures, items and vectors."""
        if spoken.weight < 0 or spoken.space in by_words:
            return spoken
        return replace(spoken, weight=spoken.weight * self.corpus.spaces[spoken.space].text_weight)

    def _silent(self, texts: Sequence[tuple[str, float]], weights: Mapping[str, float]) -> frozenset[str]:
        """Return the spaces in which these words count for nothing beside others."""
        if not texts or any(weight < 0 for _, weight in texts):
            return frozenset()
        return frozenset(
            name
            for name, encoders in self.encoders.items()
            if encoders.text is not None
            and self.corpus.spaces[name].text_weight == 0
            and not weights.get(name)
        )

    def _fallback(
        self, texts: Sequence[tuple[str, float]], spaces: Sequence[str]
    ) -> Mapping[str, NDArray[np.float32]]:
        """Return the vectors of words in some spaces, where they have one."""
        clauses = self._texts(texts, self.encoders.keys() - set(spaces))
        spoken = dict.fromkeys(clause.space for clause in clauses)
        return {name: _compose([c for c in clauses if c.space == name]) for name in spoken}

    def _texts(self, texts: Sequence[tuple[str, float]], without: Set[str]) -> list[Clause]:
        found = []
        for name, encoders in self.encoders.items():
            if encoders.text is None or not texts or name in without:
                continue
            for (_, weight), row in zip(
                texts, encoders.text.encode_texts([t for t, _ in texts]), strict=True
            ):
                if row.any():
                    found.append(Clause(name, row, weight))
        negative = [t for t, w in texts if w < 0]
        if negative and not any(encoders.text for encoders in self.encoders.values()):
            raise QueryError(
                f"{negative[0]!r} has a negative weight, but no space of this collection understands words; "
                "leave it out with a filter instead"
            )
        return found

    def _images(self, pictures: Sequence[QueryPicture]) -> list[Clause]:
        for picture in pictures:
            if picture.role is not None and picture.role not in self.corpus.roles.names:
                raise UnknownNameError("role", picture.role, self.corpus.roles.names)
        if not pictures:
            return []
        images = {name: e.image for name, e in self.encoders.items() if e.image is not None}
        if not images:
            missing = [missing_note(name) for name, e in self.encoders.items() if e.missing]
            why = "; ".join(missing) or "it has no image encoder"
            raise QueryError(f"no space of this collection takes pictures: {why}")
        prepared = [self._prepared(picture, images) for picture in pictures]
        found = []
        for name, encoder in images.items():
            rows = encoder.encode_images([of_spaces[name] for of_spaces in prepared])
            found += [Clause(name, row, p.weight, p.role) for row, p in zip(rows, pictures, strict=True)]
        return found

    def _prepared(
        self, picture: QueryPicture, encoders: Mapping[str, ImageEncoder]
    ) -> Mapping[str, NDArray[np.generic]]:
        """Return a picture as the encoder of each space takes it; an error names its file."""
        try:
            return self.prepare(picture.data, encoders)
        except MediaError as error:
            if picture.file is None:
                raise
            raise MediaError(error.reason, f"{picture.file}: {error.detail}") from error

    def _likes(self, likes: Sequence[tuple[str, float]]) -> list[Clause]:
        """Return each item's vectors: of every role where roles are compared, otherwise one, their mean."""
        found = []
        for item, weight in likes:
            row = self._row(item)
            for name, space in self.corpus.spaces.items():
                vectors, views = _rows_of(space, row)
                roles = self._roles_of(space, views)
                for role in dict.fromkeys(roles):
                    of_role = vectors[[r == role for r in roles]]
                    mean = unit_rows(of_role.mean(axis=0, keepdims=True))[0]
                    found.append(Clause(name, mean, weight, role))
        return found

    def _roles_of(self, space: Space, view_rows: NDArray[np.int64]) -> list[str | None]:
        """Return the role of each row of an item in a space; None where roles are not compared."""
        if (self.score or space.score) != "roles":
            return [None] * len(view_rows)
        roles = self.corpus.roles
        return [roles.names[roles.codes[view]] if view >= 0 else None for view in view_rows]

    def _wordy_likes(self, likes: Sequence[tuple[str, float]]) -> list[str]:
        """Return the words of items that have no vector: the only way to find their like."""
        bare = [
            row
            for row in (self._row(item) for item, weight in likes if weight > 0)
            if not any(len(_rows_of(space, row)[1]) for space in self.corpus.spaces.values())
        ]
        items = self.corpus.items
        texts = (f"{items['title'][row] or ''} {items['text'][row] or ''}" for row in bare)
        return [unquoted(text)[:MAX_TEXT] for text in texts]

    def _row(self, item: str) -> int:
        row = self.corpus.row_of.get(item)
        if item in self.blocked:
            raise WithheldError("item", item)
        if row is None:
            raise unknown_item(item, self.corpus.row_of.keys(), self.blocked)
        return row

    def _vectors(
        self, vector: NDArray[np.floating] | Mapping[str, NDArray[np.floating]] | Sequence[float] | None
    ) -> list[Clause]:
        if vector is None:
            return []
        named = vector if isinstance(vector, Mapping) else {self._space_for(np.asarray(vector)): vector}
        found = []
        for name, given in named.items():
            if name not in self.corpus.spaces:
                raise UnknownNameError("space", name, self.corpus.spaces)
            array, dim = np.asarray(given), self.corpus.spaces[name].dim
            if array.dtype.kind not in "fiu":
                raise QueryError(f"a vector holds real numbers, got {array.dtype}")
            row = array.astype(np.float64)
            if row.shape != (dim,):
                raise QueryError(f"space {name} takes a vector of shape ({dim},), got {row.shape}")
            if not 0.0 < (whole := length(row)) < np.inf:
                raise QueryError("the vector must be finite and not all zero")
            found.append(Clause(name, (row / whole).astype(np.float32), 1.0))
        return found

    def _space_for(self, vector: NDArray[Any]) -> str:
        """Return the space that an unnamed vector is for: the one of its length; brought vectors first."""
        fitting = [s.name for s in self.corpus.spaces.values() if vector.shape == (s.dim,)]
        brought = [name for name in fitting if self.encoders.get(name, SpaceEncoders()).image is None]
        if not fitting:
            dims = ", ".join(f"{s.name}: {s.dim}" for s in self.corpus.spaces.values()) or "none"
            raise QueryError(f"no space takes a vector of shape {vector.shape}; spaces and lengths: {dims}")
        return (brought or fitting)[0]


def _compose(clauses: Sequence[Clause]) -> NDArray[np.float32]:
    return compose([(clause.vector, clause.weight) for clause in clauses])


def _compose_roles(clauses: Sequence[Clause]) -> dict[str, NDArray[np.float32]]:
    """Return one vector for each role: what is of that role and what is of none.

    A role that is only pushed away from is left out where another is wanted: to lack it is no merit.
    """
    wanted = [clause.role for clause in clauses if clause.role and clause.weight > 0]
    roles = dict.fromkeys(wanted or [clause.role for clause in clauses if clause.role])
    return {role: _compose([c for c in clauses if c.role in (role, None)]) for role in roles}


def _weighted_texts(name: str, value: str | Mapping[str, float] | None) -> list[tuple[str, float]]:
    pairs = value.items() if isinstance(value, Mapping) else () if value is None else [(value, 1.0)]
    for text, _ in pairs:
        if not isinstance(text, str):
            raise QueryError(
                f"{name} is one text, or several with weights: {{'a': 1.0, 'b': -0.5}}; got {text!r}"
            )
    weighted = [(text.strip(), finite_weight(repr(text), weight)) for text, weight in pairs]
    kept = [(text, weight) for text, weight in weighted if text]
    for text, _ in kept:
        if len(text) > MAX_TEXT:
            raise QueryError(f"a text may have {MAX_TEXT} characters, got {len(text)}")
    return kept


def _rows_of(space: Space, row: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the vectors of an item, shape (n, dim), and the view of each, or -1."""
    vectors, views = [], []
    for part in space.parts:
        first, following = np.searchsorted(part.item_rows, [row, row + 1])
        vectors.append(np.asarray(part.vectors[first:following], dtype=np.float32))
        views.append(part.view_rows[first:following])
    return np.concatenate(vectors), np.concatenate(views)
