"""Connections that lead where they were checked to lead, and end when their time is up."""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import httpcore

from pinakes.errors import MediaError
from pinakes.media.fetch.policy import FetchPolicy
from pinakes.media.fetch.reasons import FetchReason

Resolver: TypeAlias = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host and port; raises OSError where there are none."""


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Ask the operating system for the addresses of a host."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))


class CheckedBackend(httpcore.NetworkBackend):
    """Connects to public addresses only, until a deadline.

    A name is resolved once, all its addresses are checked, and the connection is made to one of these: an
    answer that changes between check and connection (DNS rebinding) has nothing to change. TLS still asks
    for the name, and so does the Host header.

    Args:
        policy: what may be fetched.
        resolver: looks names up.
        connect_seconds: for one address.
        deadline: on the clock of ``time.monotonic``.
    """

    def __init__(
        self, policy: FetchPolicy, resolver: Resolver, connect_seconds: float, deadline: float
    ) -> None:
        self._policy = policy
        self._resolver = resolver
        self._connect_seconds = connect_seconds
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a host; the first of its addresses that answers.

        Raises:
            MediaError: ``unknown_host`` or ``address_not_allowed``.
            httpcore.ConnectError: no address answers.
            httpcore.ConnectTimeout: no address answers in time.
        """
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._checked(host, port):
            try:
                seconds = min(self._connect_seconds, remaining(self._deadline))
                stream = httpcore.SyncBackend().connect_tcp(address, port, timeout=seconds)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _DeadlineStream(stream, self._deadline)
        raise failure

    def _checked(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise MediaError(FetchReason.UNKNOWN_HOST, f"{host}: {error}") from None
        for address in addresses:
            # One inner address among public ones is an attack or a mistake; neither is fetched.
            if not self._policy.allows(address):
                named = host if host == address else f"{host} is {address}, which"
                raise MediaError(
                    FetchReason.ADDRESS_NOT_ALLOWED, f"{named} is not a public address and was not allowed"
                )
        return addresses


class _DeadlineStream(httpcore.NetworkStream):
    """A stream whose every wait ends at one deadline: a byte now and then does not prolong it."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, remaining(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, remaining(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, remaining(self._deadline))
        return _DeadlineStream(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def remaining(deadline: float) -> float:
    """Return the seconds until a deadline.

    Raises:
        httpcore.ReadTimeout: it has passed.
    """
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise httpcore.ReadTimeout("the deadline has passed")
    return seconds
