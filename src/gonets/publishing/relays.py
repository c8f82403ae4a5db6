"""Which relay letters leave through: chosen by an administrator, or by the server."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from gonets.delivery.disk import database_folders, missing_room
from gonets.delivery.fence import is_fenced
from gonets.delivery.models import Relay
from gonets.publishing.errors import (
    DatabaseCopied,
    DiskFull,
    PublicAddressUnfit,
    RelayMissing,
    SendRefused,
)
from gonets.publishing.models import ChosenRelay
from gonets.publishing.states import RelayOrigin
from gonets.publishing.types import RelayInUse, RelayOutlook

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
    if chosen is None and _environment_url():
        return _of_environment()
    return _mailbox()


def kept_relay() -> Relay | None:
    """Return what was entered on the settings page last, in use or not."""
    return Relay.objects.filter(name=RelayOrigin.SETTINGS).first()


def environment_host() -> str:
    """Return the server that the configuration names; "" for none."""
    return urlsplit(_environment_url()).hostname or ""


def mailbox_url() -> str | None:
    """Return where the built-in mailbox listens; None if there is none."""
    port = getattr(settings, "GONETS_CATCHER_PORT", None)
    return f"smtp://127.0.0.1:{port}" if port else None


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


def relay_outlook() -> RelayOutlook:
    """Say which relay the next run would use, and what stands against it."""
    try:
        if is_fenced():
            raise DatabaseCopied
        relay = relay_in_use()
        check_public_address(relay.url)
        if missing_room(database_folders()) is not None:
            raise DiskFull
    except SendRefused as refusal:
        return RelayOutlook(relay=None, host="", refusal=str(refusal))
    host = urlsplit(relay.url).hostname or ""
    is_local = is_loopback(host) and not relay.is_mailbox
    if is_local and not _is_reachable(settings.GONETS_PUBLIC_URL):
        return RelayOutlook(relay=relay, host=host, warning=_local_links())
    return RelayOutlook(relay=relay, host=host)


def is_mailbox(row: Relay | None) -> bool:
    return row is not None and row.name == RelayOrigin.MAILBOX


def relay_text(row: Relay | None) -> str:
    """Name a relay to people; its address may hold a password."""
    if row is None:
        return ""
    if is_mailbox(row):
        return _("the built-in mailbox")
    return urlsplit(row.url).hostname or ""


def logged_relays() -> list[Relay]:
    """Return the relays that may have a log: all but the mailbox."""
    rows = Relay.objects.exclude(name=RelayOrigin.MAILBOX)
    return list(rows.order_by("pk"))


def has_relay_log(row: Relay | None) -> bool:
    return bool(log_configuration(row))


def log_configuration(row: Relay | None) -> str:
    """Return where the relay writes what became of letters; "" if nobody has said."""
    if row is None or is_mailbox(row):
        return ""
    return row.log or str(getattr(settings, "GONETS_RELAY_LOG", ""))


def check_public_address(relay_url: str) -> None:
    """Refuse a real relay while readers could not open the unsubscribe link.

    :raises PublicAddressUnfit: if links would lead to this machine, or over plain http.
    """
    is_real = not is_loopback(urlsplit(relay_url).hostname)
    if is_real and not _is_reachable(settings.GONETS_PUBLIC_URL):
        raise PublicAddressUnfit


def is_loopback(host: str | None) -> bool:
    """Tell whether ``host`` names this very machine."""
    if host is None or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_reachable(public_url: str) -> bool:
    public = urlsplit(public_url)
    return public.scheme == "https" and not is_loopback(public.hostname)


def _local_links() -> str:
    return _(
        "The mail server is on this machine. If it passes letters on, their links "
        "will not work for readers: they lead to %(address)s."
    ) % {"address": settings.GONETS_PUBLIC_URL}


def _of_settings(row: Relay) -> RelayInUse:
    return RelayInUse(
        origin=RelayOrigin.SETTINGS,
        url=row.url,
        letters_per_second=row.letters_per_second,
        connections=row.connections,
    )


def _environment_url() -> str:
    return str(getattr(settings, "GONETS_RELAY_URL", ""))


def _of_environment() -> RelayInUse:
    return RelayInUse(
        origin=RelayOrigin.ENVIRONMENT,
        url=_environment_url(),
        letters_per_second=getattr(settings, "GONETS_RELAY_RATE", None),
        connections=getattr(settings, "GONETS_RELAY_CONNECTIONS", DEFAULT_CONNECTIONS),
    )


def _mailbox() -> RelayInUse:
    url = mailbox_url()
    if url is None:
        raise RelayMissing
    return RelayInUse(
        origin=RelayOrigin.MAILBOX,
        url=url,
        letters_per_second=MAILBOX_LETTERS_PER_SECOND,
        connections=DEFAULT_CONNECTIONS,
    )
