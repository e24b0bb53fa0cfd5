"""Facets that were counted of late: every visitor asks for those without a filter."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from pinakes.filters import Node
from pinakes.kernels.clock import utc_today
from pinakes.retrieval.columns import Columns
from pinakes.retrieval.facets import Facet, count_facets
from pinakes.retrieval.mask import Masks
from pinakes.types import AttributeType

KEPT = 128
"""Answers that are kept for the next who asks the same."""


class FacetCounts:
    """Counts the facets of one release under one policy, and keeps the latest answers.

    Args:
        columns: of the corpus.
        schema: types of the attributes.
        masks: which items count.
    """

    def __init__(self, columns: Columns, schema: Mapping[str, AttributeType], masks: Masks) -> None:
        @lru_cache(KEPT)
        def counted(where: "Node | None", fields: tuple[str, ...], as_of: date) -> tuple[Facet, ...]:
            return count_facets(columns, schema, lambda node: masks.passing(node, as_of).mask, where, fields)

        self._masks = masks
        self._counted = counted

    def count(
        self, where: str | Mapping[str, Any] | None, fields: tuple[str, ...], as_of: date | None
    ) -> tuple[Facet, ...]:
        """Count the values of some fields; see `count_facets`.

        Args:
            where: a filter, as a string or a JSON tree; None for no filter.
            as_of: the day on which rights are judged; today when None.

        Raises:
            FilterError, UnknownNameError: see `Masks.allowed` and `count_facets`.
        """
        return self._counted(self._masks.read(where), fields, as_of or utc_today())

    def counts(self) -> Mapping[str, int]:
        """Return how many answers were found (``hit``) and how many were worked out (``miss``)."""
        info = self._counted.cache_info()
        return {"hit": info.hits, "miss": info.misses}
