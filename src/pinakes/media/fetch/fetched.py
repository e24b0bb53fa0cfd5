"""What a fetch brings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fetched:
    """A picture that was fetched.

    Attributes:
        data: the file.
        content_type: media type of the bytes, such as ``image/jpeg``.
        url: where it came from in the end, after redirects.
    """

    data: bytes
    content_type: str
    url: str
