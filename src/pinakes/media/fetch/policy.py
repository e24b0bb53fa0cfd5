"""What may be fetched, and how much it may cost."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

from pinakes.media.fetch.address import is_public
from pinakes.media.limits import DEFAULT_LIMITS


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """What may be fetched.

    Attributes:
        http: also without encryption.
        networks: beside the public internet, such as ``192.168.1.0/24`` for a server in the same house.
    """

    http: bool = False
    networks: tuple[str, ...] = ()

    def allows(self, address: str) -> bool:
        """Return whether pictures may come from an address, IPv4 or IPv6 in the usual notation."""
        return is_public(address) or any(
            ip_address(address) in ip_network(network) for network in self.networks
        )


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What one picture may cost.

    Attributes:
        bytes: size of the body.
        seconds: wall-clock time of one attempt, from the name to the last byte, redirects included. Asking
            the system for a name may take longer: it has its own limit.
        connect_seconds: for one connection, the handshake of TLS not included.
        redirects: how often one attempt may be passed on.
        attempts: how often it is tried where another try may help.
        back_off: seconds before the second attempt; doubled for each further one.
        longest_wait: seconds; a server that asks for a longer pause is not tried again.
        per_host: fetches from one host at the same time.
    """

    bytes: int = DEFAULT_LIMITS.bytes
    seconds: float = 30.0
    connect_seconds: float = 5.0
    redirects: int = 5
    attempts: int = 4
    back_off: float = 0.5
    longest_wait: float = 30.0
    per_host: int = 4


HTTPS_ONLY: Final = FetchPolicy()
DEFAULT_FETCH_LIMITS: Final = FetchLimits()
