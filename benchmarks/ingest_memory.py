"""Peak memory of an ingest with 5,000 and with 50,000 pictures, all its processes together.

    python -m benchmarks.ingest_memory [--small N] [--large N] [--encoder NAME] [--folder DIR]

Pictures are 64 x 64 PNGs of noise, generated, each different. Counted is what the processes hold for
themselves (proc(5), smaps_rollup: Pss_Anon and Pss_Shmem; a page that several share counts once), the decode
workers and everything else below the command included. Mapped files are not: vectors that are put together in
a file are pages that the kernel writes out and drops as it needs the room; they are printed beside it.
``ingest`` is until the freeze begins, ``whole`` until the release is published. Exit status 1 if either takes
over a tenth more with the large collection than with the small one.
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
from pinakes.bench.memory import Resident, resident

EVERY = 0.05
"""Seconds between looks."""

ALLOWED = 1.10
"""Peak of the large collection by that of the small one."""

INGEST = frozenset(("sample", "pictures", "items"))
"""Stages before the freeze."""


@dataclass
class Peaks:
    """The most memory seen, in bytes, by phase; ``mapped``: the most together with mapped files."""

    ingest: int = 0
    whole: int = 0
    mapped: int = 0
    freezing: bool = False

    def see(self, memory: Resident) -> None:
        """Take one look."""
        self.whole = max(self.whole, memory.own)
        self.mapped = max(self.mapped, memory.all)
        if not self.freezing:
            self.ingest = max(self.ingest, memory.own)


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
    ingest, whole = (peaks[1].ingest / peaks[0].ingest, peaks[1].whole / peaks[0].whole)
    print(f"memory for {asked.large / asked.small:.0f} times as many pictures, at most {ALLOWED}:")
    print(f"ingest: {ingest:.3f}\nwhole command: {whole:.3f}")
    return int(max(ingest, whole) > ALLOWED)


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
        f"{count:7,} pictures: ingest {peaks.ingest / 2**20:6.0f} MiB, whole {peaks.whole / 2**20:6.0f} MiB "
        f"({peaks.mapped / 2**20:.0f} with mapped files), "
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
    from pinakes.creation import index  # noqa: PLC0415 (what is measured is imported by this process alone)

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
