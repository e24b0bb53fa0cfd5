"""Milliseconds to read, check and apply a filter on 100,000 generated items.

    python -m benchmarks.filter_mask

Each figure is the median of 100 calls after five that are not counted.
"""

import time
from collections.abc import Callable
from functools import partial

import numpy as np
import polars as pl

from pinakes.filters import check_filter, compile_mask, parse_filter
from pinakes.types import AttributeType

ITEMS = 100_000
SCHEMA = {
    "price": AttributeType.FLOAT,
    "stock": AttributeType.INTEGER,
    "period": AttributeType.STRING,
    "seasons": AttributeType.SET,
}
FILTERS = (
    "price < 50",
    "stock between 10 and 20",
    "period = 'Roman'",
    "period in ('Roman', 'Greek')",
    "period starts with 'Ro'",
    "seasons has 'summer'",
    "seasons has any ('summer', 'winter')",
    "period = 'Roman' and price < 50",
    "period = 'Roman' and price < 50 and seasons has 'summer' and license in ('cc0', 'cc-by')",
)


def main() -> None:
    """Print the table."""
    items = generated()
    print(f"{'read':>8} {'check':>8} {'mask':>8}  ms, {ITEMS} items")
    for where in FILTERS:
        written = parse_filter(where)
        node = check_filter(written, SCHEMA)
        read = median(partial(parse_filter, where))
        check = median(partial(check_filter, written, SCHEMA))
        mask = median(partial(compile_mask, node, items))
        passing = compile_mask(node, items).mean()
        print(f"{read:8.3f} {check:8.3f} {mask:8.3f}  {where}  ({passing:.0%} pass)")


def generated() -> pl.DataFrame:
    """Return items with a tenth of the prices unknown; the same at every call."""
    rng = np.random.default_rng(0)
    price = rng.random(ITEMS) * 100
    price[rng.random(ITEMS) < 0.1] = np.nan
    seasons = ("autumn", "spring", "summer", "winter")
    chosen = rng.random((ITEMS, len(seasons))) < 0.3
    return pl.DataFrame(
        {
            "price": pl.Series(price).fill_nan(None),
            "stock": rng.integers(0, 1000, ITEMS),
            "period": rng.choice(["Roman", "Greek", "Byzantine", "a period with a long name"], ITEMS),
            "seasons": [[season for season, has in zip(seasons, row, strict=True) if has] for row in chosen],
            "license": rng.choice(["cc0", "cc-by", "all rights reserved"], ITEMS),
        }
    )


def median(call: Callable[[], object], calls: int = 100) -> float:
    """Return the median time of a call in milliseconds."""
    times = []
    for i in range(calls + 5):
        start = time.perf_counter()
        call()
        if i >= 5:
            times.append(time.perf_counter() - start)
    return float(np.median(times)) * 1e3


if __name__ == "__main__":
    main()
