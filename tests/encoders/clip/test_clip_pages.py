"""Huge pages below the weights: nothing but the pages changes."""

import mmap
import threading

import numpy as np
import pytest
from clip_models import pictures

from pinakes.encoders.clip.encoder import open_clip_model
from pinakes.encoders.clip.pages import own_memory, use_huge_pages, without
from pinakes.encoders.clip.runtime import WORTH_HUGE_PAGES
from pinakes.media.preparers import load_preparer

SIZE = 8 * 2**20


@pytest.mark.parametrize(
    ("after", "before", "left"),
    [
        ([range(10, 20)], [], [range(10, 20)]),
        ([range(10, 20)], [range(10, 20)], []),
        ([range(10, 30)], [range(10, 20)], [range(20, 30)]),  # the heap grew
        ([range(10, 30)], [range(15, 20)], [range(10, 15), range(20, 30)]),
        ([range(10, 30)], [range(5, 12), range(14, 16), range(28, 40)], [range(12, 14), range(16, 28)]),
        ([range(0, 5), range(7, 9)], [range(5, 7)], [range(0, 5), range(7, 9)]),
    ],
)
def test_what_is_new(after, before, left):
    assert without(after, before) == tuple(left)


def test_memory_that_was_taken_is_found_and_keeps_its_contents():
    before = own_memory()
    with mmap.mmap(-1, SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        numbers = np.frombuffer(memory, dtype=np.uint64)
        numbers += np.arange(len(numbers), dtype=np.uint64)
        address = numbers.ctypes.data
        new = without(own_memory(), before)
        assert not own_memory() or any(address in span and address + SIZE - 1 in span for span in new)
        put = use_huge_pages([range(address, address + SIZE)])
        assert 0 <= put <= SIZE
        np.testing.assert_array_equal(numbers, np.arange(len(numbers), dtype=np.uint64))
        del numbers


def test_memory_that_is_not_in_use_is_left_alone():
    with mmap.mmap(-1, SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        address = np.frombuffer(memory, dtype=np.uint8).ctypes.data
        assert use_huge_pages([range(address, address + SIZE)]) == 0
    assert use_huge_pages([range(2**46, 2**46 + SIZE), range(4096, 8192)]) == 0


def test_vectors_stay_the_same_when_many_were_computed(model):
    encoder = open_clip_model(model)
    prepare = load_preparer(encoder.preparer)
    prepared = [prepare(picture) for picture in pictures()[:4]]
    wanted = encoder.encode_images(prepared)
    encoder.encode_images(prepared * (WORTH_HUGE_PAGES // 4))
    for thread in threading.enumerate():
        if thread.name == "huge-pages":
            thread.join()
    np.testing.assert_array_equal(encoder.encode_images(prepared), wanted)
    use_huge_pages(own_memory())  # a small model may lie in memory that was there before
    np.testing.assert_array_equal(encoder.encode_images(prepared), wanted)
