"""Kill index, delta, merge, publish, compact, prune, backup and restore at every write step.

A step is a call that changes the disk; see ``tests/kill_collection.py``. After each kill the collection must
verify, serve the old release or the new one, and be finished by doing the same again.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "tests" / "kill_collection.py"
DEEDS = (
    *(
        "index",
        "delta",
        "delete",
        "drain",
        "merge",
        "freeze",
        "publish",
        "rollback",
        "compact",
        "prune",
        "backup",
    ),
    "restore",
)


def main() -> int:
    """Print a line for each deed, and one for each step after which something was wrong."""
    failed = 0
    for deed in DEEDS:
        begun = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, str(SCRIPT), deed, f"{folder}/work"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        failed += done.returncode != 0
        print(f"{done.stdout.strip()} ({time.perf_counter() - begun:.0f} s)", flush=True)
        if done.returncode:
            print(done.stderr, file=sys.stderr)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
