"""How sources name pictures: suffixes, addresses, roles, and where a named file may lie."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath

from pinakes.sources.base import PictureRef
from pinakes.sources.paths import plain_path

PICTURE_SUFFIXES = frozenset(
    (
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".gif", ".webp", ".bmp", ".tif", ".tiff"),
        *(".heic", ".heif", ".avif", ".jp2", ".tga", ".ppm", ".pgm", ".pbm", ".qoi"),
    )
)
"""Names that end so, in whatever case, are taken for pictures. Decoding looks at the bytes alone."""

LEADING_ROLES = ("front", "obverse", "main", "primary", "cover", "back", "reverse")
"""Roles that come first among the views of an item, in this order; all others follow by name."""

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+://")


def is_address(uri: str) -> bool:
    """Return whether a picture is named by an address such as ``https://...`` and not by a path."""
    return _ADDRESS.match(uri) is not None


def is_picture_name(name: str) -> bool:
    """Return whether a file name, path or address ends like a picture's."""
    if is_address(name):
        name = re.split(r"[?#]", name, maxsplit=1)[0]
    return PurePath(name).suffix.lower() in PICTURE_SUFFIXES


def role_order(role: str) -> tuple[int, str]:
    """Return the sort key of a role: the leading ones first, then by name."""
    leading = LEADING_ROLES.index(role) if role in LEADING_ROLES else len(LEADING_ROLES)
    return leading, role


def numbered_role(role: str, taken: Iterable[str]) -> str:
    """Return the role, or ``role:2``, ``role:3``, ... where an item has one of that name already."""
    used, candidate, number = set(taken), role, 1
    while candidate in used:
        number += 1
        candidate = f"{role}:{number}"
    return candidate


def locate(role: str, uri: str, base: Path, allowed: Sequence[Path]) -> PictureRef | None:
    """Find the file that a table names; whether it exists is not looked at.

    The path is judged as it is written: a link was made by the owner of the folder and is followed; ``..``
    was written by whoever made the table.

    Args:
        role: the role of the picture.
        uri: a path or an address.
        base: the folder to which relative paths are relative, absolute.
        allowed: folders, absolute, in or below which the file must lie.

    Returns:
        The picture, or None where its path leads out of all allowed folders.
    """
    if is_address(uri):
        return PictureRef(role, uri, None)
    if "\0" in uri:
        return None
    local = uri if "/" in uri else uri.replace("\\", "/")
    path = plain_path(base / local)
    if not any(path.is_relative_to(folder) for folder in allowed):
        return None
    return PictureRef(role, uri, path)
