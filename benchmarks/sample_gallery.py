"""A generated collection: drawing, add, freeze, open and search timed; hybrid search against words alone.

Run: ``python -m benchmarks.sample_gallery [SIZE]``, 10,000 items by default. The data is synthetic.
Judgements follow from the attributes of the generated items alone.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import ir_measures
import numpy as np
from ir_measures import nDCG

import pinakes
from pinakes.engine import Engine
from pinakes.samples.gallery import generate_gallery

ROUNDS = 3


def main() -> int:
    """Print every figure."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        gallery = Path(folder) / "gallery"
        begun = time.perf_counter()
        generate_gallery(gallery, size=size)
        print(f"drawn: {size} synthetic items in {time.perf_counter() - begun:.1f} s")
        report = pinakes.index(gallery)
        pictures, frozen = report.add.pictures.decoded, report.freeze
        print(
            f"add: {report.add.seconds:.1f} s, {pictures / report.add.seconds:.0f} images/s; "
            f"freeze: {frozen.seconds:.1f} s"
        )
        print(f"text bridge: {frozen.measured['picture']['text_reason']}")
        print(f"weight beside BM25: {frozen.measured['picture']['text_weight']}")
        opening = [_open_seconds(gallery) for _ in range(5)]
        print(f"open: {np.median(opening):.3f} s")
        with pinakes.open(gallery) as engine:
            _report_latency(engine)
            _report_quality(engine, gallery)
    return 0


def _open_seconds(folder: Path) -> float:
    begun = time.perf_counter()
    pinakes.open(folder).close()
    return time.perf_counter() - begun


def _report_latency(engine: Engine) -> None:
    """Print p50 and p95 of searches as a user makes them, each distinct; pictures are given as vectors."""
    ids, vectors = engine.vectors("picture")
    picked = np.linspace(0, len(ids) - 1, 200).astype(int)
    noise = np.random.default_rng(0).standard_normal(vectors[picked].shape) * 0.05
    queries = (vectors[picked] + noise).astype(np.float32)
    texts = (
        "red striped dress",
        "silver coin",
        "cocktail with mint",
        "yellow flower",
        "blue mug",
        "wool coat",
    )
    for name, arguments in {
        "words": [{"text": texts[n % len(texts)]} for n in range(200)],
        "vector": [{"vector": query} for query in queries],
        "words + vector + filter": [
            {"text": texts[n % len(texts)], "vector": query, "where": "price < 60"}
            for n, query in enumerate(queries)
        ],
    }.items():
        engine.search(**arguments[0])
        times = []
        for _ in range(ROUNDS):
            for query in arguments:
                begun = time.perf_counter()
                engine.search(**query)
                times.append((time.perf_counter() - begun) * 1000)
        p50, p95 = np.percentile(times, [50, 95])
        print(f"search by {name}: p50 {p50:.2f} ms, p95 {p95:.2f} ms ({len(times)} searches)")


def _report_quality(engine: Engine, gallery: Path) -> None:
    """Print nDCG@10 of the default search and of words alone over the generated judgements."""
    queries = [json.loads(line) for line in (gallery / "queries.jsonl").read_text().splitlines()]
    qrels = list(ir_measures.read_trec_qrels(str(gallery / "qrels.txt")))  # type: ignore[no-untyped-call]
    for name, weights in {"default": None, "words alone": {"picture": 0.0}}.items():
        run = [
            ir_measures.ScoredDoc(query["id"], item, score)
            for query in queries
            for _, item, score in engine.search(query["text"], weights=weights).to_run(query["id"])
        ]
        value = ir_measures.calc_aggregate([nDCG @ 10], qrels, run)[nDCG @ 10]
        print(f"nDCG@10 of {len(queries)} generated queries, {name}: {value:.4f}")


if __name__ == "__main__":
    sys.exit(main())
