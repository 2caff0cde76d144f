from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.addresses import is_public

INSIDE = """
0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1
192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1
255.255.255.255
:: ::1 ::127.0.0.1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:a9fe:a9fe ::ffff:0:127.0.0.1
64:ff9b::127.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b::10.0.0.1 64:ff9b:1::7f00:1 64:ff9b:1::808:808
2002:7f00:1:: 2002:a00:1::1 2002:a9fe:a9fe:: 2001::1 2001:0:7f00:1::1 2001:db8::1 2001:10::1 3fff::1 100::1
5f00::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 4000::1
nonsense 127.1 0x7f.0.0.1 2130706433 1.2.3 [::1]
"""
OUTSIDE = """
1.1.1.1 8.8.8.8 93.184.215.14 172.15.255.255 172.32.0.1 100.63.255.255 100.128.0.1 192.0.1.1 198.20.0.1 223.255.255.255
2606:4700::1111 2600:1f18::1 2a01:e0a::1 2001:4860:4860::8888 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808::1
"""


@pytest.mark.parametrize("address", [*INSIDE.split(), ""])
def test_inside(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE.split())
def test_outside(address: str) -> None:
    assert is_public(address)


@settings(derandomize=True, deadline=None)
@given(st.ip_addresses(v=4))
def test_never_more_open_than_python_and_the_same_in_every_dress(ip: IPv4Address) -> None:
    public = is_public(str(ip))
    assert not public or (ip.is_global and not ip.is_multicast)
    for dress in (f"::ffff:{ip}", f"64:ff9b::{ip}", str(IPv6Address((0x2002 << 112) | (int(ip) << 80)))):
        assert is_public(dress) == public


@settings(derandomize=True, deadline=None)
@given(st.ip_addresses(v=6))
def test_an_ipv6_address_is_public_only_where_python_agrees(ip: IPv6Address) -> None:
    assert not is_public(str(ip)) or ip.is_global or ip.ipv4_mapped is not None
