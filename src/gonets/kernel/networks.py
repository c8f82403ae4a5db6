"""Which network addresses are the open Internet, and which are somebody's inside."""

from __future__ import annotations

import ipaddress
import re

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

# Written out rather than taken from ``is_global``, whose meaning changed between
# Python's patch releases (CVE-2024-4032).
NOT_PUBLIC_V4 = [
    ipaddress.IPv4Network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8"),
        *("169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15"),
        *("192.0.0.0/24", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"),
        *("192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24"),
        "192.88.99.0/24",  # 6to4 relays
        "168.63.129.16/32",  # Azure's host, public only by its number
        *("224.0.0.0/4", "240.0.0.0/4"),
    )
]
PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
"""Mapped, NAT64, ULA, link-local, site-local and the like are all outside of it."""

NOT_PUBLIC_V6 = [
    ipaddress.IPv6Network(block)
    for block in (
        "2001::/23",  # Teredo, ORCHID, protocol assignments
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address inside
        "3ffe::/16",
        "3fff::/20",
    )
]
ISATAP_IDENTIFIERS = {0x00005EFE, 0x02005EFE}  # RFC 5214 §6.1

_NAME = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,62})\.)*[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)")


def is_public(address: IPAddress) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_V4)
    if address not in PUBLIC_V6 or (int(address) >> 32) & 0xFFFFFFFF in (
        ISATAP_IDENTIFIERS
    ):
        return False
    return not any(address in network for network in NOT_PUBLIC_V6)


def is_plain_host(host: str) -> bool:
    """True for a name or an IP address as people write them.

    Not for the other spellings that the C library takes for an IPv4 address
    (``0x7f.1``, ``017700000001``, ``2130706433``), zones or escapes.
    """
    host = host.lower().removesuffix(".")
    if ":" in host:
        return _is_ip(host) and "%" not in host
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        return _is_ip(host)
    return _NAME.fullmatch(host) is not None


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
