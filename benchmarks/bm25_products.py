"""How well words find: BM25F against bm25s on the same terms, on judged products, Cranfield and cocktails.

Run: ``python -m benchmarks.bm25_products``. Needs the data folder beside the repository.

nDCG has a linear gain (the grade itself) and is averaged over the queries that have a relevant document. A
run is handed over with score = -rank: trec_eval breaks ties in its own way. "Judged only" takes unjudged
documents out of the ranking before it is cut: of products at most 40 a query are judged. Cranfield's codes 1
(complete answer) to 4 (minimum interest) become grades 4 to 1, and -1 becomes 0. The cocktails have no
judgements: each is looked for by its own title, or by its ingredients; its mean reciprocal rank is printed.
"""

import gzip
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import bm25s
import ir_measures
import numpy as np
from ir_measures import Judged, nDCG

from pinakes.indexes.bm25 import BM25Index, Segment
from pinakes.indexes.bm25.analyzer import Analyzer
from pinakes.indexes.bm25.build import build_postings
from pinakes.settings import SearchSettings

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
DEPTH = 10

Search = Callable[[str, int], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents and what people judged.

    Attributes:
        queries: text by query id, only of queries with a relevant document.
        grades: grade by document id, by query id.
    """

    name: str
    ids: Sequence[str]
    fields: Mapping[str, Sequence[str]]
    queries: Mapping[str, str]
    grades: Mapping[str, Mapping[str, int]]


def main() -> int:
    """Print every figure; return 1 if the data folder is absent."""
    if not DATA.is_dir():
        print(f"skipped: no data folder at {DATA}")
        return 1
    for collection in (products(), cranfield()):
        report(collection)
    report_known_items()
    return 0


def products() -> Collection:
    """Electronics products with 72 shop queries, judged 0 to 3 by three people."""
    with gzip.open(DATA / "products" / "products.jsonl.gz", "rt", encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for line in _lines("products/qrels.txt"):
        query, _, document, grade = line.split()
        grades[query][document] = int(grade)
    return Collection(
        "products",
        [record["id"] for record in records],
        {
            "title": [record["title"] for record in records],
            "text": [record.get("short_description", "") for record in records],
            "attributes": [" ".join(_string_attributes(record)) for record in records],
        },
        _answerable(dict(line.split("\t") for line in _lines("products/queries.tsv")), grades),
        grades,
    )


def cranfield() -> Collection:
    """Abstracts on aerodynamics with 225 questions."""
    records = [json.loads(line) for line in _lines("cranfield/docs.jsonl")]
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for line in _lines("cranfield/cranqrel"):
        query, document, code = line.split()
        grades[query][document] = 5 - int(code) if int(code) > 0 else 0
    questions = {q["id"]: q["text"] for q in map(json.loads, _lines("cranfield/queries.jsonl"))}
    return Collection(
        "cranfield",
        [record["id"] for record in records],
        {"title": [record["title"] for record in records], "text": [record["text"] for record in records]},
        _answerable(questions, grades),
        grades,
    )


def report(collection: Collection) -> None:
    """Print quality and latency of both engines on one collection."""
    print(f"\n{collection.name}: {len(collection.ids)} documents, {len(collection.queries)} queries")
    searches = {"pinakes": ours(collection.fields, collection.ids), "bm25s": peer(collection.fields)}
    medians = {}
    for name, search in searches.items():
        figures = "  ".join(f"{key} {value:.4f}" for key, value in quality(collection, search).items())
        times = latencies(search, list(collection.queries.values()))
        medians[name] = statistics.median(times)
        p95 = float(np.percentile(times, 95))
        print(f"  {name:8} {figures}  p50 {medians[name]:.3f} ms  p95 {p95:.3f} ms")
    print(f"  latency, pinakes / bm25s: {medians['pinakes'] / medians['bm25s']:.2f}")


def report_known_items() -> None:
    """Print how high each cocktail comes when it is looked for by what is known of it."""
    records = [json.loads(line) for line in _lines("cocktails/items.jsonl")]
    fields = {
        "title": [record["title"] for record in records],
        "text": [record["description"] or "" for record in records],
        "attributes": [" ".join(_cocktail_attributes(record)) for record in records],
    }
    by_title = dict(enumerate(fields["title"]))
    by_ingredients = {
        row: " ".join(record["ingredients"]) for row, record in enumerate(records) if record["ingredients"]
    }
    print(f"\ncocktails: {len(records)} items, mean reciprocal rank at {DEPTH}")
    searches = {"pinakes": ours(fields, [record["id"] for record in records]), "bm25s": peer(fields)}
    for name, search in searches.items():
        print(
            f"  {name:8} by title {known_item(search, by_title):.4f} ({len(by_title)})"
            f"  by ingredients {known_item(search, by_ingredients):.4f} ({len(by_ingredients)})"
        )


def ours(fields: Mapping[str, Sequence[str]], ids: Sequence[str]) -> Search:
    """Return a search of our index with the default settings, ties by id."""
    settings = SearchSettings()
    postings = build_postings(fields, Analyzer(settings.language))
    alive = np.ones(postings.rows, dtype=np.bool_)
    index = BM25Index([Segment(postings, 0, alive)], settings.fields.model_dump()).open()
    order = np.empty(len(ids), dtype=np.int64)
    order[np.argsort(np.array(ids, dtype=np.str_), kind="stable")] = np.arange(len(ids))
    return lambda text, k: index.search(text, k=k, order=order).rows.tolist()


def peer(fields: Mapping[str, Sequence[str]]) -> Search:
    """Return a search of bm25s, which knows one field, over the same terms of all fields together."""
    analyzer = Analyzer(SearchSettings().language)
    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    texts = [" \n ".join(parts) for parts in zip(*fields.values(), strict=True)]
    index.index([analyzer.terms(text) for text in texts], show_progress=False)

    def search(text: str, k: int) -> Sequence[int]:
        found = index.retrieve([analyzer.terms(text)], k=min(k, len(texts)), show_progress=False)
        kept = found.scores[0] > 0  # bm25s fills up with documents that hold none of the words
        rows: list[int] = found.documents[0][kept].tolist()
        return rows

    return search


def quality(collection: Collection, search: Search) -> dict[str, float]:
    """Return nDCG@10, judged-only nDCG@10 and judged@10."""
    plain, judged = [], []
    for query, text in collection.queries.items():
        ranking = [collection.ids[row] for row in search(text, len(collection.ids))]
        plain += _scored(query, ranking)
        judged += _scored(query, [document for document in ranking if document in collection.grades[query]])
    qrels = [
        ir_measures.Qrel(query, document, grade)
        for query in collection.queries
        for document, grade in collection.grades[query].items()
    ]
    values = ir_measures.calc_aggregate([nDCG @ DEPTH, Judged @ DEPTH], qrels, plain)
    only = ir_measures.calc_aggregate([nDCG @ DEPTH], qrels, judged)
    return {
        "nDCG@10": values[nDCG @ DEPTH],
        "judged only": only[nDCG @ DEPTH],
        "judged@10": values[Judged @ DEPTH],
    }


def latencies(search: Search, texts: Sequence[str], repeats: int = 5) -> list[float]:
    """Return milliseconds of every search, one at a time, after one round to warm up."""
    times = []
    for turn in range(repeats + 1):
        for text in texts:
            start = time.perf_counter()
            search(text, DEPTH)
            if turn:
                times.append((time.perf_counter() - start) * 1e3)
    return times


def known_item(search: Search, texts: Mapping[int, str]) -> float:
    """Return the mean reciprocal rank of the row that each text belongs to, 0 below the tenth place."""
    reciprocal = []
    for row, text in texts.items():
        found = list(search(text, DEPTH))
        reciprocal.append(1 / (found.index(row) + 1) if row in found else 0.0)
    return statistics.fmean(reciprocal)


def _scored(query: str, ranking: Sequence[str]) -> list[ir_measures.ScoredDoc]:
    return [
        ir_measures.ScoredDoc(query, document, -float(rank)) for rank, document in enumerate(ranking[:DEPTH])
    ]


def _answerable(queries: Mapping[str, str], grades: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    return {query: text for query, text in queries.items() if max(grades[query].values(), default=0) > 0}


def _string_attributes(record: Mapping[str, object]) -> Iterable[str]:
    names = (name for name in record if name == "supplier" or name.startswith("attr_t_"))
    return (str(record[name]) for name in names)


def _cocktail_attributes(record: Mapping[str, list[str] | str | None]) -> Iterable[str]:
    values = (record[name] for name in ("kind", "category", "tags", "glass", "garnish", "ingredients"))
    return (" ".join(value) if isinstance(value, list) else value for value in values if value)


def _lines(path: str) -> list[str]:
    return (DATA / path).read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    sys.exit(main())
