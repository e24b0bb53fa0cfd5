"""Families: pictures, and items, that are the same up to a kind of difference."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import polars as pl

from pinakes.ingest.duplicates.kinds import Kind, Pair


def picture_families(pairs: Iterable[Pair], up_to: Kind = Kind.EDITED) -> Mapping[str, str]:
    """Put pictures together that are connected by pairs: the connected components of the graph of pairs.

    Args:
        pairs: from `find_duplicates`, in any order.
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


def item_families(
    views: pl.DataFrame, pairs: Iterable[Pair], up_to: Kind = Kind.EDITED
) -> tuple[tuple[int, ...], ...]:
    """Put items together that show the same pictures, up to a kind of difference.

    Two items are one family when every picture of each has a relative (or itself) among the pictures of the
    other. The order of an item's pictures does not matter, and one shared picture of two is not enough.

    Args:
        views: ``item_row`` and ``media`` as in views.parquet, of living items.
        pairs: from `find_duplicates`.
        up_to: the farthest kind that still makes a family.

    Returns:
        The item rows of each family of two or more, ascending, the family with the lowest row first.
    """
    of = picture_families(pairs, up_to)
    shown: dict[int, set[str]] = defaultdict(set)
    for item, media in views.select("item_row", "media").iter_rows():
        shown[item].add(of.get(media, media))
    together: dict[frozenset[str], list[int]] = defaultdict(list)
    for item in sorted(shown):
        together[frozenset(shown[item])].append(item)
    return tuple(sorted(tuple(items) for items in together.values() if len(items) > 1))
