"""Kill index, delta, merge, publish, compact, prune, backup and restore at every write step.

Run: ``python -m benchmarks.kill_every_step [DEED ...]``; as many run side by side as there are cores. A step
is a call that changes the disk; see ``tests/kill_collection.py``. After each kill the collection must verify,
serve the old release or the new one, and be finished by doing the same again.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
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


def kill(deed: str) -> tuple[int, str]:
    """Kill a deed at each of its steps; return how many were wrong, and what was said of them."""
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(SCRIPT), deed, f"{folder}/work"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = f"{done.stdout.strip()} ({time.perf_counter() - begun:.0f} s)"
    if done.stderr:
        said += f"\n{done.stderr.strip()}"
    wrong = done.stdout.count("something was wrong after step")
    return (wrong or 1 if done.returncode else 0), said


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each deed, and one for each step after which something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("deeds", nargs="*", metavar="DEED", help=", ".join(DEEDS))
    asked = parser.parse_args(arguments)
    if unknown := set(asked.deeds) - set(DEEDS):
        parser.error(f"no such deed: {', '.join(sorted(unknown))}")
    begun, wrong = time.perf_counter(), 0
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for done in as_completed([pool.submit(kill, deed) for deed in asked.deeds or DEEDS]):
            count, said = done.result()
            wrong += count
            print(said, flush=True)
    print(verdict("steps after which something was wrong", wrong, 0))
    print(f"{time.perf_counter() - begun:.0f} s")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
