"""The exact answers of a data set, computed once and kept beside it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pinakes.bench.data.cases import Case
from pinakes.bench.data.dataset import Dataset
from pinakes.bench.truth import Truth, exact_answers
from pinakes.ingest.progress import Report


def keep_answers(dataset: Dataset, cases: Sequence[Case], k: int, progress: Report) -> None:
    """Compute the exact answers that are not kept yet."""
    for kind in dataset.queries:
        missing = [case for case in cases if not _path(dataset, kind, case, k).exists()]
        if not missing:
            continue
        for case, found in exact_answers(dataset, kind, missing, k, progress).items():
            rows = np.full((len(found), k), -1, dtype=np.int64)
            for at, truth in enumerate(found):
                rows[at, : len(truth.rows)] = truth.rows
            path = _path(dataset, kind, case, k)
            path.parent.mkdir(exist_ok=True)
            np.savez(path, rows=rows, floors=np.array([truth.floor for truth in found]))


def read_answers(dataset: Dataset, kind: str, case: Case, k: int) -> list[Truth]:
    """Return what `keep_answers` kept, one a query."""
    with np.load(_path(dataset, kind, case, k)) as kept:
        return [
            Truth(rows[rows >= 0], float(floor))
            for rows, floor in zip(kept["rows"], kept["floors"], strict=True)
        ]


def _path(dataset: Dataset, kind: str, case: Case, k: int) -> Path:
    once = "-once" if case.once else ""
    return dataset.folder / "truth" / f"{kind}-{case.kind}-{case.share:g}{once}-top{k}.npz"
