"""Why a picture was not fetched."""

from enum import StrEnum


class FetchReason(StrEnum):
    """The code that the ``MediaError`` of a fetch carries, beside ``too_many_bytes`` and ``empty``.

    Codes are stored in quarantine and never change their meaning.

    Attributes:
        BAD_URL: it is not a URL that can be fetched, or it holds a password.
        SCHEME_NOT_ALLOWED: it is not ``https``; ``http`` has to be allowed.
        UNKNOWN_HOST: there is no address for the name.
        ADDRESS_NOT_ALLOWED: the name leads to an address that is not public.
        UNREACHABLE: no connection, or one that broke.
        UNTRUSTED: the certificate is not valid for the name.
        TOO_SLOW: it took longer than ``FetchLimits.seconds``.
        TOO_MANY_REDIRECTS: it was passed on more than ``FetchLimits.redirects`` times.
        HTTP_STATUS: the server answered with another status than 200.
        BAD_RESPONSE: what came back is not HTTP, or its headers are too long.
        INCOMPLETE: the connection closed before the picture was complete.
        ENCODED: the body is compressed for the way, which was not asked for.
        WRONG_TYPE: it is not a picture, or not of the kind that the server says.
    """

    BAD_URL = "bad_url"
    SCHEME_NOT_ALLOWED = "scheme_not_allowed"
    UNKNOWN_HOST = "unknown_host"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    TOO_SLOW = "too_slow"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    HTTP_STATUS = "http_status"
    BAD_RESPONSE = "bad_response"
    INCOMPLETE = "incomplete"
    ENCODED = "encoded"
    WRONG_TYPE = "wrong_type"


PASSING = frozenset(
    (
        FetchReason.UNKNOWN_HOST,
        FetchReason.UNREACHABLE,
        FetchReason.TOO_SLOW,
        FetchReason.HTTP_STATUS,
        FetchReason.BAD_RESPONSE,
        FetchReason.INCOMPLETE,
    )
)
"""Reasons that may be gone at the next run although the URL is the same."""
