"""Fetching one picture: redirects, limits, retries, and a reason for every refusal."""

import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

import httpcore

from pinakes.errors import MediaError
from pinakes.media.fetch.fetched import Fetched
from pinakes.media.fetch.kind import check_kind
from pinakes.media.fetch.network import CheckedBackend, Resolver, remaining, system_resolver
from pinakes.media.fetch.policy import DEFAULT_FETCH_LIMITS, HTTPS_ONLY, FetchLimits, FetchPolicy
from pinakes.media.fetch.reasons import FetchReason
from pinakes.media.fetch.retry import AGAIN, pause
from pinakes.media.fetch.url import Target, follow, parse_target
from pinakes.media.reasons import Reason

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_HEADERS = (
    ("User-Agent", "pinakes"),
    ("Accept", "image/*"),
    ("Accept-Encoding", "identity"),
    ("Connection", "close"),
)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one attempt brought: a picture, or a status with its headers."""

    status: int
    headers: Mapping[str, str]
    fetched: Fetched | None = None


class Fetcher:
    """Fetches pictures over HTTP(S); threads may share it.

    Nothing is kept between fetches: no cookies, no cache, no connection, and no proxy of the environment.

    Args:
        limits: what one picture may cost.
        policy: what may be fetched.
        resolver: looks names up.
        tls: whom to trust; None for the usual authorities.
    """

    def __init__(
        self,
        limits: FetchLimits = DEFAULT_FETCH_LIMITS,
        policy: FetchPolicy = HTTPS_ONLY,
        resolver: Resolver = system_resolver,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._limits = limits
        self._policy = policy
        self._resolver = resolver
        self._tls = tls
        self._lock = threading.Lock()
        self._hosts: dict[str, threading.BoundedSemaphore] = defaultdict(
            lambda: threading.BoundedSemaphore(limits.per_host)
        )

    def fetch(self, url: str) -> Fetched:
        """Fetch a picture; waits and tries again where that may help.

        Raises:
            MediaError: it was not fetched; ``reason`` is one of ``FetchReason``, or ``too_many_bytes`` or
                ``empty`` of ``Reason``.
        """
        target = parse_target(url, self._policy)
        attempt = 0
        while True:
            attempt += 1
            headers: Mapping[str, str] = {}
            try:
                answer = self._attempt(target)
                if answer.fetched is not None:
                    return answer.fetched
                headers = answer.headers
                failure = MediaError(FetchReason.HTTP_STATUS, f"the server answered {answer.status}")
                again = answer.status in AGAIN
            except MediaError as error:
                failure, again = error, error.reason in _MAY_HELP
            wait = pause(attempt, headers, self._limits) if again else None
            if wait is None:
                raise failure
            time.sleep(wait)

    def _attempt(self, target: Target) -> _Answer:
        """Follow redirects until something else comes."""
        seconds = self._limits.seconds
        for _ in range(self._limits.redirects + 1):
            # Waiting for a place is nobody's fault: the clock stands still.
            with self._place(target.host):
                begin = time.monotonic()
                try:
                    answer = self._request(target, begin + seconds)
                except _FAILURES as error:
                    raise _refusal(error, target, self._limits) from error
                seconds -= time.monotonic() - begin
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                return answer
            target = follow(target, answer.headers["location"], self._policy)
        raise MediaError(
            FetchReason.TOO_MANY_REDIRECTS, f"passed on more than {self._limits.redirects} times"
        )

    def _request(self, target: Target, deadline: float) -> _Answer:
        backend = CheckedBackend(self._policy, self._resolver, self._limits.connect_seconds, deadline)
        url = httpcore.URL(target.url)
        with (
            httpcore.HTTPConnection(url.origin, ssl_context=self._tls, network_backend=backend) as connection,
            connection.stream("GET", url, headers=_HEADERS) as response,
        ):
            headers = {
                name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers
            }
            if response.status != 200:
                return _Answer(response.status, headers)
            data = self._body(response, headers, deadline)
        kind = check_kind(data, headers.get("content-type", ""))
        return _Answer(response.status, headers, Fetched(data, kind, target.url))

    def _body(self, response: httpcore.Response, headers: Mapping[str, str], deadline: float) -> bytes:
        if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            raise MediaError(
                FetchReason.ENCODED,
                f"Content-Encoding is {headers['content-encoding']!r}, which was not asked for",
            )
        allowed = self._limits.bytes
        declared = headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared) > allowed:
            raise MediaError(Reason.TOO_MANY_BYTES, f"{int(declared):,} bytes, {allowed:,} are allowed")
        data = bytearray()
        for chunk in response.iter_stream():
            data += chunk
            if len(data) > allowed:
                raise MediaError(Reason.TOO_MANY_BYTES, f"more than the {allowed:,} bytes that are allowed")
            remaining(deadline)  # bytes that were already here need no waiting
        if not data:
            raise MediaError(Reason.EMPTY, "the answer has no bytes")
        return bytes(data)

    def _place(self, host: str) -> AbstractContextManager[bool]:
        """Return what to hold while talking to a host."""
        with self._lock:
            return self._hosts[host]


_MAY_HELP = frozenset((FetchReason.UNKNOWN_HOST, FetchReason.UNREACHABLE, FetchReason.INCOMPLETE))
"""Refusals after which the same request may succeed. A server that was too slow is not waited for again."""


def _refusal(error: Exception, target: Target, limits: FetchLimits) -> MediaError:
    """Say why there is no picture, from what was raised on the way to it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return MediaError(FetchReason.UNTRUSTED, f"{target.host}: {cause.verify_message}")
        cause = cause.__cause__ or cause.__context__
    reason = next(r for kind, words, r in _REASONS if isinstance(error, kind) and words in str(error))
    if reason is FetchReason.TOO_SLOW:
        return MediaError(reason, f"it takes more than {limits.seconds:g} s")
    return MediaError(reason, f"{target.host}:{target.port}: {error or 'no answer'}")


_REASONS: tuple[tuple[type[Exception], str, FetchReason], ...] = (
    (httpcore.ConnectTimeout, "", FetchReason.UNREACHABLE),
    (httpcore.TimeoutException, "", FetchReason.TOO_SLOW),
    # What h11 says of a body that ends early, and httpcore of a connection that closes before the headers.
    (httpcore.RemoteProtocolError, "complete message body", FetchReason.INCOMPLETE),
    (httpcore.RemoteProtocolError, "incomplete chunked read", FetchReason.INCOMPLETE),
    (httpcore.RemoteProtocolError, "without sending a response", FetchReason.UNREACHABLE),
    (httpcore.ProtocolError, "", FetchReason.BAD_RESPONSE),
    (ValueError, "", FetchReason.BAD_RESPONSE),  # such as a number of 5,000 digits
    (httpcore.NetworkError, "", FetchReason.UNREACHABLE),
    (OSError, "", FetchReason.UNREACHABLE),
)
"""What an exception means: the first line whose type and words fit."""

_FAILURES = tuple({kind for kind, _, _ in _REASONS})
"""What a server can make happen; anything else is our own mistake."""
