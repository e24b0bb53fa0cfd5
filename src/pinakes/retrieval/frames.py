"""The hits of an answer as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from pinakes.retrieval.results import Hit, Results

SCHEMA = {
    "rank": pl.Int64(),
    "id": pl.String(),
    "score": pl.Float64(),
    "confidence": pl.Float64(),
    "closeness": pl.String(),
    "title": pl.String(),
    "text": pl.String(),
    "view": pl.String(),
    "uri": pl.String(),
    "attribution": pl.String(),
}
"""The columns of every table; attributes follow."""


def results_table(results: Results) -> pl.DataFrame:
    """Return one row per hit, best first: what every hit has, then a column per attribute.

    An attribute that is called like one of the first columns becomes ``attribute.NAME``.
    """
    hits = results.hits
    names = list(dict.fromkeys(name for hit in hits for name in hit.attributes))
    found = pl.DataFrame([_row(hit) for hit in hits], schema=SCHEMA, orient="row")
    return found.with_columns(
        pl.Series(_column(name), [_plain(hit.attributes.get(name)) for hit in hits], strict=False)
        for name in names
    )


def _row(hit: Hit) -> tuple[Any, ...]:
    return tuple(getattr(hit, name) for name in SCHEMA)


def _column(name: str) -> str:
    return f"attribute.{name}" if name in SCHEMA else name


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
