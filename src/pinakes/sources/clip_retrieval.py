"""What clip-retrieval writes: vectors in ``img_emb/*.npy``, a row of ``metadata/*.parquet`` for each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import SourceError
from pinakes.sources.npy import open_vectors
from pinakes.sources.parquet import ParquetRows
from pinakes.sources.rows import Row

PICTURES, TEXTS, METADATA = "img_emb", "text_emb", "metadata"
"""Folders of the layout; the first two are the names of the columns with vectors, too."""

NUMBER = "row"
"""The column that numbers the rows, from 0, where the metadata have nothing to name an item by."""

NAMING = ("id", "key", "image_path", "url")
"""Columns of the metadata that may name an item."""

_PART = re.compile(r"(\d+)\.(?:npy|parquet)$")


def is_clip_retrieval(folder: Path) -> bool:
    """Return whether a folder is laid out as clip-retrieval's ``inference`` lays it out."""
    return any((folder / PICTURES).glob("*.npy")) and any((folder / METADATA).glob("*.parquet"))


@dataclass(frozen=True, slots=True)
class ClipRetrievalRows:
    """The parts of such a folder, one after the other, as one table; vectors are mapped and not read.

    Attributes:
        folder: that holds ``img_emb/``, ``metadata/``, and perhaps ``text_emb/``.
    """

    folder: Path

    @property
    def path(self) -> Path:
        """The folder of the table; pictures lie below its parent."""
        return self.folder / METADATA

    def columns(self) -> tuple[str, ...]:
        """Return the columns of the metadata, and one for each kind of vectors.

        Raises:
            SourceError: a part is missing or cannot be read.
        """
        parts = self._parts(METADATA)
        named = ParquetRows(next(iter(parts.values()))).columns()
        number = () if set(named) & set(NAMING) else (NUMBER,)
        return (*named, *self._kinds(), *number)

    def rows(self) -> Iterator[Row]:
        """Read the rows of all parts in the order of their numbers.

        Raises:
            SourceError: a part is missing, cannot be read, or has another number of rows than its vectors.
        """
        numbered = NUMBER in self.columns()
        total = 0
        for part, path in self._parts(METADATA).items():
            arrays = {kind: open_vectors(self._part(kind, part)) for kind in self._kinds()}
            read = 0
            for row in ParquetRows(path).rows():
                vectors = {kind: _at(array, read) for kind, array in arrays.items()}
                extra = {NUMBER: str(total)} if numbered else {}
                read, total = read + 1, total + 1
                yield Row(total, {**row.values, **vectors, **extra})
            for kind, array in arrays.items():
                if len(array) != read:
                    raise SourceError(
                        f"{self._part(kind, part)} has {len(array)} rows and {path} has {read}; every row of "
                        "the metadata needs one vector"
                    )

    def _kinds(self) -> tuple[str, ...]:
        return tuple(kind for kind in (PICTURES, TEXTS) if any((self.folder / kind).glob("*.npy")))

    def _part(self, kind: str, part: int) -> Path:
        parts = self._parts(kind)
        if part not in parts:
            raise SourceError(f"{self.folder / kind} has no part {part}, {METADATA} has; it is not complete")
        return parts[part]

    def _parts(self, kind: str) -> dict[int, Path]:
        """Return the files of one folder by the number in their names, ascending."""
        suffix = "parquet" if kind == METADATA else "npy"
        found = {
            int(match[1]): path
            for path in (self.folder / kind).glob(f"*.{suffix}")
            if (match := _PART.search(path.name))
        }
        if not found:
            raise SourceError(f"{self.folder / kind} holds no parts such as {kind}_0.{suffix}")
        return dict(sorted(found.items()))


def _at(array: NDArray[np.generic], row: int) -> NDArray[np.generic] | None:
    return array[row] if row < len(array) else None
