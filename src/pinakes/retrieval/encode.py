"""From what a user gives - words, pictures, ids, vectors - to one unit vector for each space."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pinakes.encoders.base import ImageEncoder, TextEncoder
from pinakes.errors import MediaError, QueryError, UnknownNameError
from pinakes.kernels.similarity import unit_rows
from pinakes.retrieval.corpus import Corpus, Space
from pinakes.retrieval.query import MAX_TEXT, compose

Picture: TypeAlias = str | Path | bytes | Image.Image | NDArray[np.uint8]
"""A picture in a query: a path, the bytes of a file, a PIL image, or RGB of shape (h, w, 3)."""

Weighted: TypeAlias = Sequence[tuple[Any, float]]
Clause: TypeAlias = tuple[NDArray[np.float32], float]
PrepareImage: TypeAlias = Callable[[bytes, ImageEncoder], NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class SpaceEncoders:
    """What can be encoded into one space."""

    image: ImageEncoder | None = None
    text: TextEncoder | None = None


@dataclass(frozen=True, slots=True)
class Encoded:
    """The parts of a query in the form of `pinakes.retrieval.query.EncodedQuery`."""

    words: str | None
    vectors: Mapping[str, NDArray[np.float32]]
    by_words: frozenset[str]
    exclude: frozenset[str]


@dataclass(frozen=True)
class QueryEncoder:
    """Encodes queries for one corpus.

    Attributes:
        encoders: by space.
        blocked: ids that were taken down: nobody can ask for their like.
        prepare: decodes a picture's bytes in a worker process and runs the encoder's preparer there.
    """

    corpus: Corpus
    encoders: Mapping[str, SpaceEncoders]
    prepare: PrepareImage
    blocked: frozenset[str] = frozenset()

    def encode(
        self,
        text: str | Mapping[str, float] | None,
        image: Picture | Weighted | None,
        like: str | Mapping[str, float] | None,
        vector: NDArray[np.floating] | Mapping[str, NDArray[np.floating]] | Sequence[float] | None,
    ) -> Encoded:
        """Encode the parts of a query.

        Words join pictures, items and vectors of a space with the weight that the bridge has beside BM25, and
        push away with their own.

        Raises:
            QueryError: a part that no space of this release can take.
            UnknownNameError: an id or a space that does not exist.
            MediaError: a picture that was refused.
        """
        texts = _weighted_texts(text)
        likes = _weighted_texts(like)
        clauses = _by_space(
            [*self._images(weighted_pictures(image)), *self._likes(likes), *self._vectors(vector)]
        )
        spoken = _by_space(self._texts(texts))
        by_words = frozenset(spoken.keys() - clauses.keys())
        for name, parts in spoken.items():
            factor = 1.0 if name in by_words else self.corpus.spaces[name].text_weight
            joined = [(row, weight * (factor if weight > 0 else 1.0)) for row, weight in parts]
            clauses.setdefault(name, []).extend(joined)
        words = " ".join([*(t for t, w in texts if w > 0), *self._wordy_likes(likes)]) or None
        return Encoded(
            words=words,
            vectors={name: compose(parts) for name, parts in clauses.items()},
            by_words=by_words,
            exclude=frozenset(i for i, _ in likes),
        )

    def _texts(self, texts: Sequence[tuple[str, float]]) -> list[tuple[str, Clause]]:
        found = []
        for name, encoders in self.encoders.items():
            if encoders.text is None or not texts:
                continue
            for (_, weight), row in zip(
                texts, encoders.text.encode_texts([t for t, _ in texts]), strict=True
            ):
                if row.any():
                    found.append((name, (row, weight)))
        negative = [t for t, w in texts if w < 0]
        if negative and not any(encoders.text for encoders in self.encoders.values()):
            raise QueryError(
                f"{negative[0]!r} has a negative weight, but no space of this collection understands words; "
                "leave it out with a filter instead"
            )
        return found

    def _images(self, pictures: Sequence[tuple[bytes, float]]) -> list[tuple[str, Clause]]:
        found = []
        for name, encoders in self.encoders.items():
            if encoders.image is None or not pictures:
                continue
            prepared = [self.prepare(data, encoders.image) for data, _ in pictures]
            rows = encoders.image.encode_images(prepared)
            found += [(name, (row, weight)) for row, (_, weight) in zip(rows, pictures, strict=True)]
        if pictures and not found:
            raise QueryError("no space of this collection takes pictures: it has no image encoder")
        return found

    def _likes(self, likes: Sequence[tuple[str, float]]) -> list[tuple[str, Clause]]:
        found = []
        for item, weight in likes:
            row = self._row(item)
            for name, space in self.corpus.spaces.items():
                rows = _vectors_of(space, row)
                if len(rows):
                    found.append((name, (unit_rows(rows.mean(axis=0, keepdims=True))[0], weight)))
        return found

    def _wordy_likes(self, likes: Sequence[tuple[str, float]]) -> list[str]:
        """Return the words of items that have no vector: the only way to find their like."""
        bare = [
            row
            for row in (self._row(item) for item, weight in likes if weight > 0)
            if not any(len(_vectors_of(space, row)) for space in self.corpus.spaces.values())
        ]
        items = self.corpus.items
        return [f"{items['title'][row] or ''} {items['text'][row] or ''}"[:MAX_TEXT] for row in bare]

    def _row(self, item: str) -> int:
        row = self.corpus.row_of.get(item)
        if row is None or item in self.blocked:
            raise UnknownNameError("item", item, self.corpus.row_of.keys() - self.blocked)
        return row

    def _vectors(
        self, vector: NDArray[np.floating] | Mapping[str, NDArray[np.floating]] | Sequence[float] | None
    ) -> list[tuple[str, Clause]]:
        if vector is None:
            return []
        named = vector if isinstance(vector, Mapping) else {self._space_for(np.asarray(vector)): vector}
        found = []
        for name, given in named.items():
            if name not in self.corpus.spaces:
                raise UnknownNameError("space", name, self.corpus.spaces)
            row, dim = np.asarray(given, dtype=np.float64), self.corpus.spaces[name].dim
            if row.shape != (dim,):
                raise QueryError(f"space {name} takes a vector of shape ({dim},), got {row.shape}")
            if not np.isfinite(row).all() or not row.any():
                raise QueryError("the vector must be finite and not all zero")
            found.append((name, (unit_rows(row[None, :])[0], 1.0)))
        return found

    def _space_for(self, vector: NDArray[Any]) -> str:
        """Return the space that an unnamed vector is for: the one of its length; brought vectors first."""
        fitting = [s.name for s in self.corpus.spaces.values() if vector.shape == (s.dim,)]
        brought = [name for name in fitting if self.encoders.get(name, SpaceEncoders()).image is None]
        if not fitting:
            dims = ", ".join(f"{s.name}: {s.dim}" for s in self.corpus.spaces.values()) or "none"
            raise QueryError(f"no space takes a vector of shape {vector.shape}; spaces and lengths: {dims}")
        return (brought or fitting)[0]


def _by_space(clauses: Sequence[tuple[str, Clause]]) -> dict[str, list[Clause]]:
    grouped: dict[str, list[Clause]] = {}
    for name, clause in clauses:
        grouped.setdefault(name, []).append(clause)
    return grouped


def _weighted_texts(value: str | Mapping[str, float] | None) -> list[tuple[str, float]]:
    pairs = [(value, 1.0)] if isinstance(value, str) else list((value or {}).items())
    kept = [(text.strip(), float(weight)) for text, weight in pairs if text.strip()]
    for text, _ in kept:
        if len(text) > MAX_TEXT:
            raise QueryError(f"a text may have {MAX_TEXT} characters, got {len(text)}")
    return kept


def weighted_pictures(image: Picture | Weighted | None) -> list[tuple[bytes, float]]:
    """Return the bytes and the weight of each picture of a query.

    Raises:
        MediaError: a file cannot be read.
        QueryError: an array is not a picture.
    """
    if image is None:
        return []
    if isinstance(image, list | tuple):
        return [(_picture_bytes(picture), float(weight)) for picture, weight in image]
    return [(_picture_bytes(image), 1.0)]  # type: ignore[arg-type]


def _picture_bytes(picture: Picture) -> bytes:
    """Return a file's bytes; a decoded picture goes through PNG, so that all take one path."""
    if isinstance(picture, bytes):
        return picture
    if isinstance(picture, str | Path):
        try:
            return Path(picture).read_bytes()
        except OSError as error:
            raise MediaError("unreadable", f"cannot read {picture}: {error.strerror}") from None
    if isinstance(picture, np.ndarray):
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
            raise QueryError(
                f"a picture array must be RGB uint8 of shape (h, w, 3), got {picture.dtype} {picture.shape}"
            )
        picture = Image.fromarray(picture)
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return buffer.getvalue()


def _vectors_of(space: Space, row: int) -> NDArray[np.float32]:
    found = []
    for part in space.parts:
        first, following = np.searchsorted(part.item_rows, [row, row + 1])
        found.append(np.asarray(part.vectors[first:following], dtype=np.float32))
    return np.concatenate(found)
