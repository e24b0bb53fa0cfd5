"""Rate limits by address: a token bucket for each visitor."""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from pinakes.serving.errors import TooBusyError

REMEMBERED = 20_000
"""Addresses that are remembered; who was longest away is forgotten first."""


class Rates:
    """Lets each address make so many requests a minute, and as many at once after a minute's rest.

    Token buckets: Turner, "New directions in communications (or which way to the information age?)", IEEE
    Communications Magazine 24(10), 1986.

    Args:
        per_minute: requests.
        clock: seconds, monotonic.
    """

    def __init__(self, per_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst = max(1.0, per_minute)
        self._per_second = per_minute / 60
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> None:
        """Count a request.

        Raises:
            TooBusyError: the address has made too many.
        """
        visitor, now = visitor_of(address), self._clock()
        tokens, since = self._buckets.pop(visitor, (self._burst, now))
        tokens = min(self._burst, tokens + (now - since) * self._per_second)
        allowed = tokens >= 1
        self._buckets[visitor] = (tokens - allowed, now)
        while len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        if not allowed:
            wait = math.ceil((1 - tokens) / self._per_second)
            raise TooBusyError("too many requests from this address", max(1, wait))


def visitor_of(address: str) -> str:
    """Return what stands for a visitor: an IPv4 address, or the /64 network that one IPv6 customer has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
