"""Whatever is written when the process is killed: what is served is whole, and doing it again finishes it.

Every step of every deed is tried by ``python -m benchmarks.kill_every_step``; here some of each.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from kill_collection import DEEDS

SCRIPT = Path(__file__).with_name("kill_collection.py")


@pytest.mark.slow
@pytest.mark.parametrize("deed", DEEDS)
def test_a_kill_leaves_the_old_release_or_the_new_one(tmp_path, deed):
    command = [sys.executable, str(SCRIPT), deed, str(tmp_path / "work"), "5"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"{deed}: ")
    assert done.stdout.endswith(" kills, 0 wrong\n")
