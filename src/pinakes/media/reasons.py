"""Why a picture is refused."""

from enum import StrEnum


class Reason(StrEnum):
    """The code that a ``MediaError`` carries; codes are stored in quarantine and never change their meaning.

    Attributes:
        UNREADABLE: the file is missing, not a regular file, or may not be read.
        EMPTY: the file has no bytes.
        TOO_MANY_BYTES: the file is larger than ``Limits.bytes``.
        NOT_A_PICTURE: its first bytes are those of no picture format that is decoded here.
        TOO_MANY_PIXELS: its header announces more than ``Limits.pixels``.
        BAD_ASPECT: it is longer, for its width, than ``Limits.aspect``.
        TRUNCATED: the file ends before the picture does.
        UNDECODABLE: the decoder gave up, or warned that the pixels may be wrong.
        PREPARER_FAILED: the picture was decoded, but an encoder could not prepare it.
        TIMEOUT: it took longer than ``Limits.seconds``.
        OUT_OF_MEMORY: it took more memory than ``Limits.memory``.
        CRASHED: the process that decoded it died.
    """

    UNREADABLE = "unreadable"
    EMPTY = "empty"
    TOO_MANY_BYTES = "too_many_bytes"
    NOT_A_PICTURE = "not_a_picture"
    TOO_MANY_PIXELS = "too_many_pixels"
    BAD_ASPECT = "bad_aspect"
    TRUNCATED = "truncated"
    UNDECODABLE = "undecodable"
    PREPARER_FAILED = "preparer_failed"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"
