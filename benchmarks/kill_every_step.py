"""Kill index, delta, merge, publish, compact, prune, backup and restore at every write step.

Run: ``python -m benchmarks.kill_every_step [DEED ...]``; as many run side by side as there are cores. A step
is a call that changes the disk; see ``tests/kill_collection.py``. After each kill the collection must verify,
serve the old release or the new one, and be finished by doing the same again. It works in memory where it can
(``/dev/shm``): a process is killed here and not a disk, so nothing is learned from waiting for one.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from benchmarks.budget import verdict

SCRIPT = Path(__file__).parents[1] / "tests" / "kill_collection.py"
DEEDS = (
    "restore",
    "index",
    "delta",
    "delete",
    "drain",
    "merge",
    "freeze",
    "compact",
    "prune",
    "publish",
    "rollback",
    "backup",
)
"""What has the most steps comes first, so that the cores end at the same time."""


MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory."""

SAID = re.compile(r"(\d+) steps, (\d+) kills, (\d+) wrong")


@dataclass(frozen=True)
class Killed:
    """What came of killing a deed at each of its steps: ``said`` is empty where nothing was wrong."""

    deed: str
    steps: int
    kills: int
    wrong: int
    seconds: float
    said: str

    def __str__(self) -> str:
        return f"{self.deed:<10}{self.steps:>8,}{self.kills:>8,}{self.wrong:>8,}{self.seconds:>9.0f}"


def kill(deed: str) -> Killed:
    """Kill a deed at each of its steps."""
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        command = [sys.executable, str(SCRIPT), deed, f"{folder}/work"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = SAID.search(done.stdout)
    steps, kills, wrong = map(int, found.groups()) if found else (0, 0, 1)
    said = "" if done.returncode == 0 and kills == steps else f"{done.stdout.strip()}\n{done.stderr.strip()}"
    return Killed(deed, steps, kills, max(wrong, int(bool(said))), time.perf_counter() - begun, said)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each deed when it is done, what was wrong, and one for all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("deeds", nargs="*", metavar="DEED", help=", ".join(DEEDS))
    asked = parser.parse_args(arguments)
    if unknown := set(asked.deeds) - set(DEEDS):
        parser.error(f"no such deed: {', '.join(sorted(unknown))}")
    begun, killed = time.perf_counter(), list[Killed]()
    print(f"{'deed':<10}{'steps':>8}{'kills':>8}{'wrong':>8}{'seconds':>9}", flush=True)
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for done in as_completed([pool.submit(kill, deed) for deed in asked.deeds or DEEDS]):
            killed.append(done.result())
            print("\n".join(filter(None, (str(killed[-1]), killed[-1].said))), flush=True)
    steps, kills, wrong = (sum(getattr(one, name) for one in killed) for name in ("steps", "kills", "wrong"))
    print(Killed("total", steps, kills, wrong, time.perf_counter() - begun, ""))
    print(verdict("steps after which something was wrong", wrong, 0))
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
