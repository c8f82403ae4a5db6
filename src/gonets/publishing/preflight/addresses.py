"""Which addresses of a letter are looked at, and as what they are known."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

from gonets.letters.specimens import SAMPLE_READER, Specimen
from gonets.publishing.relays import is_loopback

MOST_LINKS = 300
"""Of one letter: more is a mistake or an attack, and sites would mind."""

LONGEST_ADDRESS = 4_000
FOR_EXAMPLES = (
    *("example", "test", "invalid", "localhost"),
    *("example.com", "example.net", "example.org"),
)
"""Names that lead nowhere for ever (RFC 2606, RFC 6761)."""


def web_addresses(specimen: Specimen) -> list[str]:
    """Return the addresses that readers could open, each once, links first.

    The way out is not among them, nor what only we could answer for.
    """
    named = [link.address for link in specimen.page.links]
    named += [picture.address for picture in specimen.page.pictures]
    plain = dict.fromkeys(plain_address(address) for address in named)
    ours = SAMPLE_READER.unsubscribe_address
    return [
        address
        for address in plain
        if address and address != ours and not _is_of_this_machine(address)
    ]


def plain_address(address: str) -> str:
    """Return a web address without its fragment; "" for anything else."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or len(address) > LONGEST_ADDRESS:
        return ""
    return urlunsplit(parts._replace(fragment=""))


def digest(address: str) -> str:
    return hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()


def host_of(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower().rstrip(".")[:255]
    except ValueError:
        return ""


def is_for_examples(host: str) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in FOR_EXAMPLES)


def hosts_for_examples(addresses: Iterable[str]) -> list[str]:
    """Return those of the hosts that nobody can ever open, each once."""
    hosts = dict.fromkeys(map(host_of, addresses))
    return [host for host in hosts if is_for_examples(host)]


def _is_of_this_machine(address: str) -> bool:
    """Our own pages at an address that only this machine knows: said elsewhere."""
    public = urlsplit(settings.GONETS_PUBLIC_URL)
    is_own = urlsplit(address).netloc.lower() == public.netloc.lower()
    return is_own and is_loopback(public.hostname)
