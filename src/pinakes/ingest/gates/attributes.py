"""Gates on the attributes: required ones have a value, and the others have one often enough."""

import polars as pl

from pinakes.ingest.gates.verdict import not_applicable, verdict, without
from pinakes.snapshots.manifest import GateResult


def required(items: pl.DataFrame, name: str) -> GateResult:
    """Check that every item has a value of one attribute; a column that is absent has none."""
    return without(f"required.{name}", _missing(items, name), f"items have no {name!r}", items.height)


def coverage(items: pl.DataFrame, name: str, limit: float) -> GateResult:
    """Check that enough items have a value of one attribute.

    Args:
        items: items.parquet.
        name: of the attribute.
        limit: share of items that must have a value, 0 to 1.
    """
    gate = f"coverage.{name}"
    if not items.height:
        return not_applicable(gate, "there are no items")
    present = items.height - _missing(items, name)
    share = present / items.height
    detail = f"{present} of {items.height} items have {name!r} ({share:.1%}, must be {limit:.1%})"
    return verdict(gate, share >= limit, detail, n=items.height, value=share, limit=limit)


def _missing(items: pl.DataFrame, name: str) -> int:
    return items[name].null_count() if name in items.columns else items.height
