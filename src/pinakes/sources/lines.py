"""Lines of a UTF-8 text file, plain or gzipped, with errors that name the line."""

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path

from pinakes.errors import SourceError

MAX_LINE_BYTES = 64 * 1024 * 1024
"""A longer line is no row of a table; reading stops before it fills the memory."""

_GZIP_MAGIC = b"\x1f\x8b"
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_lines(path: Path) -> Iterator[str]:
    """Read the lines of a file with their line ends; whether it is gzipped is told by its first bytes.

    Raises:
        SourceError: the file is absent, is not UTF-8 (the message names the line), has a line of more than
            64 MiB, or is a damaged gzip file.
    """
    number = 0
    try:
        with path.open("rb") as file, _plain(file) as plain:
            while line := plain.readline(MAX_LINE_BYTES + 1):
                number += 1
                yield _decode(line, path, number)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SourceError(f"{path}: the gzip file is damaged after line {number}: {error}") from None
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}") from None


def _plain(file: io.BufferedReader) -> io.BufferedIOBase:
    return gzip.GzipFile(fileobj=file) if file.peek(2).startswith(_GZIP_MAGIC) else file


def _decode(line: bytes, path: Path, number: int) -> str:
    if number == 1:
        if line.startswith(_UTF16_MARKS):
            raise SourceError(f"{path} is UTF-16 text; save it as UTF-8")
        line = line.removeprefix(_UTF8_MARK)
    if len(line) > MAX_LINE_BYTES:
        raise SourceError(f"{path}: line {number} has more than {MAX_LINE_BYTES >> 20} MiB; is this a table?")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path}: line {number} is not UTF-8 (byte 0x{line[error.start]:02x} after {error.start} bytes); "
            "save the table as UTF-8, for example: iconv -f latin1 -t utf-8 OLD > NEW"
        ) from None
