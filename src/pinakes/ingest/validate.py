"""What a record must be before anything of it is stored."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pinakes.catalog.codec import decode_attributes, encode_attributes, encode_rights
from pinakes.kernels.similarity import unit_rows
from pinakes.sources.base import Record, Rejection
from pinakes.types import AttributeType, Value


def validate(entry: Record | Rejection, types: Mapping[str, AttributeType]) -> Record | Rejection:
    """Return an entry of a source as it can be stored, or the reason why it cannot.

    Sources answer for their own mistakes; this is the line that also a source of a plugin cannot cross.

    Args:
        entry: what the source gave.
        types: the type of every attribute.

    Returns:
        A record with its attributes in the types of the schema (numbers that are not finite, and names that
        the schema does not have, left out) and its vectors scaled to unit length; or a rejection.
    """
    if isinstance(entry, Rejection):
        return _printable(entry)
    if not all(map(_storable, _texts(entry))):
        detail = "its texts hold a NUL or half of a surrogate pair, which no database stores"
        return _printable(Rejection(entry.where, "bad_text", detail, entry.id))
    left_out = [_printable(rejection) for rejection in entry.left_out]
    attributes: dict[str, Value] = {}
    for name, value in encode_attributes(entry.attributes).items():
        try:
            if not isinstance(value, float) or np.isfinite(value):
                attributes |= decode_attributes({name: value}, types)
        except ValueError as error:
            left_out.append(Rejection(entry.where, "wrong_type", str(error), entry.id, field=name))
    vectors: dict[str, NDArray[np.float32]] = {}
    for space, vector in entry.vectors.items():
        if np.isfinite(vector).all() and vector.any():
            vectors[space] = unit_rows(vector[np.newaxis])[0]
        else:
            detail = "a vector must be finite and not all zeros"
            left_out.append(Rejection(entry.where, "bad_vector", detail, entry.id, field=space))
    return replace(entry, attributes=attributes, vectors=vectors, left_out=tuple(left_out))


def _texts(record: Record) -> Iterator[str]:
    yield from (record.where, record.id, record.title, record.text)
    yield from encode_rights(record.rights).values()
    for value in record.attributes.values():
        yield from value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
    for picture in record.pictures:
        yield from (picture.role, picture.uri)


def _storable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _printable(rejection: Rejection) -> Rejection:
    """Return the rejection with escapes in place of what cannot be stored."""
    return replace(
        rejection,
        where=_escape(rejection.where),
        detail=_escape(rejection.detail),
        id=rejection.id and _escape(rejection.id),
        uri=rejection.uri and _escape(rejection.uri),
    )


def _escape(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")
