"""Typed values to JSON and back: the types come from the schema, so the JSON stays plain."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from pinakes.types import RIGHTS_FIELDS, AttributeType, Rights, Value


def encode_attributes(attributes: Mapping[str, Value]) -> dict[str, Any]:
    """Write attributes as JSON values: a date in ISO 8601, a set as an array; what is unknown is left out."""
    return {name: _encode(value) for name, value in attributes.items() if value is not None}


def decode_attributes(data: Mapping[str, Any], types: Mapping[str, AttributeType]) -> dict[str, Value]:
    """Read attributes back in the types of the schema; names that the schema has no more are left out.

    Raises:
        ValueError: a value does not fit its type.
    """
    return {name: _decode(name, data[name], types[name]) for name in data if name in types}


def encode_rights(rights: Rights) -> dict[str, Any]:
    """Write rights as JSON values; what is unknown is left out."""
    return encode_attributes({name: getattr(rights, name) for name in RIGHTS_FIELDS})


def decode_rights(data: Mapping[str, Any]) -> Rights:
    """Read rights back.

    Raises:
        ValueError: ``expires`` is not a date in ISO 8601.
    """
    expires = data.get("expires")
    return Rights(**{**data, "expires": expires and date.fromisoformat(expires)})


def _encode(value: Value) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _decode(name: str, value: Any, kind: AttributeType) -> Value:
    accepted, read = _READERS[kind]
    # bool is a subclass of int in Python, but true is no number in JSON.
    if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not AttributeType.BOOL):
        raise ValueError(f"attribute {name!r} holds {value!r}, the schema says {kind}")
    try:
        return read(value)
    except ValueError:
        raise ValueError(f"attribute {name!r} holds {value!r}, which is no {kind}") from None


_READERS: Mapping[AttributeType, tuple[type | tuple[type, ...], Callable[[Any], Value]]] = {
    AttributeType.STRING: (str, str),
    AttributeType.INTEGER: (int, int),
    AttributeType.FLOAT: ((int, float), float),
    AttributeType.BOOL: (bool, bool),
    AttributeType.DATE: (str, date.fromisoformat),
    AttributeType.SET: (list, tuple),
}
