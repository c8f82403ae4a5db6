"""How often letters may be asked for at a form, as pure decisions.

A form is open to the world: whoever writes a stranger's address into it, by hand or by
a program, must neither fill that person's mailbox nor ours.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

AGAIN_AFTER = timedelta(minutes=5)
"""Sooner, the first letter is still on its way; pressing twice is one request."""

WINDOW = timedelta(hours=24)
MOST_PER_ADDRESS = 4
MOST_PER_NETWORK = 20
"""An office behind one address signs up on one day, and no more people than that."""

MOST_AT_ALL = 5_000


class Verdict(Enum):
    """What is done with a request."""

    TAKEN = auto()
    REPEATED = auto()  # as if it had been taken: a letter is there or on its way
    TOO_MANY = auto()  # whoever asks is told to come back later


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What was asked for within the last ``WINDOW``."""

    last_of_address: timedelta | None  # ago, and for the very same newsletters
    of_address: int
    of_network: int
    at_all: int


def verdict(traffic: Traffic) -> Verdict:
    """Decide; what an address had too often is not told to whoever typed it."""
    last = traffic.last_of_address
    if last is not None and last < AGAIN_AFTER:
        return Verdict.REPEATED
    if traffic.of_address >= MOST_PER_ADDRESS:
        return Verdict.REPEATED
    if traffic.of_network >= MOST_PER_NETWORK or traffic.at_all >= MOST_AT_ALL:
        return Verdict.TOO_MANY
    return Verdict.TAKEN


def network_of(remote_address: str) -> str:
    """Return who shares a line with this address: an IPv6 customer has a whole /64.

    Empty for an address that is no person's: behind a proxy that does not say for whom
    it asks, everybody would be one.
    """
    try:
        address = ipaddress.ip_address(remote_address.partition("%")[0])
    except ValueError:
        return ""
    address = getattr(address, "ipv4_mapped", None) or address
    if not address.is_global:
        return ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))
