"""Which addresses lie on the public internet: the special-purpose registries, as data.

The tables are ours, for `ipaddress.is_global` changes its answer between patch releases of Python and calls addresses
public that lead inside (NAT64, site-local). Where a registry allows exceptions nobody serves a feed from, the whole
block is shut.
"""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

#: IANA IPv4 Special-Purpose Address Registry (RFC 6890 and its updates), and what is not unicast.
_CLOSED_4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network; Linux connects 0.0.0.0 to itself
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier's shared space
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local; clouds answer with credentials on 169.254.169.254
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays, withdrawn by RFC 7526
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and the broadcast address
    )
)

#: Of IPv6 only this is given out as global unicast (RFC 4291 and IANA's table); all else is shut …
_OPEN_6 = IPv6Network("2000::/3")
#: … and within it, what the IANA IPv6 Special-Purpose Address Registry takes out.
_CLOSED_6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",
        "3fff::/20",  # documentation, RFC 9637
    )
)

#: Blocks whose addresses carry an IPv4 address, and by how many bits it lies above the lowest: that one is judged.
_CARRIERS = (
    (IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64, RFC 6052: a resolver on an IPv6-only network gives these
    (IPv6Network("2002::/16"), 80),  # 6to4, RFC 3056
)


def is_public(address: str) -> bool:
    """Whether an address (IPv4 or IPv6, with or without a scope) is one of the public internet; else False."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return _public_4(ip) if isinstance(ip, IPv4Address) else _public_6(ip)


def _public_4(ip: IPv4Address) -> bool:
    return not any(ip in block for block in _CLOSED_4)


def _public_6(ip: IPv6Address) -> bool:
    for block, shift in _CARRIERS:
        if ip in block:
            return _public_4(IPv4Address((int(ip) >> shift) & 0xFFFFFFFF))
    return ip in _OPEN_6 and not any(ip in block for block in _CLOSED_6)
