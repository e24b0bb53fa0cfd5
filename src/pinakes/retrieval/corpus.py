"""The items of a release as one: a base and its deltas under one row numbering, with what searches them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.indexes.base import VectorIndex
from pinakes.indexes.bm25.bm25 import BM25Index
from pinakes.indexes.exact import ExactIndex
from pinakes.kernels.similarity import Stored
from pinakes.retrieval.columns import Columns
from pinakes.retrieval.planner import Planner
from pinakes.retrieval.records import Records
from pinakes.snapshots.segments import LivingRows
from pinakes.types import ItemScore

SMALL = 4096
"""Rows of deltas that are put together whenever a release is opened: to copy them takes a millisecond."""


@dataclass(frozen=True, slots=True)
class SpacePart:
    """The vectors of one space in one segment.

    Attributes:
        index: proposes rows of ``vectors``, and loses none.
        vectors: unit rows as stored, shape (n, dim).
        item_rows: int64 of shape (n,), the item of each row in the numbering of the corpus.
        view_rows: int64 of shape (n,), the view of each row in the numbering of the corpus, or -1.
        quicker: chooses an approximate index where there is one; None: ``index`` answers everything.
        run: the items, where every row is one of them and none is left out between; see `consecutive`.
    """

    index: VectorIndex
    vectors: Stored
    item_rows: NDArray[np.int64]
    view_rows: NDArray[np.int64]
    quicker: Planner | None = None
    run: slice | None = None

    def of_rows(self, values: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return what is known of every item for each row, shape (n,); not copied where there is a run."""
        if self.run is None:
            return values[self.item_rows]
        return values if len(values) == len(self.item_rows) else values[self.run]

    @property
    def planner(self) -> Planner:
        """Chooses the index of a query."""
        return self.quicker or Planner(self.index)


def consecutive(item_rows: NDArray[np.int64]) -> slice | None:
    """Return the items of rows as a slice where each is the one after the item before; None otherwise."""
    if not len(item_rows) or np.any(np.diff(item_rows) != 1):
        return None
    return slice(int(item_rows[0]), int(item_rows[-1]) + 1)


def join_small(parts: Sequence[SpacePart]) -> tuple[SpacePart, ...]:
    """Put the newest segments together where they have few rows: each costs a query 0.1 ms, however small.

    Rows keep their order, and what an answer holds is the same.

    Args:
        parts: of one space, the base's first, which stays as it is.
    """
    first, rows = len(parts), 0
    while first > 1 and isinstance(parts[first - 1].index, ExactIndex):
        rows += len(parts[first - 1].vectors)
        if rows > SMALL:
            break
        first -= 1
    small = parts[first:]
    if len(small) < 2:
        return tuple(parts)
    vectors = np.concatenate([part.vectors for part in small])
    items = np.concatenate([part.item_rows for part in small])
    views = np.concatenate([part.view_rows for part in small])
    return (*parts[:first], SpacePart(ExactIndex(vectors), vectors, items, views, run=consecutive(items)))


@dataclass(frozen=True, slots=True)
class Roles:
    """The role of every view of a corpus.

    Attributes:
        names: the roles that there are, sorted.
        codes: int64 of shape (views,), positions in ``names``.
    """

    names: tuple[str, ...]
    codes: NDArray[np.int64]

    def rows(self, role: str, view_rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which rows of a space are of views of a role, shape (n,).

        Args:
            role: one of ``names``.
            view_rows: the view of each row, or -1.
        """
        found: NDArray[np.bool_] = self.codes[view_rows] == self.names.index(role)
        return found & (view_rows >= 0)


@dataclass(frozen=True, slots=True)
class Space:
    """One vector space over the whole corpus.

    Attributes:
        score: what an item's score is made of: its best view, the mean of its views, or role to role.
        text_weight: of this space beside BM25 when only words were asked for, as fitted at the freeze.
        close, very_close: cosines at which an item is called so: percentiles of the collection's own
            nearest neighbours.
    """

    name: str
    dim: int
    parts: tuple[SpacePart, ...]
    score: ItemScore = "best"
    text_weight: float = 0.0
    close: float = 0.0
    very_close: float = 1.0


@dataclass(frozen=True)
class Corpus:
    """Every item of a release in one numbering: segments one after the other.

    Attributes:
        items: rows of all segments, the dead ones too; live attributes laid over.
        views: ``item_row`` in the numbering of the corpus, ascending.
        alive: bool of shape (n,): not deleted and not superseded by a later segment.
        order: int64 of shape (n,): rank of each row's id in code point order; decides ties.
        row_of: the row of each living item, by id.
        words: BM25 over the segments, or None when there are no words at all.
        spaces: by name.
    """

    items: pl.DataFrame
    views: pl.DataFrame
    alive: NDArray[np.bool_]
    order: NDArray[np.int64]
    row_of: LivingRows
    words: BM25Index | None
    spaces: Mapping[str, Space]

    @cached_property
    def records(self) -> Records:
        """Items and views, one by one."""
        return Records(self.items, self.views)

    @cached_property
    def columns(self) -> Columns:
        """The attributes in the form in which values are counted and compared."""
        return Columns(self.items, self.alive)

    @cached_property
    def first_view(self) -> NDArray[np.int64]:
        """Position of each item's first view, shape (n + 1,): item i has views [i] to [i + 1]."""
        counts = np.bincount(self.views["item_row"].to_numpy(), minlength=len(self.alive))
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)

    @cached_property
    def roles(self) -> Roles:
        """The roles of the views."""
        names = self.views["role"].unique().sort()
        codes = self.views["role"].replace_strict(names, np.arange(len(names)), return_dtype=pl.Int64)
        return Roles(tuple(names.to_list()), codes.to_numpy())

    @cached_property
    def family(self) -> NDArray[np.int64]:
        """For each item the lowest row of those with the same set of pictures, shape (n,)."""
        return self.families_by(self.views["media"])

    def families_by(self, picture: pl.Series) -> NDArray[np.int64]:
        """Return for each item the lowest row of those with the same set of pictures, shape (n,).

        The order of the pictures does not matter; an item without pictures is its own family.

        Args:
            picture: what names the picture of each view, shape (views,).
        """
        family = np.arange(len(self.alive), dtype=np.int64)
        if not self.views.height:
            return family
        pictured = (
            self.views.lazy()
            .select("item_row", picture.alias("media"))
            .filter(pl.Series(self.alive[self.views["item_row"].to_numpy()]))
            .group_by("item_row")
            .agg(pl.col("media").unique().sort().str.join(" "))
            .with_columns(pl.col("item_row").min().over("media").alias("family"))
            .collect()
        )
        family[pictured["item_row"].to_numpy()] = pictured["family"].to_numpy()
        return family
