"""Forms with pictures, kept in memory: nothing that a visitor sends touches the disk."""

from dataclasses import dataclass, field

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from pinakes.errors import MediaError
from pinakes.media.reasons import Reason
from pinakes.serving.errors import BodyError

MAX_FILES = 8
MAX_FIELDS = 64
MAX_FIELD_BYTES = 2**18


class _MemoryParser(MultiPartParser):
    # The body limit bounds what can arrive, so that no part is ever rolled over to a file.
    spool_max_size = 2**40


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
    """Read a ``multipart/form-data`` body.

    Args:
        request: whose body was not read yet.
        upload_bytes: size of one picture at most.

    Raises:
        BodyError: the body is not such a form, or has too many parts.
        MediaError: a picture is too large.
    """
    parser = _MemoryParser(
        request.headers,
        request.stream(),
        max_files=MAX_FILES,
        max_fields=MAX_FIELDS,
        max_part_size=MAX_FIELD_BYTES,
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError, AssertionError) as error:
        message = error.message if isinstance(error, MultiPartException) else "it has no boundary"
        raise BodyError(f"the form cannot be read: {message}") from None
    try:
        uploads = [
            Upload(name, check_upload(data, upload_bytes))
            for name, value in form.multi_items()
            if isinstance(value, UploadFile) and ((data := await value.read()) or value.filename)
        ]
    finally:
        await form.close()
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
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
