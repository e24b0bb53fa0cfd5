"""Text as sources write it, made clean: one Unicode form, no control characters, readable names."""

import re
import unicodedata

ID_LENGTH = 512
"""The most characters of an id."""

_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""C0 and C1 controls but tab and line ends, and lone surrogates, which no UTF-8 file can hold."""

_FORBIDDEN_IN_ID = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def clean_text(text: str) -> str:
    """Return text in Unicode's form NFC (UAX #15), without control characters and outer white space."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _UNWANTED.sub("", unicodedata.normalize("NFC", text)).strip()


def id_trouble(identifier: str) -> str | None:
    """Return what is wrong with an id that is not empty, or None."""
    if len(identifier) > ID_LENGTH:
        return f"the id has {len(identifier)} characters; at most {ID_LENGTH} are allowed"
    if _FORBIDDEN_IN_ID.search(identifier):
        return f"the id {identifier!r} holds control characters; use printable characters"
    return None


def humanise(name: str) -> str:
    """Return a name for people: ``red_dress-02`` becomes ``red dress 02``."""
    return " ".join(re.split(r"[\s_\-.+]+", clean_text(name))).strip()
