"""Asking each host one thing at a time: who may ask it now.

A fetch holds the host of its source.  Every write here says so in its WHERE clause, so
that several workers, and one that slept through its lease, never ask the same host at
once.  As every source has one host, nobody fetches the same source twice either.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db.models import Q

from gonets.content.models import Host
from gonets.kernel import clock

LEASE = timedelta(minutes=3)


def host_of(address: str) -> str:
    """Return the name of the host of a web address; empty for what has none."""
    try:
        name = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    return name.removeprefix("www.").removesuffix(".")[:255]


def claim_host(name: str) -> str | None:
    """Return a claim on the host; None while another holds it."""
    claim = secrets.token_hex(16)
    now = clock.now()
    Host.objects.bulk_create([Host(name=name)], ignore_conflicts=True)
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    taken = Host.objects.filter(free, name=name).update(
        claim=claim, lease_until=now + LEASE
    )
    return claim if taken else None


def keep_claims(claims: Collection[str]) -> None:
    """Renew the leases of fetches under way."""
    Host.objects.filter(claim__in=claims).update(lease_until=clock.now() + LEASE)


def holds(name: str, *, claim: str) -> bool:
    return Host.objects.filter(name=name, claim=claim).exists()


def release_host(name: str, *, claim: str, not_before: datetime | None = None) -> None:
    """Let others ask the host again, but not before it wants to be asked."""
    Host.objects.filter(name=name, claim=claim).update(
        claim="", lease_until=None, not_before=not_before
    )
