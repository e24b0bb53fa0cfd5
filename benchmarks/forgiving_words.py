"""How well unfinished and misspelt words are understood: judged products, each query damaged in a known way.

Run: ``python -m benchmarks.forgiving_words``. Needs the data folder beside the repository.

Misspelt: one word of each query (five letters or more, held by an item) gets one random slip; three draws.
"Restored" is the share that was read as the word before. Foreign words are those of the cocktails that no
product holds, spelt well: whatever is put in their place is wrong. Unfinished: the last word of each query is
cut; nDCG@10 with the word taken as it is, as unfinished unasked, and as asked for while typing.
"""

import json
import sys
import time
from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.bm25_products import DATA, Collection, cranfield, products, quality
from pinakes.indexes.bm25 import BM25Index, Segment, WordQuery, build_postings
from pinakes.indexes.bm25.analyzer import Analyzer, split
from pinakes.settings import SearchSettings

LETTERS = "abcdefghijklmnopqrstuvwxyz"
DRAWS = 3
LEAST = 5
CUTS = (2, 3, 4, 5)


def main() -> int:
    """Print every figure; return 1 if the data folder is absent."""
    if not DATA.is_dir():
        print(f"skipped: no data folder at {DATA}")
        return 1
    for collection in (products(), cranfield()):
        index, order = opened(collection)
        print(f"\n{collection.name}: {len(collection.ids)} documents, {len(collection.queries)} queries")
        report_misspelt(collection, index, order)
        report_unfinished(collection, index, order)
        report_foreign(index)
    return 0


def opened(collection: Collection) -> tuple[BM25Index, np.ndarray]:
    """Return an index with the default settings, and the order of the ids."""
    settings = SearchSettings()
    postings = build_postings(collection.fields, Analyzer(settings.language))
    alive = np.ones(postings.rows, dtype=np.bool_)
    index = BM25Index([Segment(postings, 0, alive)], settings.fields.model_dump()).open()
    order = np.empty(len(collection.ids), dtype=np.int64)
    order[np.argsort(np.array(collection.ids, dtype=np.str_), kind="stable")] = np.arange(len(order))
    return index, order


def report_misspelt(collection: Collection, index: BM25Index, order: np.ndarray) -> None:
    """Print how many slips are put right, and what that is worth."""
    rng = np.random.default_rng(0)
    restored = unknown = slips = 0
    ranked, untouched, times = [], [], []
    for _ in range(DRAWS):
        asked: dict[str, str | WordQuery] = {}
        plain: dict[str, str | WordQuery] = {}
        for query, text in collection.queries.items():
            words = split(text)[0]
            chosen = [n for n, w in enumerate(words) if len(w) >= LEAST and w.isalpha() and held(index, w)]
            if not chosen:
                asked[query] = plain[query] = text
                continue
            place = int(rng.choice(chosen))
            damaged = [*words[:place], slipped(words[place], rng), *words[place + 1 :]]
            start = time.perf_counter()
            read = index.read(" ".join(damaged) + " ")
            times.append((time.perf_counter() - start) * 1e3)
            slips += 1
            used = {c.typed: c.used for c in read.corrections if c.applied}
            unknown += damaged[place] in used
            restored += used.get(damaged[place]) == words[place]
            asked[query], plain[query] = read, index.read(f"{' '.join(words[:place] + words[place + 1 :])} ")
        ranked.append(score(collection, index, order, asked))
        untouched.append(score(collection, index, order, plain))
    print(f"  misspelt: {slips} slips, {unknown} put right, {restored} to the word before")
    print(f"    nDCG@10 {np.mean(ranked):.4f}, without the word {np.mean(untouched):.4f}")
    print(f"    reading a query: median {np.median(times):.2f} ms, p95 {np.percentile(times, 95):.2f} ms")


def report_unfinished(collection: Collection, index: BM25Index, order: np.ndarray) -> None:
    """Print nDCG@10 while the last word is typed."""
    whole = score(collection, index, order, {q: f"{t} " for q, t in collection.queries.items()})
    typing = {q: index.read(t, unfinished=True) for q, t in collection.queries.items()}
    print(f"  finished: nDCG@10 {whole:.4f}, as while typing {score(collection, index, order, typing):.4f}")
    for letters in CUTS:
        cut = {q: cut_last(text, letters) for q, text in collection.queries.items()}
        ways = {
            "as it is": {q: index.read(f"{t} ") for q, t in cut.items()},
            "unasked": {q: index.read(t) for q, t in cut.items()},
            "asked for": {q: index.read(t, unfinished=True) for q, t in cut.items()},
        }
        figures = ", ".join(
            f"{way} {score(collection, index, order, asked):.4f}" for way, asked in ways.items()
        )
        print(f"  last word cut to {letters} letters: nDCG@10 {figures}")


def report_foreign(index: BM25Index) -> None:
    """Print how often a word that is spelt well is taken for another."""
    lines = (DATA / "cocktails/items.jsonl").read_text(encoding="utf-8").splitlines()
    texts = (f"{record['title']} {record['description'] or ''}" for record in map(json.loads, lines))
    words = {word for text in texts for word in split(text)[0] if len(word) >= LEAST and word.isalpha()}
    foreign = sorted(
        word for word in words if index.match(word, 0).share == 0 and not len(index.search(f'"{word}"').rows)
    )
    changed = [word for word in foreign if any(c.applied for c in index.read(f"{word} ").corrections)]
    print(f"  foreign words: {len(foreign)}, {len(changed)} taken for another: {', '.join(changed[:8])} ...")


def score(
    collection: Collection, index: BM25Index, order: np.ndarray, asked: Mapping[str, str | WordQuery]
) -> float:
    """Return nDCG@10 of queries that are asked otherwise than they are written."""
    by_text = {text: asked[query] for query, text in collection.queries.items()}

    def search(text: str, k: int) -> Sequence[int]:
        rows: list[int] = index.search(by_text[text], k=min(k, 200), order=order).rows.tolist()
        return rows

    return quality(collection, search)["nDCG@10"]


def held(index: BM25Index, word: str) -> bool:
    """Return whether some item holds a word, as it is or with another ending."""
    return not index.read(f"{word} ").corrections and len(index.search(f"{word} ").rows) > 0


def slipped(word: str, rng: np.random.Generator) -> str:
    """Return a word with one letter more, less, another, or two swapped."""
    place, letter = int(rng.integers(1, len(word))), str(rng.choice(list(LETTERS)))
    match int(rng.integers(4)):
        case 0:
            return word[:place] + letter + word[place:]
        case 1:
            return word[:place] + word[place + 1 :]
        case 2:
            return word[:place] + letter + word[place + 1 :]
        case _:
            return word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]


def cut_last(text: str, letters: int) -> str:
    """Return a text whose last word has at most so many letters."""
    head, _, last = text.strip().rpartition(" ")
    return f"{head} {last[:letters]}".strip()


if __name__ == "__main__":
    sys.exit(main())
