"""The values that every layer passes around: what an item is, and what an answer is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal, TypeAlias

Value: TypeAlias = str | int | float | bool | date | tuple[str, ...] | None
"""One attribute of one item. A set of strings is a sorted tuple without repeats; unknown is None."""


SETTINGS_FILE = "pinakes.toml"
"""What makes a folder a collection."""

BROUGHT = "vector"
"""The encoder of a space whose vectors the source brings and that is bound to no encoder."""

ItemScore: TypeAlias = Literal["best", "mean", "roles"]
"""What the score of an item with several views is."""

Collapse: TypeAlias = bool | Literal["identical", "near"]
"""Which items that show the same picture stand for each other in an answer."""


class AttributeType(StrEnum):
    """The types that an attribute can have."""

    STRING = "string"
    INTEGER = "integer"
    FLOAT = "float"
    BOOL = "bool"
    DATE = "date"
    SET = "set"


RIGHTS_FIELDS = ("license", "author", "source", "attribution", "expires")
"""The rights of an item, each filterable under this name; ``expires`` is a date, the others are strings."""

RESERVED_FIELDS = ("id", "title", "text", *RIGHTS_FIELDS, "content_hash")
"""Names that no attribute may take, because the items table has a column of that name."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Who made an item, where it comes from, and under what terms it may be shown."""

    license: str | None = None
    author: str | None = None
    source: str | None = None
    attribution: str | None = None
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class View:
    """One picture of an item.

    Attributes:
        role: what the picture shows of the item, such as ``front`` or ``obverse``.
        media: sha256 of the file's bytes, in hex.
        uri: where the file was found: a path relative to the source, or a URL.
        width: pixels, after orientation.
        height: pixels, after orientation.
        phash: perceptual hash, 64 bits as 16 hex digits; None where the picture is too flat to have one.
    """

    role: str
    media: str
    uri: str
    width: int
    height: int
    phash: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """What a user looks for: words, typed attributes, rights, and any number of views.

    Attributes:
        vectors: digest (sha256 hex of the little-endian float32 bytes) of each vector that the source
            brought, by space; the vectors themselves lie in the feature store under that digest.
    """

    id: str
    title: str = ""
    text: str = ""
    attributes: Mapping[str, Value] = field(default_factory=dict)
    rights: Rights = Rights()
    views: tuple[View, ...] = ()
    vectors: Mapping[str, str] = field(default_factory=dict)
