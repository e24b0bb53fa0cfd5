"""How many connections each of several processes has, told to each other in memory."""

import fcntl
import mmap
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

TALLY = "PINAKES_CONNECTIONS"
"""The environment variable that names the file which all that listen on one socket share."""

WIDTH: Final = 8
"""Bytes of a count: they are written at once, so that nobody reads half of one."""

UNKNOWN: Final = -1
"""Stands where no process has told anything."""


class Tally:
    """One process's place among the counts of all.

    A place is held by a lock on its bytes, which ends with the process, so that the next one to start has it.

    Args:
        path: of the file, which `create` made.

    Raises:
        OSError: the file is not there, or all its places are taken.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("r+b")
        self._mapped = mmap.mmap(self._file.fileno(), 0)
        self._counts = memoryview(self._mapped).cast("q")
        try:
            self._place = self._claimed()
        except OSError:
            self._let_go()
            raise

    @staticmethod
    def create(path: Path, places: int) -> None:
        """Write a file with room for so many processes."""
        path.write_bytes(UNKNOWN.to_bytes(WIDTH, "little", signed=True) * places)

    def tell(self, count: int) -> None:
        """Let the others know how many connections this process has."""
        self._counts[self._place] = count

    def others(self) -> list[int]:
        """Return how many connections each of the others has.

        One that ended without a word counts until the next takes its place.
        """
        others = (count for place, count in enumerate(self._counts) if place != self._place)
        return [count for count in others if count != UNKNOWN]

    def close(self) -> None:
        """Give the place back."""
        self.tell(UNKNOWN)
        self._let_go()

    def _let_go(self) -> None:
        self._counts.release()
        self._mapped.close()
        self._file.close()

    def _claimed(self) -> int:
        for place in range(len(self._counts)):
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, WIDTH, place * WIDTH)
            except BlockingIOError:
                continue
            return place
        raise OSError(f"all {len(self._counts)} places are taken")


def shared_tally() -> Tally | None:
    """Return a place in the file that the environment names; None where it names none, or there is none.

    The file may be gone: many systems clear their temporary folder now and then. Whoever starts after that
    serves all the same, and takes connections as they come.
    """
    path = os.environ.get(TALLY)
    with suppress(OSError):
        return Tally(Path(path)) if path else None
    return None
