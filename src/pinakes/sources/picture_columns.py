"""Which columns of a table name pictures, and where the files are."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pinakes.sources.kinds import name_words
from pinakes.sources.pictures import is_address, is_picture_name
from pinakes.sources.sampling import Column
from pinakes.sources.views import split_names, view_uris

LOOKED_FOR = 40
"""Cells of a column whose files are looked for on the disk."""

MANY_FOLDERS = 30
"""Folders beside a table in which pictures are looked for, at most."""

_PICTURE_WORDS = frozenset(
    (
        *("image", "images", "img", "imgs", "picture", "pictures", "pic", "pics"),
        *("photo", "photos", "photograph", "photographs"),
    )
)
_FILE_WORDS = frozenset(
    ("file", "files", "filename", "path", "paths", "url", "urls", "uri", "src", "link", "name")
)
_LIKELY_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


@dataclass(frozen=True, slots=True)
class PictureColumn:
    """A column that names pictures.

    Attributes:
        column: its name.
        spec: the column, or a template over it that leads to the files.
        looked: number of cells whose files were looked for.
        found: number of those with a file.
        remote: the cells are addresses.
    """

    column: str
    spec: str
    looked: int
    found: int
    remote: bool


def find_picture_columns(columns: Mapping[str, Column], base: Path) -> tuple[PictureColumn, ...]:
    """Find the columns that name pictures: by their cells, or by a telling name and files that exist.

    Args:
        columns: the columns of a sample.
        base: the folder of the table.
    """
    found = (_examine(column, base) for column in columns.values() if column.cells)
    return tuple(column for column in found if column is not None)


def locate_by_name(column: Column, base: Path) -> PictureColumn | None:
    """Look for pictures named by a column that does not say so, as ``images/7.jpg`` is named by the id 7."""
    templates = (
        f"{folder}{{{column.name}}}{suffix}" for folder in _folders(base) for suffix in _LIKELY_SUFFIXES
    )
    best = _best(column, templates, base)
    return best if best is not None and best.found else None


def role_of(column: str) -> str:
    """Return the role that a column's name tells: ``image_back`` is ``back``, ``photo2`` is ``front:2``."""
    words = [word for word in name_words(column) if word not in _PICTURE_WORDS | _FILE_WORDS]
    if not words:
        return "front"
    if len(words) == 1 and words[0].isdigit():
        return "front" if int(words[0]) < 2 else f"front:{int(words[0])}"
    return "_".join(words)


def _examine(column: Column, base: Path) -> PictureColumn | None:
    names = [name for cell in column.cells[:LOOKED_FOR] for name in split_names(cell)[:1]]
    if not names:
        return None
    like_pictures = sum(map(is_picture_name, names)) / len(names)
    addresses = sum(map(is_address, names)) / len(names)
    telling = bool(_PICTURE_WORDS & set(name_words(column.name)))
    if addresses > 0.5:
        usable = telling or like_pictures > 0.5
        return PictureColumn(column.name, column.name, 0, 0, remote=True) if usable else None
    if like_pictures > 0.5:
        return _best(column, (f"{folder}{{{column.name}}}" for folder in _folders(base)), base)
    return locate_by_name(column, base) if telling else None


def _best(column: Column, templates: Iterable[str], base: Path) -> PictureColumn | None:
    """Return the template that leads to the most files; the first one where none leads to any."""
    cells = column.cells[:LOOKED_FOR]
    best: PictureColumn | None = None
    for template in templates:
        named = [view_uris(template, {column.name: cell})[:1] for cell in cells]
        found = sum(_exists(base, uri) for uris in named for uri in uris)
        if best is None or found > best.found:
            spec = column.name if template == f"{{{column.name}}}" else template
            best = PictureColumn(column.name, spec, len(cells), found, remote=False)
        if best.found == len(cells):
            break
    return best


def _exists(base: Path, uri: str) -> bool:
    try:
        return (base / uri).is_file()
    except (OSError, ValueError):  # too long for a file name, or a NUL in it
        return False


def _folders(base: Path) -> list[str]:
    """Return the table's folder and those beside the table, as prefixes of paths."""
    try:
        with os.scandir(base) as entries:
            beside = sorted(entry.name for entry in entries if entry.is_dir())
    except OSError:
        beside = []
    return ["", *(f"{name}/" for name in beside if not name.startswith("."))][:MANY_FOLDERS]
