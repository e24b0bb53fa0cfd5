"""Items are added, replaced and deleted while eight threads search: every answer is right."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_no_answer_misses_or_doubles_an_item_while_others_change():
    command = [sys.executable, "-m", "benchmarks.live_updates", "1000", "--seconds", "8"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for nothing in ("errors", "items missing, doubled or stale in an answer", "changes that still waited"):
        assert re.search(rf"^met +{nothing}.*: 0 ", done.stdout, re.MULTILINE), done.stdout
