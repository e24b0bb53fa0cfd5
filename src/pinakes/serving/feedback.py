"""What visitors did with an answer, appended to rotated files of JSON lines."""

import fcntl
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pinakes.errors import StorageError

NAME = "events.jsonl"


@dataclass(frozen=True, slots=True)
class FeedbackLog:
    """Feedback on disk: ``events.jsonl`` is the newest file, ``events.1.jsonl`` the one before.

    Several processes may append at the same time.

    Attributes:
        folder: made when first written to.
        max_bytes: of a file, before it is rotated.
        files: how many are kept; older ones are removed.
    """

    folder: Path
    max_bytes: int
    files: int

    def append(self, events: Iterable[Mapping[str, Any]]) -> int:
        """Append events, and return how many.

        Raises:
            StorageError: the disk refused.
        """
        lines = [json.dumps(event, ensure_ascii=True, separators=(",", ":")) + "\n" for event in events]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self._rotate(sum(map(len, lines)))
                with (self.folder / NAME).open("a", encoding="ascii") as file:
                    file.writelines(lines)
            finally:
                os.close(lock)
        except OSError as error:
            raise StorageError(f"cannot keep feedback in {self.folder}: {error.strerror}") from error
        return len(lines)

    def _rotate(self, coming: int) -> None:
        newest = self.folder / NAME
        if not newest.exists() or newest.stat().st_size + coming <= self.max_bytes:
            return
        for number in range(self.files - 1, 0, -1):
            source = self._file(number - 1)
            if source.exists():
                source.replace(self._file(number))
        if self.files == 1:
            newest.unlink()

    def _file(self, number: int) -> Path:
        return self.folder / (f"events.{number}.jsonl" if number else NAME)
