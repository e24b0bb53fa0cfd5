"""The default search against words alone, through the whole engine: judged products and known cocktails.

Run: ``python -m benchmarks.hybrid``. Needs the data folder beside the repository. Products: nDCG@10 with
linear gain over the queries with a relevant document; "judged only" takes unjudged documents out of the
ranking before it is cut. Cocktails have pictures and no judgements: each is looked for by its title, by its
ingredients, and by three words of its description; its mean reciprocal rank among the first 100 is printed.
"""

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

import pinakes
from benchmarks.bm25_products import DATA, quality
from benchmarks.bm25_products import products as judged_products
from pinakes.engine import Engine
from pinakes.retrieval.query import MAX_TOP

Weights = Mapping[str, float] | None
WAYS: Mapping[str, Weights] = {"default": None, "words alone": {"picture": 0.0}}


def main() -> int:
    """Print every figure; return 1 if the data folder is absent, or the default is below words alone."""
    if not DATA.is_dir():
        print(f"skipped: no data folder at {DATA}")
        return 1
    worse = 0
    with tempfile.TemporaryDirectory() as folder:
        products = Path(folder) / "products"
        pinakes.index(DATA / "products/products.jsonl.gz", products)
        with pinakes.open(products) as engine:
            print(f"products: {len(engine)} items, no pictures, so that words are all there is")
            _print_products(engine)
        cocktails = Path(folder) / "cocktails"
        pinakes.index(DATA / "cocktails", cocktails)
        with pinakes.open(cocktails) as engine:
            print(f"cocktails: {len(engine)} items")
            for kind, queries in _cocktail_queries().items():
                found = {way: _reciprocal_rank(engine, queries, weights) for way, weights in WAYS.items()}
                worse += found["default"] < found["words alone"]
                figures = ", ".join(f"{way} {value:.4f}" for way, value in found.items())
                print(f"  {len(queries)} by {kind}: MRR {figures}")
    return int(worse > 0)


def _print_products(engine: Engine) -> None:
    judged = judged_products()
    row_of = {item: row for row, item in enumerate(judged.ids)}

    def search(query: str, k: int) -> list[int]:
        return [row_of[item] for item in engine.search(query, top=min(k, MAX_TOP)).ids]

    figures = ", ".join(f"{name} {value:.4f}" for name, value in quality(judged, search).items())
    print(f"  {len(judged.queries)} queries: {figures}")


def _cocktail_queries() -> dict[str, list[tuple[str, str]]]:
    """Return (query, id of the item that is meant) by kind of query."""
    lines = (DATA / "cocktails/items.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    random = np.random.default_rng(0)
    described = [r for r in records if len((r.get("description") or "").split()) >= 8]
    return {
        "title": [(r["title"], r["id"]) for r in records],
        "ingredients": [(" ".join(r["ingredients"]), r["id"]) for r in records if r.get("ingredients")],
        "three words of the description": [
            (" ".join(random.choice(r["description"].split(), 3, replace=False)), r["id"]) for r in described
        ],
    }


def _reciprocal_rank(engine: Engine, queries: list[tuple[str, str]], weights: Weights) -> float:
    total = 0.0
    for query, wanted in queries:
        ids = engine.search(query, weights=weights, top=100, collapse=False).ids
        total += 1 / (1 + ids.index(wanted)) if wanted in ids else 0.0
    return total / len(queries)


if __name__ == "__main__":
    sys.exit(main())
