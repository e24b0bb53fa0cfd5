"""Picture files whose source does not stay, kept by the sha256 of their bytes."""

import hashlib
import os
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pinakes.errors import StorageError

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Originals:
    """Pictures on the disk that were fetched or sent, each once however many addresses it has.

    Attributes:
        folder: ``.pinakes/media`` of a collection.
    """

    folder: Path

    def path(self, sha256: str) -> Path:
        """Return where a picture lies, whether it is there or not.

        Args:
            sha256: of its bytes, in hex.
        """
        return self.folder / sha256[:2] / sha256

    def files(self) -> Iterator[Path]:
        """Yield every picture that is kept, by name; nothing that was made of one, or is being written."""
        for path in sorted(self.folder.glob("??/*")):
            if _DIGEST.fullmatch(path.name):
                yield path

    def keep(self, data: bytes) -> Path:
        """Write a picture, safe from a kill and a power cut when this returns; threads may do so at once.

        Raises:
            StorageError: the disk refused.
        """
        path = self.path(hashlib.sha256(data).hexdigest())
        temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            if path.exists():
                path.touch()  # just kept: what removes old ones leaves it alone
                return path
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise StorageError(f"cannot keep a picture in {path.parent}: {error.strerror}") from None
        return path

    def drop(self, sha256: str) -> None:
        """Remove a picture, where it is there."""
        self.path(sha256).unlink(missing_ok=True)
