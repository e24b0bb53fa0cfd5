"""The words of items, field by field, as BM25 and the text bridge take them."""

from collections.abc import Mapping

import polars as pl

from pinakes.indexes.bm25 import APART
from pinakes.types import AttributeType

WORDY = (AttributeType.STRING, AttributeType.SET)


def text_fields(items: pl.DataFrame, schema: Mapping[str, AttributeType]) -> dict[str, list[str]]:
    """Return the text of each field of words, one per item.

    Args:
        items: items.parquet.
        schema: its attributes; the strings and sets among them make the field ``attributes``, kept apart:
            no phrase reaches across.
    """
    columns = [
        pl.col(name).list.join(APART) if kind is AttributeType.SET else pl.col(name)
        for name, kind in schema.items()
        if kind in WORDY and name in items.columns
    ]
    attributes = (
        items.select(pl.concat_str(columns, separator=APART, ignore_nulls=True)).to_series().to_list()
        if columns
        else [""] * items.height
    )
    return {
        "title": items["title"].fill_null("").to_list(),
        "text": items["text"].fill_null("").to_list(),
        "attributes": attributes,
    }


def captions(fields: Mapping[str, list[str]]) -> list[str]:
    """Return all words of each item in one text."""
    return [" ".join(filter(None, parts)).replace(APART, " ") for parts in zip(*fields.values(), strict=True)]
