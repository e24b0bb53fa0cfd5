"""Reading a picture file whose size and kind nobody has checked yet."""

import os
import stat
from pathlib import Path

from pinakes.errors import MediaError
from pinakes.media.limits import DEFAULT_LIMITS, Limits
from pinakes.media.reasons import Reason


def read_picture_file(path: Path, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """Read a file, never more of it than the limits allow.

    Raises:
        MediaError: ``unreadable`` when it is missing, forbidden, a folder, pipe or device, or being written;
            ``too_many_bytes`` when it is too large.
    """
    try:
        # Opening a pipe to which nobody writes would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123 (a descriptor has no Path)
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise MediaError(Reason.UNREADABLE, f"{_printable(path)} is not a regular file")
            if status.st_size > limits.bytes:
                found = f"{_printable(path)}: {status.st_size:,} bytes"
                raise MediaError(Reason.TOO_MANY_BYTES, f"{found}, {limits.bytes:,} are allowed")
            data = file.read(status.st_size + 1)  # memory for all that is allowed would cost page faults
            if len(data) > status.st_size:
                raise MediaError(Reason.UNREADABLE, f"{_printable(path)} grew while it was read")
            return data
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = getattr(error, "strerror", None) or error
        raise MediaError(Reason.UNREADABLE, f"{_printable(path)}: {why}") from error


def _printable(path: Path) -> str:
    """Return a path as valid Unicode, which the name of a file need not be."""
    return os.fsencode(path).decode("utf-8", "replace")
