"""One query over 100,000 x 512 vectors: exact and quantised plans beside NumPy and FAISS.

All plans answer the same queries in turn, so that whatever else the machine does falls on each alike.
``wall`` is the clock, ``cpu`` the processor time of all threads: on a busy machine the second says more.
The vectors are generated from the spectrum of real CLIP pictures (`pinakes.bench.data`); queries are half
further draws, half placed as CLIP's texts lie to its pictures, never rows. Re-scoring is included in every
plan of Pinakes. What float16 changes in the first ten is printed too.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import faiss as faiss_module
import numpy as np
from numpy.typing import NDArray

from pinakes.bench.data.generate import Cloud
from pinakes.bench.data.spectrum import CLIP
from pinakes.bench.machine import describe_machine
from pinakes.indexes.base import VectorIndex
from pinakes.indexes.families import index_family
from pinakes.kernels.scan import narrow
from pinakes.kernels.similarity import cosine_scores, unit_rows
from pinakes.kernels.topk import best

faiss: Any = faiss_module
Plan = Callable[[NDArray[np.float32], NDArray[np.bool_] | None], NDArray[np.int64]]
Rows = NDArray[np.int64]
K = 10
SHARES = (0.0001, 0.01, 0.05, 0.2, 0.5, 0.99)
PEERS = ("numpy float32", "FAISS fp16", "FAISS flat")


def main() -> None:
    """Generate, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=60)
    parser.add_argument("--hnsw", action="store_true", help="also FAISS HNSW32, which takes minutes to build")
    given = parser.parse_args()
    print(describe_machine())
    cloud = Cloud(CLIP, given.rows)
    wide = cloud.rows(0, given.rows)
    half = given.queries // 2
    queries = np.concatenate([cloud.picture_queries(half), cloud.text_queries(half)])
    queries = unit_rows(queries[np.random.default_rng(0).permutation(len(queries))])
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "vectors.npy", wide.astype(np.float16))
        stored = np.load(Path(folder) / "vectors.npy", mmap_mode="r")
        plans = _plans(stored, wide, Path(folder), hnsw=given.hnsw)
        _half_precision(stored, wide, queries)
        _race("no filter", plans, stored, queries, None)
        random = np.random.default_rng(1)
        for share in SHARES:
            _race(f"{share:.2%} allowed by chance", plans, stored, queries, random.random(given.rows) < share)
        cosines = wide @ queries[0]
        for side in (1, -1):
            mask = side * cosines >= np.quantile(side * cosines, 0.9)
            what = "the 10 % nearest to the first query" if side == 1 else "the 10 % farthest from it"
            _race(what, plans, stored, queries, mask)


def _plans(
    stored: NDArray[np.float16], wide: NDArray[np.float32], folder: Path, *, hnsw: bool
) -> Mapping[str, Plan]:
    """Build every plan and say how long it took."""
    dim = wide.shape[1]
    plans: dict[str, Plan] = {"numpy float32": lambda query, mask: _numpy(wide, query, mask)}
    factories = {"FAISS fp16": "SQfp16", "FAISS flat": "Flat"} | ({"FAISS HNSW32": "HNSW32"} if hnsw else {})
    for name, factory in factories.items():
        begun = time.perf_counter()
        index = faiss.index_factory(dim, factory, faiss.METRIC_INNER_PRODUCT)
        index.train(wide[:1000])
        index.add(wide)
        print(f"built {name} in {time.perf_counter() - begun:.1f} s")
        plans[name] = _faiss(index)
    faiss.omp_set_num_threads(1)
    for name in ("exact", "int8", "pq:4", "pq:2"):
        begun = time.perf_counter()
        family = index_family(name)
        built = family.build(stored)
        (folder / name).mkdir()
        built.save(folder / name)
        seconds = time.perf_counter() - begun
        begun = time.perf_counter()
        opened = family.open(folder / name, stored)
        size = sum(path.stat().st_size for path in (folder / name).iterdir())
        print(
            f"built {name} in {seconds:.1f} s, {size / 1e6:.1f} MB, opened in "
            f"{(time.perf_counter() - begun) * 1e3:.1f} ms"
        )
        if opened.exhaustive:
            plans[f"pinakes {name}"] = _pinakes(opened, stored)
        for effort in (e for e in opened.efforts if e >= 20):
            plans[f"pinakes {name} at {effort}"] = _pinakes(opened.at(effort), stored)
    return plans


def _numpy(wide: NDArray[np.float32], query: NDArray[np.float32], mask: NDArray[np.bool_] | None) -> Rows:
    scores = wide @ query
    if mask is not None:
        scores[~mask] = -np.inf
    top = np.argpartition(scores, len(scores) - K)[-K:]
    return top[scores[top] > -np.inf]


def _faiss(index: Any) -> Plan:
    kind = faiss.SearchParametersHNSW if isinstance(index, faiss.IndexHNSW) else faiss.SearchParameters

    def plan(query: NDArray[np.float32], mask: NDArray[np.bool_] | None) -> Rows:
        parameters = kind()
        if kind is faiss.SearchParametersHNSW:
            parameters.efSearch = 256
        if mask is not None:
            parameters.sel = faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little"))
        rows: Rows = index.search(query[None], K, params=parameters)[1][0]
        return rows[rows >= 0]

    return plan


def _pinakes(index: VectorIndex, stored: NDArray[np.float16]) -> Plan:
    def plan(query: NDArray[np.float32], mask: NDArray[np.bool_] | None) -> Rows:
        (proposal,) = index.propose(query[None], K, mask)
        return _order(stored, narrow(stored, proposal.rows, query, K), query)

    return plan


def _order(stored: NDArray[np.float16], rows: Rows, query: NDArray[np.float32]) -> Rows:
    return rows[best(cosine_scores(stored[rows], query), rows, K)]


def _race(
    title: str,
    plans: Mapping[str, Plan],
    stored: NDArray[np.float16],
    queries: NDArray[np.float32],
    mask: NDArray[np.bool_] | None,
) -> None:
    """Ask every plan every query, in turn, and print time and recall."""
    allowed = np.arange(len(stored)) if mask is None else np.flatnonzero(mask)
    wall: dict[str, list[float]] = {name: [] for name in plans}
    cpu: dict[str, list[float]] = {name: [] for name in plans}
    found: dict[str, list[float]] = {name: [] for name in plans}
    for query in queries:
        exact = _order(stored, narrow(stored, allowed, query, K), query)
        for name, plan in plans.items():
            begun, worked = time.perf_counter(), time.process_time()
            rows = plan(query, mask)
            wall[name].append((time.perf_counter() - begun) * 1e3)
            cpu[name].append((time.process_time() - worked) * 1e3)
            found[name].append(len(np.intersect1d(rows, exact)) / max(1, len(exact)))
    peer = min(float(np.median(wall[name])) for name in PEERS)
    print(f"\n{title}: {len(allowed)} rows; the ratio is to the fastest of {', '.join(PEERS)}")
    head = f"{'plan':24}{'wall p50':>9}{'p95':>9}{'least':>9}{'cpu p50':>9}{'ratio':>8}"
    print(f"{head}{'recall@10':>11}{'worst':>7}")
    for name in plans:
        middle, high = np.percentile(wall[name], [50, 95])
        print(
            f"{name:24}{middle:9.2f}{high:9.2f}{min(wall[name]):9.2f}{np.median(cpu[name]):9.2f}"
            f"{middle / peer:8.2f}{np.mean(found[name]):11.4f}{min(found[name]):7.2f}"
        )


def _half_precision(
    stored: NDArray[np.float16], wide: NDArray[np.float32], queries: NDArray[np.float32]
) -> None:
    """Print what storing float16 changes in the first ten."""
    kept, same, off = [], 0, 0.0
    for query in queries:
        true = (wide.astype(np.float64) if len(wide) <= 20_000 else wide) @ query
        first = np.argsort(-true, kind="stable")[:K]
        ours = _order(stored, narrow(stored, np.arange(len(stored)), query, K), query)
        kept.append(len(np.intersect1d(first, ours)) / K)
        same += bool(np.array_equal(first, ours))
        off = max(off, float(np.abs(cosine_scores(stored[first], query) - true[first]).max()))
    print(
        f"float16 instead of float32: {np.mean(kept):.4f} of the first ten are the same, {same} of "
        f"{len(queries)} lists are in the same order, scores differ by {off:.1e} at most"
    )


if __name__ == "__main__":
    main()
