"""The one item mask of a query: what lives, may be shown, and passes the filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pinakes.filters import check_filter, compile_mask, parse_filter
from pinakes.types import AttributeType


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be shown, whatever is asked.

    Attributes:
        licenses: licences that may be shown; empty: every one, the unknown too.
        blocked: ids that were taken down.
    """

    licenses: tuple[str, ...] = ()
    blocked: frozenset[str] = frozenset()


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


def filtered(
    items: pl.DataFrame, schema: Mapping[str, AttributeType], where: str | Mapping[str, Any]
) -> NDArray[np.bool_]:
    """Return which items pass a filter, shape (items,).

    Raises:
        FilterError: the filter cannot be understood.
        UnknownNameError: it names a field that the schema does not have.
    """
    return compile_mask(check_filter(parse_filter(where), schema), items)
