"""What the owner of a collection is told about its near-duplicates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pinakes.ingest.duplicates.families import item_families
from pinakes.ingest.duplicates.kinds import Kind, Pair


@dataclass(frozen=True, slots=True)
class DuplicateReport:
    """Near-duplicates of a collection.

    Attributes:
        pairs: of pictures, by kind; a kind without pairs is there with 0.
        families: ids of items that are one family at this kind and not yet at a closer one, by kind: sorted,
            the family with the lowest id first.
    """

    pairs: Mapping[Kind, int]
    families: Mapping[Kind, tuple[tuple[str, ...], ...]]


def report_duplicates(views: pl.DataFrame, ids: Sequence[str], pairs: Sequence[Pair]) -> DuplicateReport:
    """Sum up what `find_duplicates` found.

    Args:
        views: ``item_row`` and ``media`` as in views.parquet, of living items.
        ids: of each item row.
        pairs: from `find_duplicates`.
    """
    families: dict[Kind, tuple[tuple[str, ...], ...]] = {}
    told: set[tuple[str, ...]] = set()
    for kind in Kind:
        named = {tuple(sorted(ids[row] for row in rows)) for rows in item_families(views, pairs, kind)}
        families[kind] = tuple(sorted(named - told))
        told |= named
    return DuplicateReport({kind: sum(p.kind is kind for p in pairs) for kind in Kind}, families)
