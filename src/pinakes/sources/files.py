"""From the uri of a view to the file on this machine."""

from dataclasses import dataclass
from pathlib import Path

from pinakes.media.originals import Originals
from pinakes.sources.pictures import is_address


def source_folder(source: str, folder: Path) -> Path:
    """Return the folder that the uris of a source's pictures are relative to.

    Args:
        source: ``source.path`` of the settings: a folder or a table.
        folder: the collection's folder.
    """
    path = folder / source
    return path if path.is_dir() else path.parent


@dataclass(frozen=True, slots=True)
class PictureFiles:
    """Where the pictures of a collection lie.

    Attributes:
        folder: what the uris of local pictures are relative to.
        originals: the pictures that were fetched.
    """

    folder: Path
    originals: Originals

    def path(self, uri: str, sha256: str) -> Path:
        """Return where a picture lies, whether it is still there or not.

        Args:
            uri: as the source writes it.
            sha256: of its bytes.
        """
        return self.originals.path(sha256) if is_address(uri) else self.folder / uri
