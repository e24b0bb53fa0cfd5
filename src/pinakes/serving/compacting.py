"""Compaction beside the process that makes the changes, which go on meanwhile."""

import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

NICE = 5
"""By how much a compaction steps back: to a quarter of a core that searches want, too. It publishes with the
writer lock held, for which changes would wait long if that were much less."""


class Compaction:
    """``pinakes compact`` in a process of its own, which steps back where the cores are busy.

    Args:
        folder: the collection's.
        share: what share of the base its deltas held.
    """

    def __init__(self, folder: Path, share: float) -> None:
        self.share = share
        # A file and not a pipe, which nobody reads while the process runs.
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has ended
        command = [sys.executable, "-m", "pinakes", "compact", str(folder), "--json"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._said
        )
        with suppress(OSError):  # it has ended already
            os.setpriority(os.PRIO_PROCESS, self._process.pid, os.getpriority(os.PRIO_PROCESS, 0) + NICE)

    def ended(self) -> str | None:
        """Return None while it runs, then what went wrong; empty where nothing did."""
        if self._process.poll() is None:
            return None
        with self._said as file:
            file.seek(0)
            said = file.read().decode(errors="replace").strip()
        return (
            (said or f"the process ended with {self._process.returncode}") if self._process.returncode else ""
        )

    def stop(self) -> None:
        """End it; what it has written so far is cleared away by the next writer."""
        self._process.terminate()
        self._process.wait()
        self._said.close()
