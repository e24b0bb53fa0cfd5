"""Milliseconds to count facets on 100,000 generated items: columns of few, many and only distinct values.

Run: ``python -m benchmarks.facets``. Each figure is the median of 50 calls after five that are not counted;
"first" is the call that makes the column, once for each release that is opened.
"""

import time
from collections.abc import Sequence
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.bm25_speed import median
from pinakes.filters import check_filter, compile_mask, parse_filter
from pinakes.retrieval.columns import Columns
from pinakes.retrieval.facets import Facet, count_facets
from pinakes.types import AttributeType

ITEMS = 100_000
SCHEMA = {
    "colour": AttributeType.STRING,
    "brand": AttributeType.STRING,
    "name": AttributeType.STRING,
    "seasons": AttributeType.SET,
    "stock": AttributeType.INTEGER,
    "price": AttributeType.FLOAT,
    "day": AttributeType.DATE,
    "new": AttributeType.BOOL,
}
SHARES = (1.0, 0.5, 0.05)


def main() -> None:
    """Print the table."""
    items = generated()
    alive = np.ones(ITEMS, dtype=np.bool_)
    columns = Columns(items, alive)
    rng = np.random.default_rng(1)
    masks = {share: rng.random(ITEMS) < share for share in SHARES}
    print(
        f"{'field':10} {'distinct':>8} {'first':>8} "
        + " ".join(f"{share:>7.0%}" for share in SHARES)
        + "  ms"
    )
    for name in SCHEMA:
        start = time.perf_counter()
        (facet,) = count(columns, alive, fields=[name])
        first = (time.perf_counter() - start) * 1e3
        times = [median(partial(count, columns, mask, fields=[name])) for mask in masks.values()]
        print(f"{name:10} {facet.distinct:8} {first:8.2f} " + " ".join(f"{ms:7.3f}" for ms in times))
    every = [median(partial(count, columns, mask)) for mask in masks.values()]
    print(f"{'all eight':28} " + " ".join(f"{ms:7.3f}" for ms in every))
    where = "colour = 'c3' and price < 50"
    chosen = median(partial(count, columns, alive, where))
    print(f"all eight under {where}, each without its own part: {chosen:.3f} ms")


def count(
    columns: Columns, mask: NDArray[np.bool_], where: str | None = None, fields: Sequence[str] = tuple(SCHEMA)
) -> tuple[Facet, ...]:
    """Count facets of the items of a mask."""
    node = None if where is None else check_filter(parse_filter(where), SCHEMA)
    return count_facets(
        columns,
        SCHEMA,
        lambda node: mask if node is None else mask & compile_mask(node, columns.items),
        node,
        fields,
    )


def generated() -> pl.DataFrame:
    """Return items with a tenth of the prices and colours unknown; the same at every call."""
    rng = np.random.default_rng(0)
    names = ("autumn", "spring", "summer", "winter")
    chosen = rng.random((ITEMS, len(names))) < 0.4
    known = rng.random(ITEMS) < 0.9
    return pl.DataFrame(
        {
            "colour": pl.Series([f"c{n}" for n in rng.integers(0, 12, ITEMS)]).set(pl.Series(~known), None),
            "brand": [f"brand {n}" for n in rng.zipf(1.3, ITEMS).clip(max=5000)],
            "name": [f"item {n}" for n in rng.permutation(ITEMS)],
            "seasons": [[n for n, c in zip(names, row, strict=True) if c] for row in chosen.tolist()],
            "stock": rng.integers(0, 500, ITEMS),
            "price": pl.Series(np.exp(rng.normal(3, 1, ITEMS)).round(2)).set(pl.Series(~known), None),
            "day": pl.Series(rng.integers(8_000, 20_000, ITEMS).astype(np.int32)).cast(pl.Date),
            "new": rng.random(ITEMS) < 0.2,
        }
    )


if __name__ == "__main__":
    main()
