"""Pictures a second through the decode pool, against Pillow's full decode in the same run.

    python -m benchmarks.decode [--pictures N] [--workers N]

The pictures are generated JPEGs of 512 x 512 and of 4,000 x 3,000 pixels. Reading, SHA-256, decoding, hashing
and moving the answer are included; ``+ 2.5 ms`` adds a preparer that computes for so long, about what an
encoder's first step takes. What one worker takes longer than its work done in one process is the pool's cost;
on a machine that is busy with other things, look at the processor time of this process instead.
"""

import argparse
import hashlib
import io
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pinakes.errors import MediaError
from pinakes.media.decode import decode
from pinakes.media.job import Job
from pinakes.media.phash import phash
from pinakes.media.pool import DecodePool

SHORTER_SIDE = 224
PREPARER_SECONDS = 0.0025


def thumbnail_array(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return 16 x 16 pixels: a preparer that costs nearly nothing."""
    return np.asarray(rgb[:: max(1, rgb.shape[0] // 16), :: max(1, rgb.shape[1] // 16)])


def busy(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Compute for 2.5 ms of processor time, then return 16 x 16 pixels."""
    end = time.thread_time() + PREPARER_SECONDS
    while time.thread_time() < end:
        pass
    return thumbnail_array(rgb)


def photo(seed: int, width: int, height: int) -> bytes:
    """Return a JPEG with soft shapes and fine grain, of about the bytes a photo has."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (height // 16, width // 16, 3), dtype=np.uint8)
    soft = np.asarray(
        Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC), dtype=np.int16
    )
    grain = random.integers(-8, 9, (height, width, 1), dtype=np.int16)
    file = io.BytesIO()
    Image.fromarray(np.clip(soft + grain, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=88)
    return file.getvalue()


def plain_pillow(files: list[Path]) -> None:
    """Decode every file in full, in this process."""
    for file in files:
        with Image.open(file) as image:
            np.asarray(image.convert("RGB"))


def here(files: list[Path]) -> None:
    """Do what a worker does, in this process: the difference to the pool is the pool's own cost."""
    for file in files:
        data = file.read_bytes()
        hashlib.sha256(data).hexdigest()
        phash(decode(data, shorter_side=SHORTER_SIDE).image)


def jobs(files: list[Path]) -> Iterator[Job]:
    """Return a job for each file."""
    return (Job(i, path=file) for i, file in enumerate(files))


def in_pool(pool: DecodePool) -> Callable[[list[Path]], None]:
    """Return a function that decodes files in a pool and fails if one is refused."""

    def work(files: list[Path]) -> None:
        for _, answer in pool.run(jobs(files)):
            if isinstance(answer, MediaError):
                raise answer

    return work


def report(name: str, work: Callable[[list[Path]], None], files: list[Path]) -> None:
    """Print wall and parent's processor time a picture, after a warm-up."""
    work(files[:4])
    wall, processor = time.perf_counter(), time.process_time()
    work(files)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    each = 1000 / len(files)
    print(
        f"  {name:34} {len(files) / wall:7.0f} pictures/s {wall * each:8.2f} ms"
        f"   this process {processor * each:6.2f} ms"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--pictures", type=int, default=400, help="how many of 512 pixels; a tenth as many large"
    )
    parser.add_argument("--workers", type=int, default=None, help="processes; one a core when not given")
    arguments = parser.parse_args()
    workers = arguments.workers or len(os.sched_getaffinity(0))
    print(f"{workers} workers, load {os.getloadavg()[0]:.2f} at the start, shorter side {SHORTER_SIDE}")
    with tempfile.TemporaryDirectory() as folder:
        for width, height, count in ((512, 512, arguments.pictures), (4000, 3000, arguments.pictures // 10)):
            contents = [photo(seed, width, height) for seed in range(min(count, 8))]
            files = [Path(folder) / f"{width}-{i}.jpg" for i in range(count)]
            for i, file in enumerate(files):
                file.write_bytes(contents[i % len(contents)])
            print(f"{width} x {height}, {len(contents[0]) / 1000:,.0f} kB")
            report("Pillow, full, one process", plain_pillow, files)
            report("the worker's work, one process", here, files)
            for name, preparer in (("pool", "thumbnail_array"), ("pool + 2.5 ms", "busy")):
                preparers = {"prepared": f"benchmarks.decode:{preparer}"}
                for size in dict.fromkeys((1, workers)):
                    with DecodePool(preparers, {"prepared": SHORTER_SIDE}, workers=size) as pool:
                        in_pool(pool)(files[: 8 * size])
                        report(f"{name}, {size} worker{'s' * (size > 1)}", in_pool(pool), files)


if __name__ == "__main__":
    main()
