"""Answers that were kept, one file each."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from pinakes.errors import IntegrityError, UnknownNameError
from pinakes.retrieval.kept import KeptAnswer
from pinakes.retrieval.receipt import RECEIPT
from pinakes.snapshots.durable import exclusive, remove_leftovers, replace_file, storage_errors

_NAME = re.compile(rf"[0-9a-f]{{{RECEIPT}}}")


@dataclass(frozen=True, slots=True)
class ReceiptStore:
    """Kept answers on disk: ``<receipt>.json`` each.

    Several processes may add at the same time; a reader sees all of a file or none of it.

    Attributes:
        folder: made when first written to.
        most: how many are kept; past that, a hundredth of them goes, the oldest first.
    """

    folder: Path
    most: int

    def add(self, kept: KeptAnswer) -> None:
        """Keep an answer, in the place of one with the same receipt.

        Raises:
            StorageError: the disk refused.
        """
        content = json.dumps(kept.to_dict(), ensure_ascii=True, separators=(",", ":"))
        with exclusive(self.folder):
            replace_file(self._file(kept.receipt), content.encode("ascii"))
            self._leave_room()

    def read(self, receipt: str) -> KeptAnswer:
        """Return a kept answer.

        Raises:
            UnknownNameError: none with this receipt is kept.
            IntegrityError: its file is damaged.
        """
        if not _NAME.fullmatch(receipt):
            raise UnknownNameError("receipt", receipt, ())
        path = self._file(receipt)
        try:
            return KeptAnswer.from_dict(json.loads(path.read_bytes()))
        except FileNotFoundError:
            raise UnknownNameError("receipt", receipt, ()) from None
        except OSError as error:
            raise IntegrityError(path, f"cannot be read: {error.strerror}") from None
        except (ValueError, KeyError, TypeError) as error:
            raise IntegrityError(path, f"is not a kept answer ({error!r})") from None

    def _leave_room(self) -> None:
        """Remove the oldest where there are too many; the caller holds the lock of the folder."""
        with storage_errors(f"clear {self.folder}"):
            files = list(self.folder.glob("[0-9a-f]*.json"))
            if len(files) <= self.most:
                return
            remove_leftovers(self.folder)
            oldest = sorted(files, key=lambda file: file.stat().st_mtime_ns)
            for file in oldest[: len(files) - self.most + self.most // 100]:
                file.unlink(missing_ok=True)

    def _file(self, receipt: str) -> Path:
        return self.folder / f"{receipt}.json"
