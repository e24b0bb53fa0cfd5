"""How well a collection's own captions let words find its pictures: the text bridge on cocktails.

Run: ``python -m benchmarks.text_bridge``. Needs the data folder beside the repository.

The pictures are encoded with the descriptor fitted on them. A caption that the bridge has not seen looks for
its picture among the held-out items only, a fifth of all, in turn for each of five folds.
"""

import json
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.encoders.bridge import BridgeFit, fit_bridge
from pinakes.encoders.descriptor import fit_descriptor
from pinakes.encoders.descriptor.features import SIZE, prepare
from pinakes.media.decode import decode

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def main() -> int:
    """Print every figure; return 1 if the data folder is absent."""
    if not DATA.is_dir():
        print(f"skipped: no data folder at {DATA}")
        return 1
    texts, vectors, items = cocktails()
    report("cocktails, all words", fit_bridge(texts, vectors, items))
    order = np.random.default_rng(0).permutation(len(texts))
    report("the same, captions of other pictures", fit_bridge([texts[i] for i in order], vectors))
    report_large()
    return 0


def cocktails() -> tuple[list[str], NDArray[np.float32], list[int]]:
    """Return the caption, the vector and the item of each picture."""
    lines = (DATA / "cocktails" / "items.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    shown = [(row, record, path) for row, record in enumerate(records) for path in record["images"]]
    features = np.stack(
        [
            prepare(decode((DATA / "cocktails" / path).read_bytes(), shorter_side=SIZE).rgb)
            for _, _, path in shown
        ]
    )
    vectors = fit_descriptor(features).project(features)
    return [caption(record) for _, record, _ in shown], vectors, [row for row, _, _ in shown]


def caption(record: dict[str, Any]) -> str:
    """Return all words of an item."""
    names = ("title", "description", "kind", "category", "tags", "glass", "garnish", "ingredients")
    values = (record[name] for name in names)
    return " ".join(" ".join(value) if isinstance(value, list) else value for value in values if value)


def report(name: str, fit: BridgeFit) -> None:
    """Print one fit."""
    measured = fit.measured
    print(f"{name}: {'helps' if fit.helps else 'does not help'}: {fit.reason}")
    if measured.recall is not None and measured.chance:
        print(
            f"  {measured.queries} queries, median rank {measured.median_rank:.1f} of {measured.pool},"
            f" R@10 {measured.recall / measured.chance:.1f}x chance (at least"
            f" {(measured.recall_low or 0.0) / measured.chance:.1f}x), "
            f"chance up to {measured.chance_high:.3f}, penalty {measured.penalty:g}"
        )


def report_large(count: int = 100_000, words: int = 20, dim: int = 512) -> None:
    """Print the cost of fitting on generated captions: Zipf's words, each with a direction of its own."""
    random = np.random.default_rng(0)
    share = 1 / np.arange(1, 30_001)
    chosen = random.choice(30_000, (count, words), p=share / share.sum())
    directions = random.standard_normal((30_000, dim), dtype=np.float32)
    vectors = np.empty((count, dim), dtype=np.float16)
    for start in range(0, count, 5_000):
        sums = directions[chosen[start : start + 5_000]].sum(axis=1)
        vectors[start : start + 5_000] = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    texts = _texts(chosen)
    wall, cpu, before = time.perf_counter(), time.process_time(), _peak()
    report(f"{count} generated captions", fit_bridge(texts, vectors))
    print(
        f"  {time.perf_counter() - wall:.1f} s wall, {time.process_time() - cpu:.1f} s of processor,"
        f" peak memory +{_peak() - before:.0f} MB"
    )


def _texts(chosen: NDArray[np.int64]) -> Sequence[str]:
    return [" ".join(f"w{word}" for word in row) for row in chosen.tolist()]


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


if __name__ == "__main__":
    sys.exit(main())
