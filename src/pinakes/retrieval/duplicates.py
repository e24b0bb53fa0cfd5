"""Families of items that show the same pictures, up to a kind of difference."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.retrieval.corpus import Corpus
from pinakes.snapshots.duplicates import Kind, Pair, StoredPairs


@dataclass(frozen=True, slots=True)
class Family:
    """Items that show the same pictures.

    Attributes:
        kind: the farthest difference that was needed to bring them together.
        items: their ids, two or more, sorted.
    """

    kind: Kind
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """The families of a collection.

    Attributes:
        families: the closest kind first, then by lowest id; a family that is the same at a farther kind is
            not told again.
        pairs: of pictures, by kind, but for identical ones.
        unseen: pictures that no search for near-duplicates has looked at.
    """

    families: tuple[Family, ...]
    pairs: Mapping[Kind, int]
    unseen: int


class FamilyFinder:
    """Knows the families of one corpus; what is stored of near-duplicates is read when first needed."""

    def __init__(
        self, corpus: Corpus, read: Callable[[], StoredPairs | None], starts: NDArray[np.int64]
    ) -> None:
        """Store what is needed.

        Args:
            corpus: whose living items are put together.
            read: returns what is stored, or None; asked again until there is something.
            starts: where the views of each snapshot begin, and the number of all, shape (snapshots + 1,).
        """
        self._corpus = corpus
        self._read = read
        self._starts = starts
        self._stored: StoredPairs | None = None
        self._families: dict[Kind, NDArray[np.int64]] = {}
        self._related: dict[Kind, NDArray[np.bool_] | None] = {}
        self._unseen: int | None = None

    @property
    def looked(self) -> bool:
        """Whether near-duplicates were looked for at all."""
        return self._known() is not None

    def by_row(self, up_to: Kind) -> NDArray[np.int64]:
        """Return for each item the lowest row of its family, shape (items,).

        Two items are one family when every picture of each has a relative (or itself) among the pictures of
        the other. Their order does not matter, and one shared picture of two is not enough.

        Args:
            up_to: the farthest kind that still makes a family.
        """
        if up_to is Kind.IDENTICAL or (stored := self._known()) is None:
            return self._corpus.family
        if up_to not in self._families:
            roots = picture_families(stored.pairs, up_to)
            media = self._corpus.views["media"]
            self._families[up_to] = self._corpus.families_by(media.replace(list(roots), list(roots.values())))
        return self._families[up_to]

    def alone(self, up_to: Kind, rows: NDArray[np.int64]) -> bool:
        """Return whether each of some items is the only one of its family."""
        with_others = self._with_others(up_to)
        return with_others is None or not with_others[rows].any()

    def none(self, up_to: Kind) -> bool:
        """Return whether every item is the only one of its family."""
        return self._with_others(up_to) is None

    def _with_others(self, up_to: Kind) -> NDArray[np.bool_] | None:
        """Return which items are in a family with others, shape (items,); None where none is."""
        families = self.by_row(up_to)
        kind = Kind.IDENTICAL if families is self._corpus.family else up_to
        if kind not in self._related:
            related = np.bincount(families, minlength=len(families))[families] > 1
            self._related[kind] = related if related.any() else None
        return self._related[kind]

    def kind_of(self, row: int, other: int) -> Kind:
        """Return the closest kind at which two items of one family are together."""
        kinds = (kind for kind in Kind if len({int(r) for r in self.by_row(kind)[[row, other]]}) == 1)
        return next(kinds, Kind.OTHER_PHOTO)

    def duplicates(self, shown: NDArray[np.bool_]) -> Duplicates:
        """Return the families among items.

        Args:
            shown: bool of shape (items,): which items count.
        """
        ids, told, families = self._corpus.items["id"], set[tuple[str, ...]](), []
        for kind in Kind:
            for rows in _groups(self.by_row(kind), shown):
                named = tuple(sorted(ids.gather(rows).to_list()))
                if named not in told:
                    told.add(named)
                    families.append(Family(kind, named))
        families.sort(key=lambda family: (-family.kind.closeness, family.items))
        stored = self._known()
        pairs = stored.pairs if stored else ()
        counts = {kind: sum(pair.kind is kind for pair in pairs) for kind in list(Kind)[1:]}
        return Duplicates(tuple(families), counts, self.unseen)

    def relatives(self, row: int, shown: NDArray[np.bool_]) -> tuple[tuple[Kind, str], ...]:
        """Return the items of one family with an item, the closest kind first, then by id."""
        found: dict[str, Kind] = {}
        for kind in Kind:
            family = self.by_row(kind)
            together = np.flatnonzero((family == family[row]) & shown)
            for other in self._corpus.items["id"].gather(together[together != row]).to_list():
                found.setdefault(other, kind)
        return tuple(
            (kind, other) for other, kind in sorted(found.items(), key=lambda f: (-f[1].closeness, f[0]))
        )

    @property
    def unseen(self) -> int:
        """How many different pictures of living items no search for near-duplicates has looked at."""
        if self._known() is None or self._unseen is None:
            views, stored = self._corpus.views, self._known()
            alive = self._corpus.alive[views["item_row"].to_numpy()]
            seen = int(self._starts[stored.covered]) if stored else 0
            fresh = set(views["media"][seen:].filter(pl.Series(alive[seen:])).to_list())
            self._unseen = len(fresh - set(views["media"][:seen].to_list()))
        return self._unseen

    def _known(self) -> StoredPairs | None:
        if self._stored is None:
            self._stored, self._unseen = self._read(), None
        return self._stored


def picture_families(pairs: Iterable[Pair], up_to: Kind) -> Mapping[str, str]:
    """Put pictures together that are connected by pairs: the connected components of the graph of pairs.

    Args:
        pairs: in any order.
        up_to: the farthest kind that still makes a family.

    Returns:
        By the digest of each picture that has a relative, the lowest digest of its family.
    """
    parent: dict[str, str] = {}

    def root(picture: str) -> str:
        while parent.setdefault(picture, picture) != picture:
            parent[picture] = parent[parent[picture]]
            picture = parent[picture]
        return picture

    for pair in pairs:
        if pair.kind.closeness >= up_to.closeness:
            a, b = sorted((root(pair.first), root(pair.second)))
            parent[b] = a
    return {picture: root(picture) for picture in list(parent)}


def _groups(family: NDArray[np.int64], shown: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Return the rows of each family of two or more items that count."""
    rows = np.flatnonzero(shown)
    _, member, counts = np.unique(family[rows], return_inverse=True, return_counts=True)
    several = np.flatnonzero(counts[member] > 1)
    ordered = several[np.argsort(member[several], kind="stable")]
    return np.split(rows[ordered], np.flatnonzero(np.diff(member[ordered])) + 1) if len(ordered) else []
