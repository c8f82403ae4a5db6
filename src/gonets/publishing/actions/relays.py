"""Choosing the relay that letters leave through."""

from __future__ import annotations

from django.db import transaction

from gonets.delivery.inquiries import open_relay_log
from gonets.delivery.models import Relay
from gonets.delivery.relay_logs.base import LogUnreadable
from gonets.kernel import clock
from gonets.newsletters.types import Person
from gonets.publishing.errors import RelayLogUnreadable
from gonets.publishing.models import ChosenRelay
from gonets.publishing.relays import check_public_address, relay_row
from gonets.publishing.states import RelayOrigin
from gonets.publishing.types import RelayInUse


def choose_relay(
    *,
    url: str,
    letters_per_second: float | None,
    connections: int,
    user: Person | None,
) -> None:
    """Let later runs, and paused ones of this page's relay, leave through ``url``.

    :raises PublicAddressUnfit: if it is real and readers could not unsubscribe.
    """
    check_public_address(url)
    relay = RelayInUse(
        origin=RelayOrigin.SETTINGS,
        url=url,
        letters_per_second=letters_per_second,
        connections=connections,
    )
    with transaction.atomic():
        _choose(relay_row(relay).pk, user)


def choose_mailbox(*, user: Person | None) -> None:
    """Let letters of later runs stay in the built-in mailbox."""
    _choose(None, user)


def choose_relay_log(relay_id: int, configuration: str) -> None:
    """Let uncertain letters of this relay be looked for in the log named so.

    Empty: in the one that the environment names, if any.  For administrators only:
    whoever names a file lets the desk read it.

    :raises RelayLogUnreadable: if it names no log, or one that cannot be read.
    """
    try:
        log = open_relay_log(configuration)
        if log is not None:
            log.check()
    except LogUnreadable as error:
        raise RelayLogUnreadable(str(error)) from error
    Relay.objects.filter(pk=relay_id).update(log=configuration)


def forget_choice() -> None:
    """Let the server's configuration decide again."""
    ChosenRelay.objects.filter(pk=1).delete()


def _choose(relay_id: int | None, user: Person | None) -> None:
    ChosenRelay.objects.update_or_create(
        pk=1,
        defaults={
            "relay_id": relay_id,
            "chosen_at": clock.now(),
            "chosen_by_id": user.pk if user else None,
        },
    )
