"""How fast words are indexed and searched: 100,000 generated items, against bm25s on the same terms.

Run: ``python -m benchmarks.bm25_speed``. A title of 6 and a text of 60 words each, drawn from 20,000 words
whose frequencies fall off as in language (Zipf's law), so the commonest word stands in nearly every item.
"First" is the search of an index that was just opened, "again" the median of those that follow: frequencies
of common terms are kept.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import bm25s
import numpy as np

from pinakes.indexes.bm25 import BM25Index, Segment, build_postings, open_postings, save_postings
from pinakes.indexes.bm25.analyzer import Analyzer
from pinakes.settings import SearchSettings

ITEMS = 100_000
WORDS = {"title": 6, "text": 60}
QUERIES = {
    "commonest word": "word0",
    "common word": "word9",
    "rare word": "word900",
    "three words": "word4 word70 word2000",
    "ten words": "word0 word3 word9 word27 word81 word200 word500 word900 word1500 word3000",
    "ten commonest words": "word0 word1 word2 word3 word4 word5 word6 word7 word8 word9",
    "unknown word": "nothing",
    "phrase, common words": '"word0 word1"',
    "phrase, rarer words": '"word9 word20"',
}
UNFINISHED = {"two letters unfinished": "wo", "last word unfinished": "word70 word2"}
HITS = 200

Result = TypeVar("Result")


def main() -> None:
    """Print every figure."""
    fields, analyzer = generated(), Analyzer(SearchSettings().language)
    postings = timed("build", lambda: build_postings(fields, analyzer))
    with tempfile.TemporaryDirectory() as folder:
        timed("save", lambda: save_postings(Path(folder), postings))
        megabytes = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
        opened = timed("open", lambda: open_postings(Path(folder)))
        segment = Segment(opened, 0, np.ones(opened.rows, dtype=np.bool_))
        index = BM25Index([segment], SearchSettings().fields.model_dump())
        timed("statistics", index.open)
        print(f"  on disk {megabytes:.1f} MB, {len(opened.terms)} terms")
        peer = timed("bm25s: terms and index", lambda: indexed_by_bm25s(fields, analyzer))
        for name, text in QUERIES.items():
            fresh = BM25Index([segment], SearchSettings().fields.model_dump()).open()
            hits = len(index.search(text, k=ITEMS).rows)
            first = median(partial(fresh.search, text, k=HITS), repeats=1, warm=0)
            mine = median(partial(index.search, text, k=HITS))
            theirs = median(partial(retrieve, peer, analyzer, text))
            print(
                f"  {name:22} {hits:7} items  pinakes first {first:7.3f}  again {mine:6.3f} ms"
                f"  bm25s {theirs:6.3f} ms"
            )
        for name, text in UNFINISHED.items():
            print(f"  {name:22} {median(partial(search_unfinished, index, text)):6.3f} ms")


def generated() -> dict[str, Sequence[str]]:
    """Return the texts of each field; the same at every call."""
    rng = np.random.default_rng(0)
    share = 1 / np.arange(1, 20_001)
    vocabulary = np.array([f"word{rank}" for rank in range(len(share))], dtype=object)
    return {
        name: [
            " ".join(words) for words in vocabulary[rng.choice(len(share), (ITEMS, n), p=share / share.sum())]
        ]
        for name, n in WORDS.items()
    }


def indexed_by_bm25s(fields: Mapping[str, Sequence[str]], analyzer: Analyzer) -> bm25s.BM25:
    """Return a bm25s index of the same terms, all fields together."""
    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    texts = (" ".join(parts) for parts in zip(*fields.values(), strict=True))
    index.index([analyzer.terms(text) for text in texts], show_progress=False)
    return index


def search_unfinished(index: BM25Index, text: str) -> object:
    """Search while the last word is typed."""
    return index.search(index.read(text, unfinished=True), k=HITS)


def retrieve(index: bm25s.BM25, analyzer: Analyzer, text: str) -> object:
    """Search with bm25s, from text to hits as ours does."""
    return index.retrieve([analyzer.terms(text)], k=HITS, show_progress=False)


def timed(what: str, work: Callable[[], Result]) -> Result:
    """Do some work once and print the seconds it took."""
    start = time.perf_counter()
    result = work()
    print(f"  {what} {time.perf_counter() - start:.3f} s")
    return result


def median(work: Callable[[], object], repeats: int = 30, warm: int = 3) -> float:
    """Return the median of some repetitions in milliseconds, after some to warm up."""
    times = []
    for turn in range(repeats + warm):
        start = time.perf_counter()
        work()
        if turn >= warm:
            times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


if __name__ == "__main__":
    main()
