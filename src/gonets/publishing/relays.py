"""Which relays letters leave through: set up by an administrator, or by the server."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from gonets.delivery.disk import database_folders, missing_room
from gonets.delivery.fence import is_fenced
from gonets.delivery.models import DomainLimit, Relay, Run
from gonets.delivery.states import UNFINISHED_RUNS
from gonets.publishing.errors import (
    DatabaseCopied,
    DiskFull,
    PublicAddressUnfit,
    RelayMissing,
    SendRefused,
)
from gonets.publishing.models import MailboxOnly
from gonets.publishing.states import RelayOrigin
from gonets.publishing.types import RelayInUse, RelayOutlook, RelayUse

MAILBOX_LETTERS_PER_SECOND = 25.0
"""Slow enough that a person sees the indicator move."""

DEFAULT_CONNECTIONS = 4


def relays_in_use() -> list[RelayInUse]:
    """Return the relays that the next run is shared by, the heaviest first.

    Letters stay in the mailbox, alone in the list, if an administrator wants that or
    no relay is enabled.

    :raises RelayMissing: if there is not even a mailbox, as in a host's own site.
    """
    if keeps_in_mailbox():
        return [_mailbox()]
    enabled = [each for each in _set_up() if each.is_enabled]
    return sorted(enabled, key=lambda each: -each.weight) or [_mailbox()]


def letters_stay_here() -> bool:
    """Tell whether the next run goes to the built-in mailbox."""
    try:
        return relays_in_use()[0].is_mailbox
    except RelayMissing:
        return False


def letters_leave() -> bool:
    """Tell whether letters of the next run leave this machine."""
    try:
        relays = relays_in_use()
    except RelayMissing:
        return False
    return any(not is_loopback(relay.host) for relay in relays)


def keeps_in_mailbox() -> bool:
    """Tell whether an administrator wants all letters to stay in the mailbox."""
    return mailbox_url() is not None and MailboxOnly.objects.exists()


def relay_list() -> QuerySet[Relay]:
    """Return the relays to show and to change, in the order they were added in."""
    rows = Relay.objects.filter(removed_at=None).exclude(origin=RelayOrigin.MAILBOX)
    return rows.exclude(origin="").order_by("pk")


def domain_limits() -> QuerySet[DomainLimit]:
    return DomainLimit.objects.order_by("name")


def relay_use(relay: Relay) -> RelayUse:
    """Say what would have to go another way, or wait, without this relay."""
    runs = Run.objects.filter(status__in=UNFINISHED_RUNS)
    runs = (runs.filter(relay=None) | runs.filter(relay=relay)).distinct()
    waiting = sum(run.pending + run.claimed + run.deferred for run in runs)
    others = relay_list().filter(is_enabled=True).exclude(pk=relay.pk)
    return RelayUse(runs=len(runs), waiting=waiting, others=others.count())


def environment_url() -> str:
    """Return the relay that the server's configuration names; "" for none."""
    return str(getattr(settings, "GONETS_RELAY_URL", ""))


def mailbox_url() -> str | None:
    """Return where the built-in mailbox listens; None if there is none."""
    port = getattr(settings, "GONETS_CATCHER_PORT", None)
    return f"smtp://127.0.0.1:{port}" if port else None


def relay_outlook() -> RelayOutlook:
    """Say which relays the next run would use, and what stands against it."""
    try:
        if is_fenced():
            raise DatabaseCopied
        relays = relays_in_use()
        check_public_address(each.url for each in relays)
        if missing_room(database_folders()) is not None:
            raise DiskFull
    except SendRefused as refusal:
        return RelayOutlook(relays=(), refusal=str(refusal))
    is_local = any(_is_local(each) for each in relays)
    if is_local and not _is_reachable(settings.GONETS_PUBLIC_URL):
        return RelayOutlook(relays=tuple(relays), warning=_local_links())
    return RelayOutlook(relays=tuple(relays))


def shares_of(relays: Sequence[RelayInUse]) -> dict[int | None, int]:
    """Return how many per cent of the letters go through each while all are well."""
    enabled = [each for each in relays if each.is_enabled]
    weights = {each.relay_id: each.weight for each in enabled}
    if not any(weights.values()):
        weights = dict.fromkeys(weights, 1)
    whole = sum(weights.values())
    return {one: round(100 * weight / whole) for one, weight in weights.items()}


def joint_rate(relays: Sequence[RelayInUse]) -> float | None:
    """Return how many letters per second may leave through these; None: no limit.

    Shares are shares: the one that reaches its limit first holds the others back.
    """
    carrying = [each for each in relays if each.weight] or list(relays)
    whole = sum(each.weight or 1 for each in carrying)
    rates = [
        each.letters_per_second * whole / (each.weight or 1)
        for each in carrying
        if each.letters_per_second
    ]
    return min(rates, default=None)


def is_mailbox(row: Relay | None) -> bool:
    return row is not None and row.origin == RelayOrigin.MAILBOX


def relay_text(row: Relay | None) -> str:
    """Name a relay to people; its address may hold a password."""
    if row is None:
        return ""
    if is_mailbox(row):
        return _("the built-in mailbox")
    return row.name


def logged_relays() -> list[Relay]:
    """Return the relays that may have a log: all but the mailbox."""
    return list(relay_list())


def has_relay_log(row: Relay | None) -> bool:
    return bool(log_configuration(row))


def run_has_log(run: Run) -> bool:
    """Tell whether any relay that the run may have left through has a log."""
    if run.relay is not None:
        return has_relay_log(run.relay)
    return any(has_relay_log(row) for row in Relay.objects.exclude(origin=""))


def log_configuration(row: Relay | None) -> str:
    """Return where the relay writes what became of letters; "" if nobody has said."""
    if row is None or is_mailbox(row):
        return ""
    return row.log or str(getattr(settings, "GONETS_RELAY_LOG", ""))


def check_public_address(relay_urls: Iterable[str]) -> None:
    """Refuse a real relay while readers could not open the unsubscribe link.

    :raises PublicAddressUnfit: if links would lead to this machine, or over plain http.
    """
    is_real = any(not is_loopback(urlsplit(url).hostname) for url in relay_urls)
    if is_real and not _is_reachable(settings.GONETS_PUBLIC_URL):
        raise PublicAddressUnfit


def is_loopback(host: str | None) -> bool:
    """Tell whether ``host`` names this very machine."""
    if host is None or host == "localhost" or host.endswith(".localhost"):
        return True
    if host.startswith("/"):  # the path of a socket
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def environment_facts() -> dict[str, object]:
    """Return what the server's configuration says of its relay."""
    url = environment_url()
    return {
        "url": url,
        "letters_per_second": getattr(settings, "GONETS_RELAY_RATE", None),
        "connections": getattr(
            settings, "GONETS_RELAY_CONNECTIONS", DEFAULT_CONNECTIONS
        ),
    }


def in_use(row: Relay) -> RelayInUse:
    return RelayInUse(
        relay_id=row.pk,
        origin=RelayOrigin(row.origin),
        name=row.name,
        url=row.url,
        is_enabled=row.is_enabled,
        weight=row.weight,
        letters_per_second=row.letters_per_second,
        connections=row.connections,
    )


def _set_up() -> list[RelayInUse]:
    """Return all relays; the configuration's own even before it was ever written."""
    rows = list(relay_list())
    url = environment_url()
    known = [in_use(row) for row in rows if row.origin != RelayOrigin.ENVIRONMENT]
    if not url:
        return known
    written = next((row for row in rows if row.origin == RelayOrigin.ENVIRONMENT), None)
    facts = environment_facts()
    return [_of_environment(written or Relay(is_enabled=True), facts), *known]


def _of_environment(row: Relay, facts: dict[str, object]) -> RelayInUse:
    row.origin = RelayOrigin.ENVIRONMENT
    for name, value in facts.items():
        setattr(row, name, value)
    parts = urlsplit(row.url)
    row.name = row.name or (parts.hostname or parts.path)[:90]
    return in_use(row)


def _mailbox() -> RelayInUse:
    url = mailbox_url()
    if url is None:
        raise RelayMissing
    return RelayInUse(
        relay_id=None,
        origin=RelayOrigin.MAILBOX,
        name=RelayOrigin.MAILBOX,
        url=url,
        is_enabled=True,
        weight=1,
        letters_per_second=MAILBOX_LETTERS_PER_SECOND,
        connections=DEFAULT_CONNECTIONS,
    )


def _is_local(relay: RelayInUse) -> bool:
    return is_loopback(relay.host) and not relay.is_mailbox


def _is_reachable(public_url: str) -> bool:
    public = urlsplit(public_url)
    return public.scheme == "https" and not is_loopback(public.hostname)


def _local_links() -> str:
    return _(
        "The mail server is on this machine. If it passes letters on, their links "
        "will not work for readers: they lead to %(address)s."
    ) % {"address": settings.GONETS_PUBLIC_URL}
