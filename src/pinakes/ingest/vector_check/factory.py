"""What a FAISS index loses: recall against an exact search, on the vectors themselves."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import UsageError
from pinakes.ingest.vector_check.neighbours import K, Neighbours, shared

_PLACE = re.compile(r"\.(?:cpp|h):\d+: ")  # of the line of FAISS that complains

PROBES = (1, 8, 64)
"""Numbers of lists that are looked into, of an index that has lists."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Recall@10 of an index at one setting.

    Attributes:
        setting: such as ``nprobe 8``; empty for an index that has no such setting.
        recall: share of the exact ten nearest that it finds.
    """

    setting: str
    recall: float


def measure_loss(
    factory: str, rows: NDArray[np.float32], queries: NDArray[np.int64], exact: Neighbours
) -> tuple[Loss, ...]:
    """Build an index and ask it.

    Args:
        factory: a string of ``faiss.index_factory``, such as ``IVF256,PQ32``.
        rows: unit rows, shape (n, dim).
        queries: which of them to ask for.
        exact: their true neighbours.

    Raises:
        UsageError: FAISS cannot build it for these vectors.
    """
    import faiss  # noqa: PLC0415 (heavy)

    try:
        index = faiss.index_factory(rows.shape[1], factory, faiss.METRIC_INNER_PRODUCT)
        index.train(rows)
        index.add(rows)
    except Exception as error:  # FAISS raises RuntimeError and AssertionError
        reason = _PLACE.split(str(error))[-1].rpartition("Error: ")[2].strip().partition("\n")[0]
        raise UsageError(
            f"FAISS cannot build {factory!r} for {len(rows):,} vectors of {rows.shape[1]}: {reason}; "
            "it takes such as IVF256,PQ32 or HNSW32"
        ) from error
    lists = getattr(faiss.try_extract_index_ivf(index), "nlist", None)
    if lists is None:
        return (Loss("", _recall(index, rows, queries, exact)),)
    losses = []
    for probes in sorted({min(probes, lists) for probes in PROBES}):
        faiss.ParameterSpace().set_index_parameter(index, "nprobe", probes)
        losses.append(Loss(f"nprobe {probes}", _recall(index, rows, queries, exact)))
    return tuple(losses)


def _recall(index: Any, rows: NDArray[np.float32], queries: NDArray[np.int64], exact: Neighbours) -> float:
    _, found = index.search(rows[queries], K + 1)
    # Each query is a row: it is left out of its own answer, or else the last one is.
    kept = np.array([[i for i in line if i != q][:K] for line, q in zip(found, queries, strict=True)])
    return shared(kept, exact.rows)
