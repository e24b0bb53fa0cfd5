"""Forms with pictures, kept in memory: nothing that a visitor sends touches the disk."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from python_multipart.multipart import parse_options_header
from starlette.requests import Request

from pinakes.errors import MediaError
from pinakes.media.reasons import Reason
from pinakes.serving.errors import BodyError

MAX_FILES = 8
MAX_FIELDS = 64
MAX_FIELD_BYTES = 2**18

_HEAD_BYTES = 2**13
"""Of the lines before the content of a part."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One picture of a form: the name of its part, and its bytes."""

    part: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Form:
    """A form: fields in the order in which they came, and pictures. Empty file inputs are left out."""

    fields: tuple[tuple[str, str], ...]
    uploads: tuple[Upload, ...]


async def read_form(request: Request, upload_bytes: int) -> Form:
    """Read a ``multipart/form-data`` body (RFC 7578), the whole of it at once: the body limit bounds it.

    Args:
        request: whose body was not read yet.
        upload_bytes: size of one picture at most.

    Raises:
        BodyError: the body is not such a form, or has too many parts.
        MediaError: a picture is too large.
    """
    _, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary")
    if not boundary:
        raise _unreadable("it has no boundary")
    body = await request.body()
    fields: list[tuple[str, str]] = []
    uploads: list[Upload] = []
    files = 0
    for head, start, end in _parts(body, boundary):
        name, filename = _names(head)
        if filename is None:
            if end - start > MAX_FIELD_BYTES:
                raise _unreadable(f"the field {name!r} has more than {MAX_FIELD_BYTES:,} bytes")
            fields.append((name, body[start:end].decode("utf-8", "replace")))
        else:
            files += 1
            if start < end or filename:
                uploads.append(Upload(name, check_upload(body[start:end], upload_bytes)))
        if files > MAX_FILES or len(fields) > MAX_FIELDS:
            raise _unreadable(f"it has more than {MAX_FILES} files, or more than {MAX_FIELDS} fields")
    return Form(tuple(fields), tuple(uploads))


def check_upload(data: bytes, upload_bytes: int) -> bytes:
    """Return the bytes of a picture as they are.

    Raises:
        MediaError: there are too many.
    """
    if len(data) > upload_bytes:
        raise MediaError(
            Reason.TOO_MANY_BYTES, f"{len(data):,} bytes, a picture may have {upload_bytes:,} here"
        )
    return data


def _parts(body: bytes, boundary: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the head of each part, and where its content begins and ends (RFC 2046, 5.1.1).

    Contents are found and not copied: a phone's photo has four megabytes.
    """
    delimiter = b"--" + boundary
    at = 0 if body.startswith(delimiter) else body.find(b"\r\n" + delimiter) + 2
    if at == 1:
        raise _unreadable("its boundary is not in it")
    while True:
        at += len(delimiter)
        if body.startswith(b"--", at):
            return
        if not body.startswith(b"\r\n", at):
            raise _unreadable("a boundary does not end its line")
        head = body.find(b"\r\n\r\n", at, at + _HEAD_BYTES)
        end = body.find(b"\r\n" + delimiter, head + 4)
        if head < 0 or end < 0:
            raise _unreadable("a part of it has no end")
        yield body[at + 2 : head], head + 4, end
        at = end + 2


def _names(head: bytes) -> tuple[str, str | None]:
    """Return the name of a part, and that of its file; None where it is a field."""
    for line in head.split(b"\r\n"):
        key, _, value = line.partition(b":")
        if key.strip().lower() == b"content-disposition":
            _, options = parse_options_header(value.strip())
            name, filename = options.get(b"name"), options.get(b"filename")
            if name is not None:
                found = None if filename is None else filename.decode("utf-8", "replace")
                return name.decode("utf-8", "replace"), found
    raise _unreadable("a part of it has no name")


def _unreadable(why: str) -> BodyError:
    return BodyError(f"the form cannot be read: {why}")
