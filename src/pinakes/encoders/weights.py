"""Which model made the vectors of a snapshot: ``encoder.json`` names weights and does not hold them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pinakes.errors import FormatVersionError, IntegrityError

FORMAT = 1
ABOUT = "encoder.json"


class FolderModel(Protocol):
    """An encoder whose weights lie in a folder."""

    @property
    def name(self) -> str: ...
    @property
    def folder(self) -> Path: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def dim(self) -> int: ...


ModelT = TypeVar("ModelT", bound=FolderModel)


def write_about(folder: Path, encoder: FolderModel) -> None:
    """Write ``encoder.json`` into an existing folder.

    Raises:
        OSError: the disk refused.
    """
    about = {
        "format": FORMAT,
        "name": encoder.name,
        "folder": str(encoder.folder),
        "fingerprint": encoder.fingerprint,
        "dim": encoder.dim,
    }
    (folder / ABOUT).write_text(json.dumps(about, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def read_about(folder: Path) -> dict[str, Any]:
    """Read ``encoder.json``.

    Raises:
        IntegrityError: it is damaged.
        FormatVersionError: it was written by a newer Pinakes.
    """
    path = folder / ABOUT
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        version = about["format"]
        if version == FORMAT and all(isinstance(about[key], str) for key in ("folder", "fingerprint")):
            return dict(about)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IntegrityError(path, f"does not say which model it was: {error}") from None
    if isinstance(version, int) and version > FORMAT:
        raise FormatVersionError(path, f"has format {version}, this Pinakes reads up to {FORMAT}")
    raise IntegrityError(path, "does not say which model it was")


def check_about(encoder: ModelT, about: Mapping[str, Any], kind: str) -> ModelT:
    """Return an encoder if it is the one that ``encoder.json`` names.

    Raises:
        IntegrityError: other weights lie where it was.
    """
    if encoder.fingerprint != about["fingerprint"]:
        raise IntegrityError(
            encoder.folder,
            f"holds another model than the one that made the vectors of this snapshot ({encoder.name}); "
            f"bring that model back, or put the other into a folder of its own and index with "
            f"--encoder {kind}:FOLDER",
        )
    return encoder
