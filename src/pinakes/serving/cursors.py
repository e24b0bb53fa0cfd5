"""Cursors: the next page of a query, on the release that answered the first."""

import base64
import binascii
import json
from dataclasses import dataclass

from pinakes.errors import QueryError

_encode = json.JSONEncoder(separators=(",", ":")).encode

FINGERPRINT = 16
"""Hex digits that tell one query from another."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page of a query begins.

    It holds no part of the query, which the client sends again: the service keeps nothing of it, and any
    worker can go on.

    Attributes:
        release: that answered the first page.
        offset: hits of the pages before.
        query: fingerprint of the query; `FINGERPRINT` digits.
    """

    release: str
    offset: int
    query: str

    def encode(self) -> str:
        """Return the cursor as text for URLs and JSON."""
        content = _encode([self.release, self.offset, self.query])
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")

    @staticmethod
    def decode(text: str) -> "Cursor":
        """Read what `encode` wrote.

        Raises:
            QueryError: the text is not a cursor.
        """
        try:
            match json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))):
                case [str(release), int(offset), str(query)] if offset > 0:
                    return Cursor(release, offset, query)
        except (binascii.Error, ValueError):
            pass
        raise QueryError("this is not a cursor: send the one that stands in `next` of the page before")

    def check(self, query: str) -> None:
        """Refuse a cursor that is for another query.

        Raises:
            QueryError: it is.
        """
        if query != self.query:
            raise QueryError(
                "this cursor is for another query: send the same one with it, page size included"
            )
