"""One way to write a value as bytes, and one way to name bytes: canonical JSON and SHA-256 (FIPS 180-4)."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

_SCALAR = frozenset({str, int, float, bool, type(None)})


def sha256_bytes(data: bytes | bytearray | memoryview) -> str:
    """Return the SHA-256 of ``data`` as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as 64 lower-case hex digits, read in blocks.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def canonical_json(value: Any) -> bytes:
    """Write a value so that equal values give equal bytes.

    UTF-8, keys sorted by code point, no spaces, no escapes of non-ASCII characters; a date is written in ISO
    8601 and a tuple as an array. The rules are those of RFC 8785 but for numbers, which are written as
    Python writes them, so that an integer of any size and a float keep apart (``1`` and ``1.0``).

    Args:
        value: None, bool, int, float, str, date, and mappings with string keys and lists or tuples of these.

    Raises:
        TypeError: a value or a key of another type.
        ValueError: a number that is not finite, or text that has no UTF-8 (a lone surrogate).
    """
    return json.dumps(
        _plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode("utf-8")


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON of a value; raises what `canonical_json` raises."""
    return sha256_bytes(canonical_json(value))


def _plain(value: Any) -> Any:
    """Return ``value`` in the types that JSON has."""
    if type(value) in _SCALAR:  # nearly all are, and what is no mapping is slow to tell
        return value
    if isinstance(value, Mapping):
        # json would write the key 1 as "1", and two different mappings would share a digest.
        if not all(isinstance(key, str) for key in value):
            raise TypeError(f"keys of canonical JSON must be strings, got {list(value)[:8]!r}")
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value
