"""Lists of which a mask allows few rows, with those rows alone: bitwise the same scores of fewer rows.

FAISS keeps four-bit codes in blocks of 32 rows: for every two pieces of a code 16 bytes with the first piece
of all of them, and 16 with the second. Each byte holds that of one of the first 16 rows in its lower half,
and that of the row 16 after it in its upper half.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.indexes.codes import import_faiss

BLOCK, HALF = 32, 16
"""Rows of a block, and of its first half."""

ORDER = np.array([0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15])
"""Which row of the first half each of 16 bytes holds."""

BYTES = np.argsort(ORDER)
"""Which byte holds each row of the first half."""

HELD = 2**23
"""Bytes of codes that are held for one mask at most: of a million rows of 128 bytes a sixteenth."""

PAYING = 2**14
"""Rows that a mask must spare a look at all lists, or nothing is held for it."""

STEP = 2**14
"""Rows of lists that are gone through in one step: 2 ms, 20 to 33 times where there are a million rows."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """An inverted index without most of the rows that a mask forbids.

    Attributes:
        index: of FAISS.
        lists: what it looks at but does not own.
        pure: whether no forbidden row is left in a list with an allowed one, so that no mask is needed.
    """

    index: Any
    lists: tuple[Any, ...]
    pure: bool


def narrowing(
    index: Any, sizes: NDArray[np.int64], counts: NDArray[np.int64], mask: NDArray[np.bool_]
) -> Iterator[Narrowed | None]:
    """Make an index whose lists with few allowed rows hold these alone; the others are those of ``index``.

    Args:
        index: of FAISS, inverted lists of four-bit codes in blocks of 32.
        sizes: rows of each list.
        counts: those of them that the mask allows.
        mask: shape (n,), True where a row may be found.

    Yields:
        None after every step, then the index; nothing where it would spare too little.
    """
    faiss = import_faiss()
    chosen = _chosen(sizes, counts, HELD // int(index.code_size))
    if int((sizes - counts)[chosen].sum()) < PAYING:
        return
    packer = index.get_CodePacker()
    few = faiss.BlockInvertedLists(len(sizes), packer)
    packer.this.disown()
    few.code_size = index.invlists.code_size  # blocks have none of their own
    allowed = np.append(mask, False)
    for some in np.split(chosen, np.flatnonzero(np.diff(np.cumsum(sizes[chosen]) // STEP)) + 1):
        rows, blocks = _listed(index, some, sizes[some])
        places = np.flatnonzero(allowed.take(rows))
        starts, end = _starts(counts[some])
        to = np.arange(len(places)) + np.repeat(starts - _before(counts[some]), counts[some])
        kept, packed = np.empty(end, np.int64), repacked(blocks, places, to, end // BLOCK)
        kept[to] = rows.take(places)
        for number, count, start in zip(some.tolist(), counts[some].tolist(), starts.tolist(), strict=True):
            ids, codes = kept[start:], packed[start // BLOCK :]
            few.add_entries(number, count, faiss.swig_ptr(ids), faiss.swig_ptr(codes))
        yield None
    both = faiss.MaskedInvertedLists(few, index.invlists)
    pure = len(chosen) == len(_mixed(sizes, counts))
    yield Narrowed(_looking_at(index, both), (few, both, index), pure)


def repacked(
    blocks: NDArray[np.uint8], places: NDArray[np.int64], to: NDArray[np.int64], count: int
) -> NDArray[np.uint8]:
    """Return blocks with some of the rows of others, and zeros between them.

    Args:
        blocks: shape (blocks, bytes of a code, 32).
        places: of the rows; the first block has those from 0 to 31.
        to: their places in what is returned.
        count: blocks of that.
    """
    code = blocks.shape[1]
    block, lane = np.divmod(places, BLOCK)
    byte, shift = BYTES[lane % HALF], (lane // HALF * 4).astype(np.uint8)[:, None]
    packed = np.empty((count, code, 2, HALF), np.uint8)
    for piece in (0, 1):
        rows = np.zeros((count * BLOCK, code), np.uint8)
        rows[to] = blocks[block, :, byte + HALF * piece] >> shift & 15
        halves = rows.reshape(count, 2, HALF, code)[:, :, ORDER]
        packed[:, :, piece] = (halves[:, 0] | halves[:, 1] << 4).transpose(0, 2, 1)
    return packed.reshape(count, code, BLOCK)


def _chosen(sizes: NDArray[np.int64], counts: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return all lists with allowed and forbidden rows, if so many rows may be held.

    Otherwise those that shrink to half or less, those that shrink most first.
    """
    mixed = _mixed(sizes, counts)
    mixed = mixed[np.argsort(counts[mixed] / sizes[mixed], kind="stable")]
    narrow = -(-counts[mixed] // BLOCK)
    fitting = np.cumsum(narrow) * BLOCK <= most
    if fitting.all():
        return mixed
    return mixed[fitting & (2 * narrow <= -(-sizes[mixed] // BLOCK))]


def _mixed(sizes: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the lists of which a mask allows some rows, but not all."""
    return np.flatnonzero((counts > 0) & (counts < sizes))


def _listed(
    index: Any, numbers: NDArray[np.int64], sizes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return the rows of some lists, each padded with -1 to whole blocks, and the blocks of their codes."""
    faiss, lists, code = import_faiss(), index.invlists, int(index.code_size)
    starts, end = _starts(sizes)
    rows, codes = np.full(end, -1), np.empty((end, code), np.uint8)
    for number, size, start in zip(numbers.tolist(), sizes.tolist(), starts.tolist(), strict=True):
        blocks = -(-size // BLOCK) * BLOCK
        rows[start : start + size] = faiss.rev_swig_ptr(lists.get_ids(number), size)
        held = faiss.rev_swig_ptr(lists.get_codes(number), blocks * code)
        codes[start : start + blocks] = held.reshape(blocks, code)
    return rows, codes.reshape(-1, code, BLOCK)


def _starts(sizes: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Return where lists begin that follow each other in whole blocks, and where the last ends."""
    blocks = -(-sizes // BLOCK)
    return _before(blocks) * BLOCK, int(blocks.sum()) * BLOCK


def _before(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sum of those before each."""
    before: NDArray[np.int64] = np.cumsum(sizes) - sizes
    return before


def _looking_at(index: Any, lists: Any) -> Any:
    """Return an index like another, with its centres, over other lists: a clone would copy the centres."""
    pieces, bits = int(index.pq.M), int(index.pq.nbits)
    like = import_faiss().IndexIVFPQFastScan(
        index.quantizer, index.d, index.nlist, pieces, bits, index.metric_type, BLOCK
    )
    like.pq, like.by_residual = index.pq, index.by_residual
    like.implem, like.qbs2 = index.implem, index.qbs2
    like.is_trained, like.ntotal = True, index.ntotal
    like.replace_invlists(lists, False)
    return like
