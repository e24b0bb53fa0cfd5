"""Changing some values of a TOML file and nothing else: comments, order and layout are its owner's."""

from collections.abc import Mapping, MutableMapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError


def revise(text: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    """Return a TOML document in which only what differs between two states was written anew.

    Args:
        text: the document; it says ``old``, and may leave out what a reader knows without it.
        old: tables, lists and plain values; None stands for a key that is not written.
        new: likewise.

    Returns:
        The document, or None where it cannot be edited: it is not TOML.
    """
    try:
        document = tomlkit.parse(text)
        _revise(document, old, new)
        return tomlkit.dumps(document).rstrip("\n") + "\n"
    except TOMLKitError:
        return None


def _revise(table: MutableMapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    for key in old.keys() - new.keys():
        table.pop(key, None)
    for key, value in new.items():
        before = old.get(key)
        if value == before:
            continue
        inner = table.get(key)
        if isinstance(value, Mapping) and isinstance(inner, MutableMapping):
            _revise(inner, before or {}, value)
        elif value is None:
            table.pop(key, None)
        else:
            table[key] = without_none(value)


def without_none(value: Any) -> Any:
    """Return a value without the keys that hold None, which TOML cannot say."""
    if isinstance(value, Mapping):
        return {key: without_none(inner) for key, inner in value.items() if inner is not None}
    return value
