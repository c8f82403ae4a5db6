"""Which relay letters leave through: chosen by an administrator, or by the server."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings

from gonets.delivery.models import Relay
from gonets.publishing.errors import PublicAddressUnfit, RelayMissing
from gonets.publishing.models import ChosenRelay
from gonets.publishing.states import RelayOrigin
from gonets.publishing.types import RelayInUse

MAILBOX_LETTERS_PER_SECOND = 25.0
"""Slow enough that a person sees the indicator move."""

DEFAULT_CONNECTIONS = 4


def relay_in_use() -> RelayInUse:
    """Return the relay of the next run.

    :raises RelayMissing: if there is not even a mailbox, as in a host's own site.
    """
    chosen = ChosenRelay.objects.select_related("relay").first()
    if chosen is not None and chosen.relay is not None:
        return _of_settings(chosen.relay)
    environment_url = getattr(settings, "GONETS_RELAY_URL", "")
    if chosen is None and environment_url:
        return _unlimited(RelayOrigin.ENVIRONMENT, environment_url)
    return _mailbox()


def relay_row(relay: RelayInUse) -> Relay:
    """Return the row that a run can point to, written or brought up to date.

    Each origin has one row: a corrected password also serves a paused run, while a run
    into the mailbox never turns into one to the Internet.
    """
    facts = {
        "url": relay.url,
        "letters_per_second": relay.letters_per_second,
        "connections": relay.connections,
    }
    row, _created = Relay.objects.get_or_create(name=relay.origin.value, defaults=facts)
    if any(getattr(row, name) != value for name, value in facts.items()):
        Relay.objects.filter(pk=row.pk).update(**facts)
        row.refresh_from_db()
    return row


def is_mailbox(row: Relay | None) -> bool:
    return row is not None and row.name == RelayOrigin.MAILBOX


def check_public_address(relay_url: str) -> None:
    """Refuse a real relay while readers could not open the unsubscribe link.

    :raises PublicAddressUnfit: if links would lead to this machine, or over plain http.
    """
    public = urlsplit(settings.GONETS_PUBLIC_URL)
    reachable = public.scheme == "https" and not is_loopback(public.hostname)
    if not reachable and not is_loopback(urlsplit(relay_url).hostname):
        raise PublicAddressUnfit


def is_loopback(host: str | None) -> bool:
    """Tell whether ``host`` names this very machine."""
    if host is None or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _of_settings(row: Relay) -> RelayInUse:
    return RelayInUse(
        origin=RelayOrigin.SETTINGS,
        url=row.url,
        letters_per_second=row.letters_per_second,
        connections=row.connections,
    )


def _unlimited(origin: RelayOrigin, url: str) -> RelayInUse:
    return RelayInUse(
        origin=origin,
        url=url,
        letters_per_second=None,
        connections=DEFAULT_CONNECTIONS,
    )


def _mailbox() -> RelayInUse:
    port = getattr(settings, "GONETS_CATCHER_PORT", None)
    if not port:
        raise RelayMissing
    return RelayInUse(
        origin=RelayOrigin.MAILBOX,
        url=f"smtp://127.0.0.1:{port}",
        letters_per_second=MAILBOX_LETTERS_PER_SECOND,
        connections=DEFAULT_CONNECTIONS,
    )
