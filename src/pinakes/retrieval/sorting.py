"""The order of an attribute, where it takes the place of the order by score."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import QueryError, UnknownNameError
from pinakes.filters import ITEM_FIELDS
from pinakes.retrieval.columns import Columns
from pinakes.types import AttributeType

DESCENDING = "-"


@dataclass(frozen=True, slots=True)
class Sort:
    """By which field hits are ordered; unknown values come last either way, equal ones go by id."""

    field: str
    type: AttributeType
    descending: bool = False


def read_sort(text: str, schema: Mapping[str, AttributeType]) -> Sort:
    """Read ``price`` (lowest first) or ``-price`` (highest first).

    Raises:
        UnknownNameError: a field that does not exist.
        QueryError: a field without an order.
    """
    types = {**ITEM_FIELDS, **schema}
    name = text.strip().removeprefix(DESCENDING)
    if name not in types:
        raise UnknownNameError("field", name, types)
    if types[name] is AttributeType.SET:
        sortable = ", ".join(field for field, kind in schema.items() if kind is not AttributeType.SET)
        raise QueryError(
            f"{name} is a set of strings, which has no order; sort by one of: {sortable}, title, id"
        )
    return Sort(name, types[name], text.strip().startswith(DESCENDING))


def sorted_rows(
    columns: Columns, sort: Sort, rows: NDArray[np.int64], order: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the positions of some items by their values.

    Args:
        columns: of the corpus.
        sort: by which field.
        rows: items, int64 of shape (k,).
        order: rank of each item's id, int64 of shape (items,).

    Returns:
        int64 of shape (k,), positions into ``rows``.
    """
    column = columns.column(sort.field, sort.type)
    codes, unknown = column.codes[rows].astype(np.int64), len(column.values)
    if sort.descending:
        codes = np.where(codes == unknown, codes, unknown - 1 - codes)
    # One number an item, no two alike, which sorts in a third of the time of two keys.
    return np.argsort(codes * len(order) + order[rows])
