"""What the names of columns usually mean, and names for attributes."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from pinakes.settings import NAME_PATTERN
from pinakes.types import RESERVED_FIELDS

ID_HEADINGS = (
    *("id", "itemid", "productid", "articleid", "objectid", "lotid", "recordid", "imageid", "photoid"),
    *("sku", "asin", "uid", "uuid", "guid", "key", "identifier", "slug"),
)
TITLE_HEADINGS = (
    *("title", "productdisplayname", "displayname", "producttitle", "productname", "itemname", "objectname"),
    *("name", "heading", "headline"),
)
TEXT_HEADINGS = (
    "text",
    "body",
    "summary",
    "caption",
    "abstract",
    "details",
    "about",
    "content",
    "notes",
    "story",
)
RIGHTS_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "license": ("license", "licence", "licensename", "licencename", "licensetype", "rights", "usagerights"),
    "author": ("author", "photographer", "artist", "creator", "authorname", "artistname"),
    "source": ("source", "sourceurl", "sourceuri", "sourcepage", "pageurl", "permalink"),
    "attribution": (
        *("attribution", "attributions", "credit", "credits", "creditline", "imagecredit", "photocredit"),
        "copyright",
    ),
    "expires": (
        *("expires", "expiry", "expirydate", "expiresat", "validuntil"),
        *("licenseexpires", "licenceexpires", "licenseexpiry", "licenceexpiry", "rightsexpire"),
    ),
}
"""Headings that mean one thing, the preferred one first; lower case, no punctuation."""

FEWEST_FOR_PATTERN = 8
"""Columns with one beginning that are written as one pattern such as ``attr_t_*``."""


def plain_heading(name: str) -> str:
    """Return a heading in lower case without punctuation: ``Display-Name`` is ``displayname``."""
    return re.sub(r"[\W_]+", "", name).lower()


def find_heading(columns: Collection[str], headings: Iterable[str]) -> str | None:
    """Return the column with the most preferred of some headings, or None where there is none."""
    by_heading = {plain_heading(column): column for column in reversed(tuple(columns))}
    return next((by_heading[heading] for heading in headings if heading in by_heading), None)


def is_text_heading(name: str) -> bool:
    """Return whether a heading announces sentences."""
    plain = plain_heading(name)
    return "description" in plain or plain in TEXT_HEADINGS


def attribute_name(column: str, taken: Collection[str]) -> str:
    """Return a valid and free name for an attribute or a space, as close to the column's as can be.

    Letters lose their accents and all else becomes ``_``; reserved names get a ``_`` at their end.
    """
    name = column
    if not re.fullmatch(NAME_PATTERN, column):
        ascii_only = unicodedata.normalize("NFKD", column).encode("ascii", "ignore").decode()
        name = re.sub(r"\W+", "_", ascii_only).strip("_") or "column"
        name = f"_{name}" if name[0].isdigit() else name
    if name in RESERVED_FIELDS:
        name = f"{name}_"
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def text_patterns(columns: Collection[str]) -> tuple[str, ...]:
    """Return columns as they stand in ``source.fields.text``, many with one beginning as one pattern.

    A beginning ends with ``_``; the longest that enough columns have is taken: ``attr_t_*``, not ``attr_*``.
    """
    beginnings = Counter(beginning for column in columns for beginning in _beginnings(column))
    written: dict[str, None] = {}
    for column in columns:
        common = [each for each in _beginnings(column) if beginnings[each] >= FEWEST_FOR_PATTERN]
        written[f"{common[-1]}*" if common else column] = None
    return tuple(written)


def _beginnings(column: str) -> list[str]:
    """Return the first two beginnings of a name: ``a_b_c_d`` has ``a_`` and ``a_b_``."""
    ends = [match.end() for match in re.finditer("_+", column)]
    return [column[:end] for end in ends[:2] if end > 1]
