"""Which addresses are on the public internet."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

_NOT_PUBLIC_4: Final = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, and a cloud's metadata service (100.100.100.200)
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, and most clouds' metadata service (169.254.169.254)
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "168.63.129.16/32",  # a cloud's platform service on an address that looks public
    )
)
"""IANA IPv4 Special-Purpose Address Registry (RFC 6890), and two addresses of cloud platforms."""

_GLOBAL_6: Final = ip_network("2000::/3")
_NOT_PUBLIC_6: Final = tuple(
    ip_network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",
        "3fff::/20",  # documentation
    )
)
"""IANA IPv6 Special-Purpose Address Registry; outside 2000::/3 lie unique local, link-local, multicast,
loopback, IPv4-mapped (::ffff:0:0/96) and NAT64 (64:ff9b::/96) addresses, which all may lead inside."""


def is_public(address: str) -> bool:
    """Return whether an address is one of the public internet.

    Addresses that carry another one inside (IPv4-mapped, 6to4, Teredo, NAT64) are not, whatever they carry.

    Args:
        address: IPv4 or IPv6 in the usual notation.
    """
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in _NOT_PUBLIC_4)
    if parsed.scope_id is not None or parsed not in _GLOBAL_6:
        return False
    return not any(parsed in network for network in _NOT_PUBLIC_6)
