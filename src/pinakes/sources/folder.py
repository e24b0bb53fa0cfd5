"""A folder of pictures as items: one for each file, or for each group of files that a pattern makes."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pinakes.errors import SourceError
from pinakes.sources.base import PictureRef, Record, Rejection
from pinakes.sources.pattern import ViewPattern
from pinakes.sources.pictures import is_picture_name, numbered_role, role_order
from pinakes.sources.text import clean_text, humanise, id_trouble
from pinakes.types import Value

FOLDER_ATTRIBUTE = "folder"
"""The attribute that holds the folder in which a picture lies, relative to the source."""


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A folder of pictures.

    Attributes:
        root: the folder.
        pattern: groups files into items; None: every picture is an item.
        with_folder: items get the attribute ``folder``.
    """

    root: Path
    pattern: ViewPattern | None = None
    with_folder: bool = False

    def records(self) -> Iterator[Record | Rejection]:
        """Read the folder, items sorted by the path of their first picture.

        Raises:
            SourceError: the folder does not exist or cannot be read.
        """
        names, rejections = list_pictures(self.root)
        yield from rejections
        groups = _one_by_one(names) if self.pattern is None else _by_pattern(names, self.pattern)
        # Two names may differ only in their Unicode form; where all have the plain one, none is remembered.
        unusual = {clean_text(name) for name in names if clean_text(name) != name}
        seen: dict[str, str] = {}
        for name, views in groups:
            where, identifier = str(next(iter(views.values()))), clean_text(name)
            if identifier in seen:
                detail = f"{where} has the same name as {seen[identifier]}, which is kept; rename one of them"
                yield Rejection(where, "repeated_id", detail, id=identifier)
                continue
            if unusual:
                seen[identifier] = where
            yield self._record(identifier, where, views)

    def _record(self, identifier: str, where: str, views: Mapping[str, PurePosixPath]) -> Record:
        folder = str(PurePosixPath(where).parent)
        attributes: dict[str, Value] = {}
        if self.with_folder:
            attributes[FOLDER_ATTRIBUTE] = None if folder == "." else clean_text(folder)
        named = identifier.removesuffix(PurePosixPath(where).suffix)
        return Record(
            where,
            identifier,
            title=humanise(PurePosixPath(named).name),
            attributes=attributes,
            pictures=tuple(
                PictureRef(role, str(path), self.root.absolute() / path) for role, path in views.items()
            ),
            only_pictures=True,
        )


def list_pictures(root: Path) -> tuple[list[str], list[Rejection]]:
    """List the pictures below a folder by the suffix of their names.

    Hidden files and folders, and so ``.pinakes``, are passed over. Links to folders are not followed: what
    they show lies in the source anyway, or outside of it. Links to files outside are refused.

    Returns:
        Paths relative to the folder, with slashes, sorted by their parts, and what was refused. They are
        plain strings because there may be millions of them: a path object takes six times the memory.

    Raises:
        SourceError: the folder does not exist or cannot be read.
    """
    try:
        os.scandir(root).close()
    except OSError as error:
        raise SourceError(f"cannot read the folder {root}: {error.strerror}") from None
    inside = root.resolve()
    found: list[str] = []
    refused: list[Rejection] = []

    def refuse_folder(error: OSError) -> None:
        where = str(Path(error.filename).relative_to(root))
        refused.append(Rejection(where, "unreadable_folder", f"cannot read the folder: {error.strerror}"))

    for here, folders, files in os.walk(root, onerror=refuse_folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in files:
            if name.startswith(".") or not is_picture_name(name):
                continue
            path = Path(here, name)
            relative = path.relative_to(root).as_posix()
            trouble = id_trouble(relative)
            if trouble:
                refused.append(Rejection(_printable(relative), "bad_id", f"{trouble}; rename the file"))
            elif path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(inside):
                detail = "a link to a file outside of the folder; copy the file, or index its own folder"
                refused.append(Rejection(relative, "outside_source", detail, uri=relative))
            else:
                found.append(relative)
    found.sort(key=lambda name: name.replace("/", "\0"))  # nothing sorts before the end of a part
    return found, sorted(refused, key=lambda each: each.where)


def _one_by_one(names: list[str]) -> Iterator[tuple[str, dict[str, PurePosixPath]]]:
    """Give every picture an id: its path without suffix, or with it where that would name two pictures.

    No id is given twice: whole paths are unique, and a short one is given only where it is unique among the
    short ones and is not the whole path of another file.
    """
    short, whole = Counter(map(_stem, names)), set(names)
    ambiguous = {stem for stem, count in short.items() if count > 1 or stem in whole}
    del short, whole
    for name in names:
        stem = _stem(name)
        yield (name if stem in ambiguous else stem), {"front": PurePosixPath(name)}


def _stem(name: str) -> str:
    return str(PurePosixPath(name).with_suffix(""))


def _by_pattern(names: list[str], pattern: ViewPattern) -> Iterator[tuple[str, dict[str, PurePosixPath]]]:
    """Group pictures by the id in their names; one that does not match is the ``front`` of its own id."""
    groups: dict[str, dict[str, PurePosixPath]] = {}
    for path in map(PurePosixPath, names):
        identifier, role = pattern.split(path) or (str(path.with_suffix("")), "front")
        views = groups.setdefault(identifier, {})
        views[numbered_role(role, views)] = path
    for identifier, views in groups.items():
        yield identifier, dict(sorted(views.items(), key=lambda view: role_order(view[0])))


def _printable(path: str) -> str:
    """Return a path that can be stored and shown on a line, whatever bytes its name is made of."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in path)
