"""What is wrong with a request, in words of whoever sent it: where, what was given, what would be right."""

import difflib
import json
from collections.abc import Mapping, Sequence
from typing import Any

SHOWN = 48
"""Characters of a text that is quoted."""

MOST = 20
"""Faults of one request that are told."""

FIRST = 3
"""Of them those that are told in one text."""

_KINDS = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "literal_error": "{expected}",
    "enum": "{expected}",
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
        "a date such as 2024-12-31",
    ),
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing"),
        "a moment such as 2024-12-31T12:00:00Z",
    ),
}
"""What would be right, by the kind of pydantic's errors that say a value is of another kind."""

_LIMITS = {
    "greater_than_equal": "must be at least {ge}, got {given}",
    "less_than_equal": "must be at most {le}, got {given}",
    "string_too_long": "must have at most {max_length} characters, got {length}",
    "string_too_short": "must have at least {min_length} characters, got {length}",
    "too_long": "must have at most {max_length} entries, got {length}",
    "too_short": "must have at least {min_length} entries, got {length}",
    "string_pattern_mismatch": "must match {pattern}, got {given}",
    "missing": "is missing",
    "json_invalid": "is not JSON: {error}",
    "value_error": "{error}",
}
"""What to say of a value of the right kind, and of what is not there."""


def faults(errors: Sequence[Mapping[str, Any]], body: Any) -> list[dict[str, str]]:
    """Return where a request is wrong and how: ``at`` as the path in what was sent, and ``message``.

    A value that may be one of several kinds has an error for each of them, which are told as one; where
    something inside it is wrong, that is told alone.

    Args:
        errors: as pydantic lists them, below ``body`` or ``query``; ``ctx`` of a key that is not known may
            name those that are, as ``known``.
        body: the JSON that was sent, or None.
    """
    places: dict[tuple[str | int, ...], list[Mapping[str, Any]]] = {}
    for error in errors:
        place, given = _place(error, body)
        places.setdefault(place, []).append({**error, "input": given})
    inner = [place for place in places if not any(other[: len(place)] == place != other for other in places)]
    return [
        {"at": "/".join(map(str, place)), "message": _message(place, places[place])} for place in inner[:MOST]
    ]


def in_words(found: Sequence[Mapping[str, str]]) -> str:
    """Return the first of some `faults` as one text."""
    return "; ".join(f"{fault['at']} {fault['message']}" for fault in found[:FIRST])


def _place(error: Mapping[str, Any], body: Any) -> tuple[tuple[str | int, ...], Any]:
    """Return the path of an error without the names of kinds that pydantic adds, and what is there."""
    root, *parts = error["loc"]
    if root != "body":
        return tuple(error["loc"]), error.get("input")
    place, value = [root], body
    for number, part in enumerate(parts, start=1):
        if _has(value, part):
            place.append(part)
            value = value[part]
        elif number == len(parts) and error["type"] == "missing":
            place.append(part)
    return tuple(place), value


def _has(value: Any, part: str | int) -> bool:
    if isinstance(value, dict):
        return part in value
    return isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value)


def _message(place: Sequence[str | int], errors: Sequence[Mapping[str, Any]]) -> str:
    """Return what is wrong in one place: a value of the right kind with another fault is told by that."""
    others = [error for error in errors if error["type"] not in _KINDS]
    if others:
        return _other(place, others[0])
    kinds = [_KINDS[error["type"]].format_map(error.get("ctx") or {}) for error in errors]
    *first, last = dict.fromkeys(kinds)
    right = f"{', '.join(first)} or {last}" if first else last
    return f"must be {right.replace(chr(39), chr(34))}, got {_shown(errors[0]['input'])}"


def _other(place: Sequence[str | int], error: Mapping[str, Any]) -> str:
    context, given = error.get("ctx") or {}, error["input"]
    if error["type"] == "extra_forbidden":
        return _unknown(str(place[-1]), context.get("known", ()))
    if context.get("min_length") == 1 and not given:
        return "must not be empty"
    form = _LIMITS.get(error["type"])
    if form is None:
        return str(error["msg"])
    length = len(given) if isinstance(given, str | list | dict) else "none"
    return form.format_map({**context, "given": _shown(given), "length": length})


def _unknown(key: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    right = f"; known are {', '.join(known)}" if known else ""
    return "is not known here" + (f"; did you mean {near[0]}?" if near else right)


def _shown(value: Any) -> str:
    """Return a value as it stands in JSON, texts cut short, lists and objects by their kind."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    if isinstance(value, bytes):  # which nobody took for JSON
        return "a body without Content-Type: application/json"
    if isinstance(value, str) and len(value) > SHOWN:
        return f"{json.dumps(value[:SHOWN])}..."
    return json.dumps(value, default=str)
