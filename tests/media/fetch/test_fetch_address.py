from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.media.fetch.address import is_public


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "2a00:1450::5"]
)
def test_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.0.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("169.254.169.254", "100.100.100.200", "168.63.129.16", "224.0.0.1", "239.255.255.250"),
        *("255.255.255.255", "240.0.0.1", "198.18.0.1", "192.0.2.1", "192.0.0.192", "192.88.99.1"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "2002:7f00:1::", "2002:808:808::1"),
        *("64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1", "2001::1", "2001:db8::1", "3fff::1"),
        *("", "localhost", "127.1", "0x7f.0.0.1", "2130706433", "1.1.1.1/32"),
    ],
)
def test_not_public(address):
    assert not is_public(address)


@given(st.integers(0, 2**32 - 1).map(IPv4Address) | st.integers(0, 2**128 - 1).map(IPv6Address))
def test_whatever_is_public_is_global_to_the_standard_library(address):
    assert not is_public(str(address)) or (ip_address(str(address)).is_global and not address.is_multicast)


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_no_address_is_public_inside_another(address):
    number = int(address)
    for carrier in (0xFFFF << 32, 0x64FF9B << 96, 0x2002 << 112):
        carried = IPv6Address(carrier | (number << 80 if carrier >> 112 == 0x2002 else number))
        assert not is_public(str(carried))
