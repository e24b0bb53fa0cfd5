"""Batches of features: what runs out of memory goes on with fewer pictures at a time."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from toy_encoder import MeanColour, MemoryCache

from pinakes.errors import UsageError
from pinakes.ingest.features import BATCH, FeatureBatches


class Hungry(MeanColour):
    """Has memory for so many pictures at a time."""

    room = 10

    def encode_images(self, prepared):
        self.sizes = [*getattr(self, "sizes", []), len(prepared)]
        if len(prepared) > self.room:
            raise MemoryError
        return super().encode_images(prepared)


def add(batches, count):
    for number in range(count):
        batches.add(f"{number:04}", {"picture": np.array([number, 1.0, 2.0])})
    batches.flush()


def test_out_of_memory_halves_the_batch_and_stays_there():
    encoder, cache, plain, wanted = Hungry(), MemoryCache(), MeanColour(), MemoryCache()
    add(FeatureBatches({"picture": encoder}, cache), 2 * BATCH)
    add(FeatureBatches({"picture": plain}, wanted), 2 * BATCH)
    assert encoder.sizes == [64, 32, 16, *[8] * 16]
    assert encoder.encoded == 2 * BATCH
    assert cache.features.keys() == wanted.features.keys()
    assert all(np.array_equal(cache.features[key], wanted.features[key]) for key in wanted.features)


def test_batches_are_full_but_for_the_last():
    encoder = Hungry()
    encoder.room = BATCH
    add(FeatureBatches({"picture": encoder}, MemoryCache()), 200)
    assert encoder.sizes == [64, 64, 64, 8]


def test_no_memory_for_one_picture_is_said():
    encoder = Hungry()
    encoder.room = 0
    with pytest.raises(UsageError, match="not enough memory to encode even one picture with mean-colour"):
        add(FeatureBatches({"picture": encoder}, MemoryCache()), 3)


LIMITED = """
import resource, sys
import numpy as np
from toy_encoder import MeanColour, MemoryCache
from pinakes.ingest.features import FeatureBatches

class Large(MeanColour):
    def encode_images(self, prepared):
        scratch = np.ones((len(prepared), 2**21))  # 16 MiB for each picture
        rows = super().encode_images(prepared)
        print(len(scratch))
        return rows

size = int(open("/proc/self/statm").read().split()[5]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_DATA, (size + 300 * 2**20,) * 2)
batches = FeatureBatches({"picture": Large()}, MemoryCache())
for number in range(64):
    batches.add(str(number), {"picture": np.array([number, 1.0, 2.0])})
batches.flush()
print("made", batches.made)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")
def test_a_real_limit_of_memory():
    """A process with 300 MiB to spare encodes 64 pictures of 16 MiB each, at most 16 at a time."""
    path = [str(Path(__file__).parent), *sys.path]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}\n{LIMITED}"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.split() == ["16", "16", "16", "16", "made", "64"]
