"""Inverted lists of four-bit codes as a file that FAISS scans where it is mapped.

FAISS keeps such codes in blocks in memory, and maps only lists of whole codes. A list of blocks is a list of
whole codes to it as long as its length is a multiple of the blocks', which is what is written here: for each
list its blocks of codes, then the rows as int64, both padded to a multiple of 64 entries.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import IntegrityError
from pinakes.indexes.codes import import_faiss
from pinakes.kernels.ahead import keep_in_memory

PADDED = 64
"""Entries; whole blocks of 32, and every list begins at a multiple of 64 bytes."""


def write_lists(path: Path, index: Any) -> None:
    """Write the lists of an inverted index of FAISS over four-bit codes."""
    faiss = import_faiss()
    lists, code = index.invlists, int(index.code_size)
    with path.open("wb") as file:
        for number in range(int(index.nlist)):
            size = lists.list_size(number)
            if not size:
                continue
            capacity = _capacity(size)
            blocks = -(-size // index.bbs) * index.bbs
            codes = np.zeros(capacity * code, dtype=np.uint8)
            codes[: blocks * code] = faiss.rev_swig_ptr(lists.get_codes(number), blocks * code)
            rows = np.zeros(capacity, dtype=np.int64)
            rows[:size] = faiss.rev_swig_ptr(lists.get_ids(number), size)
            codes.tofile(file)
            rows.tofile(file)


def map_lists(path: Path, coder: Any, sizes: NDArray[np.int64]) -> Any:
    """Return an inverted index of FAISS whose lists are mapped read-only, so that processes share them.

    Args:
        coder: the index without lists.
        sizes: rows of each list.

    Raises:
        IntegrityError: no such file, or not of these lists.
    """
    faiss = import_faiss()
    code = int(coder.code_size)
    lists, end = faiss.OnDiskOneListVector(), 0
    for size in sizes.tolist():
        one = faiss.OnDiskOneList()
        one.size, one.capacity, one.offset = size, _capacity(size), end
        lists.push_back(one)
        end += one.capacity * (code + 8)
    held = path.stat().st_size if path.exists() else 0
    if held != end:
        raise IntegrityError(path, f"{held:,} bytes, not the {end:,} of its lists")
    mapped = faiss.OnDiskInvertedLists()
    mapped.nlist, mapped.code_size, mapped.lists = len(sizes), code, lists
    mapped.filename, mapped.totsize, mapped.read_only = str(path), end, True
    mapped.prefetch_nthread = 0
    mapped.do_mmap()
    keep_in_memory(int(mapped.ptr), end)
    index = faiss.clone_index(coder)
    mapped.this.disown()
    index.replace_invlists(mapped, True)
    index.ntotal = int(sizes.sum())
    return index


def _capacity(size: int) -> int:
    return -(-size // PADDED) * PADDED
