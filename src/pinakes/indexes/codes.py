"""Scans by FAISS over arrays that lie elsewhere: what is memory-mapped is scanned where it is, not copied."""

import sys
import threading
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pinakes.kernels.ahead import read_rows_ahead

FETCHED = 2**23
"""Bytes of codes that are fetched from their places at once, and stay there for a filter that is asked again:
of 5,000 rows asked again 0.20 ms, of new ones 0.96; a megabyte at a time 0.57 and 1.16 (AMD EPYC)."""

Kind = Literal["QT_fp16", "QT_8bit_direct_signed"]


def import_faiss() -> Any:
    """Import FAISS when it is first needed: 0.2 s that a small collection need not wait for."""
    return import_module("faiss")


def faiss_is_imported() -> bool:
    """Return whether somebody has imported FAISS."""
    return "faiss" in sys.modules


@dataclass(frozen=True, slots=True)
class Found:
    """What a scan found.

    Attributes:
        rows: int64, best first.
        scores: their products, float32.
        floor: no other allowed row scores more than this; minus infinity where there is no other.
    """

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]
    floor: float


class CodeScan:
    """Inner products of a query with every row of an array of codes, by FAISS's scalar quantizer.

    One query runs in one thread: requests run side by side instead, and an idle thread of OpenMP that spins
    beside a busy core makes a scan of 4 ms one of 15.
    """

    def __init__(self, codes: NDArray[Any], kind: Kind) -> None:
        """Look at an array; it must not change while this lives.

        Args:
            codes: C-contiguous, shape (n, dim): float16, or uint8 that stand for themselves less 128.
            kind: the quantizer of FAISS whose codes these are.
        """
        self._faiss = import_faiss()
        self._codes, self._kind = codes, kind
        self._index = _index_over(codes, kind)
        self._fetched = threading.local()

    def best(self, query: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None) -> Found:
        """Return the k rows with the greatest products; fewer where fewer are allowed.

        Args:
            query: shape (dim,).
            mask: shape (n,), True where a row may be found; None for all.
        """
        self._faiss.omp_set_num_threads(1)
        scores, rows = self._index.search(query[None], k, params=selecting(mask))
        found = rows[0] >= 0
        floor = float(scores[0][-1]) if found[-1] else -np.inf
        return Found(rows[0][found], scores[0][found], floor)

    def best_of_all(self, query: NDArray[np.float32], k: int, mask: NDArray[np.bool_]) -> Found:
        """Return those of the k best rows that a mask allows: faster than `best` for a mask that allows most.

        To step over single rows costs more than to compare with them.
        """
        found = self.best(query, k)
        allowed = mask[found.rows]
        return Found(found.rows[allowed], found.scores[allowed], found.floor)

    def best_among(self, query: NDArray[np.float32], k: int, among: NDArray[np.int64]) -> Found:
        """Return the k of some rows with the greatest products; faster than `best` where they are few.

        They are fetched from their places into a buffer of the calling thread, which is scanned; those that
        it holds already, as when a filter is asked again, are not fetched again.

        Args:
            among: int64 rows, in any order, at least one.
        """
        self._faiss.omp_set_num_threads(1)
        fetched, looks = self._buffer(), []
        for start in range(0, len(among), fetched.most):
            some = among[start : start + fetched.most]
            (scores,), (places,) = fetched.of(some).search(query[None], min(k, len(some)))
            looks.append((scores, some[places]))
        scores, rows = looks[0]
        if len(looks) > 1:
            scores, rows = (np.concatenate(parts) for parts in zip(*looks, strict=True))
            order = np.argsort(-scores, kind="stable")[:k]
            scores, rows = scores[order], rows[order]
        return Found(rows, scores, float(scores[-1]) if k < len(among) else -np.inf)

    def _buffer(self) -> "_Fetched":
        """Return the buffer of this thread."""
        held: _Fetched | None = getattr(self._fetched, "held", None)
        if held is None:
            held = self._fetched.held = _Fetched(self._codes, self._kind)
        return held


class _Fetched:
    """A buffer for codes that are fetched from their places, and an index of FAISS over it.

    Attributes:
        most: rows that it holds.
    """

    def __init__(self, codes: NDArray[Any], kind: Kind) -> None:
        width = codes.shape[1] * codes.itemsize
        self.most = max(1, FETCHED // width)
        self._codes = codes
        self._buffer = np.empty((self.most, codes.shape[1]), codes.dtype)
        self._index = _index_over(self._buffer, kind)
        self._held = b""

    def of(self, rows: NDArray[np.int64]) -> Any:
        """Return the index over the codes of some rows, in their order; ``most`` at most."""
        wanted = rows.tobytes()
        if wanted != self._held:
            self._held = b""  # whoever is interrupted leaves neither the old codes nor all new ones
            read_rows_ahead(self._codes, rows)
            codes = self._codes.view(np.ndarray)  # a memory map is slow to index
            codes.take(rows, axis=0, out=self._buffer[: len(rows)], mode="clip")  # other modes copy twice
            self._index.ntotal = len(rows)
            self._held = wanted
        return self._index


def _index_over(codes: NDArray[Any], kind: Kind) -> Any:
    """Return an index of FAISS that looks at an array, which must live as long."""
    faiss = import_faiss()
    quantizer = getattr(faiss.ScalarQuantizer, kind)
    index = faiss.IndexScalarQuantizer(codes.shape[1], quantizer, faiss.METRIC_INNER_PRODUCT)
    flat = codes.reshape(-1).view(np.uint8)
    # A vector that FAISS does not own; its empty owner says that nobody is to be freed with it.
    index.codes = faiss.MaybeOwnedVectorUInt8.create_view(
        faiss.swig_ptr(flat), flat.nbytes, index.codes.owner
    )
    index.ntotal = len(codes)
    index.is_trained = True
    return index


def sample_rows(n: int, most: int) -> NDArray[np.int64]:
    """Return rows to train on, ascending: all, or as many as wanted; the same for the same numbers."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, most, replace=False))


def selector(mask: NDArray[np.bool_] | None) -> Any:
    """Return what tells FAISS which rows a mask allows; None for no mask."""
    return None if mask is None else import_faiss().IDSelectorBitmap(np.packbits(mask, bitorder="little"))


def selecting(mask: NDArray[np.bool_] | None, kind: Any = None) -> Any:
    """Return the parameters of a search that finds only what a mask allows; None for no mask.

    Args:
        kind: the class of FAISS that the index takes; `SearchParameters` when None.
    """
    return None if mask is None else (kind or import_faiss().SearchParameters)(sel=selector(mask))
