"""The one item mask of a query: what lives, may be shown, and passes the filter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.filters import Node, check_filter, compile_mask, parse_filter
from pinakes.kernels.clock import utc_today
from pinakes.types import AttributeType

KEPT_BYTES = 32 * 2**20
"""Of masks that are kept for the next query with the same filter."""

KEPT_TEXTS = 256
"""Filters whose text is not read again."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be shown, whatever is asked.

    Attributes:
        licenses: licences that may be shown; empty: every one, the unknown too.
        blocked: ids that were taken down.
    """

    licenses: tuple[str, ...] = ()
    blocked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Allowed:
    """The items that an answer may hold.

    Attributes:
        mask: bool of shape (items,); shared between queries, so it cannot be written to.
        count: how many there are.
    """

    mask: NDArray[np.bool_]
    count: int

    @staticmethod
    def of(mask: NDArray[np.bool_]) -> "Allowed":
        """Count a mask, and protect it."""
        mask.setflags(write=False)
        return Allowed(mask, int(np.count_nonzero(mask)))

    @property
    def share(self) -> float:
        """Of all items, 0 to 1."""
        return self.count / len(self.mask) if len(self.mask) else 0.0

    @property
    def limit(self) -> NDArray[np.bool_] | None:
        """The mask as retrievers take it: None where it lets everything through."""
        return None if self.count == len(self.mask) else self.mask

    def without(self, rows: Iterable[int]) -> "Allowed":
        """Return the same without some items."""
        left_out = list(rows)
        if not left_out:
            return self
        mask = self.mask.copy()
        mask[left_out] = False
        return Allowed.of(mask)


class Masks:
    """The masks of one release under one policy; the latest are kept, at most `KEPT_BYTES` of them.

    Args:
        items: of the corpus.
        alive: bool of shape (items,).
        schema: types of the attributes, for filters.
        policy: what may be shown.
    """

    def __init__(
        self,
        items: pl.DataFrame,
        alive: NDArray[np.bool_],
        schema: Mapping[str, AttributeType],
        policy: Policy,
    ) -> None:
        @lru_cache(KEPT_TEXTS)
        def read(text: str) -> Node:
            return check_filter(parse_filter(text), schema)

        @lru_cache(2)
        def shown(as_of: date) -> Allowed:
            return Allowed.of(permitted(items, alive, policy, as_of))

        @lru_cache(max(1, KEPT_BYTES // max(1, len(alive))))
        def passing(where: Node, as_of: date) -> Allowed:
            return Allowed.of(shown(as_of).mask & compile_mask(where, items))

        self._schema = schema
        self._read = read
        self._shown = shown
        self._passing = passing

    def allowed(self, where: str | Mapping[str, Any] | None = None, as_of: date | None = None) -> Allowed:
        """Return the items that may be shown and pass a filter.

        Args:
            where: a filter, as a string or a JSON tree; None for no filter.
            as_of: the day on which rights are judged; today when None.

        Raises:
            FilterError: the filter cannot be understood.
            UnknownNameError: it names a field that the schema does not have.
        """
        return self.passing(self.read(where), as_of)

    def read(self, where: str | Mapping[str, Any] | None) -> "Node | None":
        """Return a filter in its checked form; None for no filter.

        Raises:
            FilterError: the filter cannot be understood.
            UnknownNameError: it names a field that the schema does not have.
        """
        if where is None or isinstance(where, str):
            return None if where is None else self._read(where)
        return check_filter(parse_filter(where), self._schema)

    def passing(self, node: "Node | None", as_of: date | None = None) -> Allowed:
        """Return the items that may be shown and pass a filter in its checked form; see `allowed`."""
        day = as_of or utc_today()
        return self._shown(day) if node is None else self._passing(node, day)

    def counts(self) -> Mapping[str, int]:
        """Return how many filters were found (``hit``) and how many were worked out (``miss``)."""
        info = self._passing.cache_info()
        return {"hit": info.hits, "miss": info.misses}


def permitted(
    items: pl.DataFrame, alive: NDArray[np.bool_], policy: Policy, as_of: date
) -> NDArray[np.bool_]:
    """Return which items may be shown on a day: fail closed on unknown licences, shape (items,)."""
    mask = alive.copy()
    if policy.blocked:
        mask &= ~items["id"].is_in(list(policy.blocked)).to_numpy()
    if policy.licenses:
        mask &= items["license"].is_in(list(policy.licenses)).fill_null(value=False).to_numpy()
    if items["expires"].null_count() < items.height:
        mask &= (items["expires"] >= as_of).fill_null(value=True).to_numpy()
    return mask
