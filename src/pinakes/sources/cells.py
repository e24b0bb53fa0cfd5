"""Cells of a table as words, as lists, and as vectors."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinakes.sources.text import clean_text

_QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)


def is_nothing(cell: Any) -> bool:
    """Return whether a cell says nothing: null, NaN, or empty."""
    if isinstance(cell, float):
        return math.isnan(cell)
    return cell is None or (isinstance(cell, str | list | tuple | np.ndarray) and len(cell) == 0)


def as_text(cell: Any, joint: str = "; ") -> str:
    """Return a cell as words: lists joined, ``17.0`` as ``17``, a time at midnight as its day; else empty."""
    if isinstance(cell, str):
        return clean_text(cell)
    if is_nothing(cell) or isinstance(cell, Mapping | bytes):
        return ""
    if isinstance(cell, list | tuple | np.ndarray):
        return joint.join(filter(None, map(as_text, cell)))
    if isinstance(cell, bool | np.bool_):
        cell = str(cell).lower()
    elif isinstance(cell, float | np.floating) and float(cell).is_integer():
        cell = int(cell)
    elif isinstance(cell, datetime):
        cell = (cell.date() if cell.time() == time.min else cell).isoformat()
    return clean_text(str(cell))


def members(cell: Any, separator: str) -> tuple[str, ...]:
    """Return the members of a list, or of text that is split at a separator, in their order.

    Text that is itself a list as JSON or Python write it, such as ``['a', 'b']``, is read as that list.
    """
    if isinstance(cell, str):
        written = parse_list(cell)
        parts: Iterable[Any] = cell.split(separator) if written is None else written
    elif isinstance(cell, list | tuple | set | frozenset | np.ndarray):
        parts = cell
    else:
        parts = (cell,)
    return tuple(filter(None, map(as_text, parts)))


def parse_list(text: str) -> list[Any] | None:
    """Return the list that a text writes out as JSON or Python do, or None where it is no such text."""
    text = text.strip()
    if not (text.startswith("[") and text.endswith("]")):
        return None
    try:
        written = json.loads(text)
    except (ValueError, RecursionError):
        between = _QUOTED.sub("", text[1:-1])
        if between.strip(", \t\n"):
            return None
        return [one or other for one, other in _QUOTED.findall(text)]
    return written if isinstance(written, list) else None


def as_vector(cell: Any) -> NDArray[np.float32]:
    """Return a cell with numbers as a vector.

    Args:
        cell: an array, a list, or the text of a list.

    Returns:
        float32 of shape (dim,).

    Raises:
        ValueError: it is not a list of numbers, has NaN or an infinity, or is all zero.
    """
    numbers = parse_list(cell) if isinstance(cell, str) else cell
    if numbers is None:
        raise ValueError("not a list of numbers")
    try:
        with np.errstate(
            over="ignore"
        ):  # what float32 cannot hold becomes an infinity, which is refused below
            vector = np.asarray(numbers, dtype=np.float32)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("not a list of numbers") from None
    if vector.ndim != 1 or not len(vector):
        raise ValueError(f"a list of numbers is expected, not an array of shape {vector.shape}")
    if not np.isfinite(vector).all():
        raise ValueError("holds NaN or an infinity")
    if not vector.any():
        raise ValueError("all numbers are zero, so it has no direction")
    return vector


def shorten(cell: Any, length: int = 60) -> str:
    """Return a cell as it is written in code, cut short for a message."""
    shown = repr(cell)
    return shown if len(shown) <= length else f"{shown[: length - 3]}..."
