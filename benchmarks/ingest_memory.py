"""Peak memory of an ingest with 5,000 and with 50,000 pictures, all its processes together.

    python -m benchmarks.ingest_memory [--small N] [--large N] [--encoder NAME] [--folder DIR]

Pictures are 64 x 64 PNGs of noise, generated, each different. Pss (proc(5), smaps_rollup) counts a page that
several processes share once; the decode workers and everything else below the command count. ``ingest`` is
until the freeze begins, ``whole`` until the release is published: a snapshot has tables in memory that grow
with the items, at some hundred bytes each. Exit status 1 if the ingest of the large collection takes over a
tenth more than that of the small one.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from pinakes.bench.machine import describe_machine
from pinakes.bench.memory import resident

EVERY = 0.05
"""Seconds between looks."""

ALLOWED = 1.10
"""Peak of the large collection by that of the small one."""

INGEST = frozenset(("pictures", "items"))
"""Stages before the freeze."""


@dataclass
class Peaks:
    """The largest proportional set size seen, in bytes, by phase."""

    ingest: int = 0
    whole: int = 0
    freezing: bool = False

    def see(self, size: int) -> None:
        """Take one look."""
        self.whole = max(self.whole, size)
        if not self.freezing:
            self.ingest = max(self.ingest, size)


def main() -> int:
    """Print the peaks; return 1 where memory grows."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", type=int, default=5_000)
    parser.add_argument("--large", type=int, default=50_000)
    parser.add_argument("--encoder", default="descriptor")
    parser.add_argument(
        "--folder", type=Path, default=None, help="where the pictures are kept; default: nowhere"
    )
    asked = parser.parse_args()
    print(describe_machine())
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        peaks = [measure(folder, count, asked.encoder) for count in (asked.small, asked.large)]
    ratio = peaks[1].ingest / peaks[0].ingest
    print(f"ingest: {ratio:.3f} of the memory for {asked.large / asked.small:.0f} times as many pictures")
    print(f"whole command: {peaks[1].whole / peaks[0].whole:.3f}")
    return int(ratio > ALLOWED)


def measure(folder: Path, count: int, encoder: str) -> Peaks:
    """Index so many pictures in a process of its own, and watch it."""
    pictures = folder / f"pictures-{count}"
    generate(pictures, count)
    with tempfile.TemporaryDirectory() as into:
        command = [sys.executable, "-m", "benchmarks.ingest_memory", "--victim"]
        begun = time.perf_counter()
        child = subprocess.Popen([*command, str(pictures), into, encoder], stdout=subprocess.PIPE, text=True)
        peaks = Peaks()
        watcher = threading.Thread(target=watch, args=(child, peaks))
        watcher.start()
        assert child.stdout is not None
        for line in child.stdout:
            peaks.freezing = peaks.freezing or line.strip() not in INGEST
        watcher.join()
    seconds = time.perf_counter() - begun
    print(
        f"{count:7,} pictures: ingest {peaks.ingest / 2**20:6.0f} MiB, whole {peaks.whole / 2**20:6.0f} MiB, "
        f"{seconds:.0f} s, exit status {child.returncode}"
    )
    return peaks


def watch(child: subprocess.Popen[str], peaks: Peaks) -> None:
    """Look at the memory of a process and all below it until it ends."""
    while child.poll() is None:
        peaks.see(resident(child.pid))
        time.sleep(EVERY)


def generate(folder: Path, count: int) -> None:
    """Write pictures of noise, where they are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(count)
    for number in range(count):
        path = folder / f"{number // 1000:03}" / f"{number:06}.png"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            pixels = random.integers(0, 256, (64, 64, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(path, "PNG", compress_level=1)


def victim(source: str, into: str, encoder: str) -> None:
    """Index, and print every stage when it begins."""
    from pinakes.collection import index  # noqa: PLC0415 (what is measured is imported by this process alone)

    seen = set()

    def report(stage: str, done: int, total: int | None) -> None:
        if stage not in seen:
            seen.add(stage)
            print(stage, flush=True)

    # Noise is what the gate against synthetic vectors is for.
    index(source, into, encoder=encoder, waive=("synthetic.picture", "self_retrieval"), progress=report)


if __name__ == "__main__":
    if "--victim" in sys.argv:
        victim(*sys.argv[2:])
    else:
        sys.exit(main())
