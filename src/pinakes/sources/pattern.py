"""File name patterns such as ``{id}_{role}.jpg``, which group pictures into items."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from pinakes.errors import SettingsError
from pinakes.sources.pictures import is_picture_name

_PLACEHOLDER = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True, slots=True)
class ViewPattern:
    """A pattern that has been understood.

    Attributes:
        text: as it was written.
        regex: matches as many of the last parts of a path as the pattern has.
        parts: number of path parts that the pattern covers.
        any_suffix: the pattern ends before the file's suffix.
    """

    text: str
    regex: re.Pattern[str]
    parts: int
    any_suffix: bool

    def split(self, path: PurePosixPath) -> tuple[str, str] | None:
        """Return id and role of a picture.

        Folders above those that the pattern covers are part of the id: ``roman/{id}_{role}.jpg`` need not be
        written to tell ``roman/7_front.jpg`` from ``greek/7_front.jpg``.

        Args:
            path: relative to the source's folder.

        Returns:
            (id, role), or None for a name that does not match.
        """
        named = path.with_suffix("") if self.any_suffix else path
        above, tail = named.parts[: -self.parts], named.parts[-self.parts :]
        match = self.regex.fullmatch("/".join(tail))
        if match is None:
            return None
        return "/".join((*above, match["id"])), match["role"]


def parse_pattern(text: str) -> ViewPattern:
    """Understand a pattern.

    ``{id}`` takes as much as it can and ``{role}`` as little: ``a_b_front.jpg`` is the ``front`` of ``a_b``.
    Case is ignored, so that ``.JPG`` matches ``.jpg``.

    Raises:
        SettingsError: the pattern does not hold ``{id}`` and ``{role}``, once each.
    """
    names = sorted(_PLACEHOLDER.findall(text))
    if names != ["id", "role"]:
        raise SettingsError(
            f"the pattern {text!r} must hold {{id}} and {{role}}, once each and nothing else in braces, "
            "such as '{id}_{role}.jpg' or '{id}/{role}'"
        )
    groups = {"id": "(?P<id>[^/]+)", "role": "(?P<role>[^/]+?)"}
    pieces = _PLACEHOLDER.split(text)
    source = "".join(groups[piece] if at % 2 else re.escape(piece) for at, piece in enumerate(pieces))
    return ViewPattern(
        text, re.compile(source, re.IGNORECASE), text.count("/") + 1, not is_picture_name(text)
    )
