"""Setting up the relays that letters leave through, and the limits of domains."""

from __future__ import annotations

from itertools import count
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from gonets.delivery.inquiries import open_relay_log
from gonets.delivery.models import DomainLimit, Relay
from gonets.delivery.relay_logs.base import LogUnreadable
from gonets.kernel import clock
from gonets.newsletters.types import Person
from gonets.publishing.errors import NameTaken, RelayLogUnreadable
from gonets.publishing.models import MailboxOnly
from gonets.publishing.relays import (
    check_public_address,
    environment_facts,
    environment_url,
    relay_list,
)
from gonets.publishing.states import RelayOrigin
from gonets.publishing.types import LimitTerms, RelayInUse, RelayTerms


def add_relay(terms: RelayTerms) -> Relay:
    """Let running and later runs leave through one more relay.

    :raises PublicAddressUnfit: if it is real and readers could not unsubscribe.
    :raises NameTaken: if another relay has this name.
    """
    check_public_address([terms.url])
    facts = _facts(terms)
    facts["name"] = terms.name or _free_name(terms.url)
    return _saved(Relay(origin=RelayOrigin.SETTINGS, is_enabled=True, **facts))


def change_relay(relay_id: int, terms: RelayTerms) -> None:
    """Correct a relay; runs that are under way go on with it as it is now.

    What the server's configuration says of its own relay stays.

    :raises PublicAddressUnfit: if it is real and readers could not unsubscribe.
    :raises NameTaken: if another relay has this name.
    """
    relay = relay_list().get(pk=relay_id)
    facts = _facts(terms)
    if relay.origin == RelayOrigin.ENVIRONMENT:
        facts |= environment_facts()
    check_public_address([str(facts["url"])])
    facts["name"] = terms.name or _free_name(str(facts["url"]), but=relay_id)
    if facts["url"] != relay.url:
        facts |= {"trouble": "", "slowed": ""}
    for name, value in facts.items():
        setattr(relay, name, value)
    _saved(relay, [*facts])


def enable_relay(relay_id: int) -> None:
    """Let it take its share again, in runs that are under way too.

    :raises PublicAddressUnfit: if it is real and readers could not unsubscribe.
    """
    relay = relay_list().get(pk=relay_id)
    check_public_address([relay.url])
    Relay.objects.filter(pk=relay_id, removed_at=None).update(is_enabled=True)


def disable_relay(relay_id: int) -> None:
    """Let nothing more leave through it; the other relays carry on."""
    Relay.objects.filter(pk=relay_id).update(is_enabled=False, trouble="", slowed="")


def remove_relay(relay_id: int) -> None:
    """Forget its address and its password; the account keeps its name.

    The relay of the server's configuration is only removed there.
    """
    own = relay_list().filter(pk=relay_id, origin=RelayOrigin.SETTINGS)
    own.update(removed_at=clock.now(), is_enabled=False, url="", trouble="", slowed="")


def keep_in_mailbox(*, user: Person | None) -> None:
    """Let letters of later runs stay in the built-in mailbox."""
    MailboxOnly.objects.update_or_create(
        pk=1,
        defaults={
            "chosen_at": clock.now(),
            "chosen_by_id": user.pk if user else None,
        },
    )


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


def leave_mailbox() -> None:
    """Let letters of later runs leave through the relays that are enabled.

    :raises PublicAddressUnfit: if one is real and readers could not unsubscribe.
    """
    check_public_address(row.url for row in relay_list().filter(is_enabled=True))
    MailboxOnly.objects.filter(pk=1).delete()


def keep_environment_relay() -> None:
    """Keep the row of the configuration's relay as the configuration has it now."""
    rows = Relay.objects.filter(origin=RelayOrigin.ENVIRONMENT)
    if not environment_url():
        rows.filter(removed_at=None).update(removed_at=clock.now(), url="")
        return
    facts = environment_facts()
    row = rows.order_by("-pk").first()
    if row is None:
        name = _free_name(environment_url())
        row = Relay(origin=RelayOrigin.ENVIRONMENT, name=name, is_enabled=True)
    elif row.removed_at is None and all(
        getattr(row, name) == value for name, value in facts.items()
    ):
        return
    for name, value in facts.items():
        setattr(row, name, value)
    row.removed_at, row.trouble, row.slowed = None, "", ""
    row.save()


def relay_row(relays: list[RelayInUse]) -> Relay | None:
    """Return the row that a run has to name: the mailbox, or None for all enabled.

    So a run into the mailbox never turns into one to the Internet.
    """
    first = relays[0]
    if not first.is_mailbox:
        return None
    row, _created = Relay.objects.update_or_create(
        origin=RelayOrigin.MAILBOX,
        defaults={
            "name": RelayOrigin.MAILBOX,
            "url": first.url,
            "letters_per_second": first.letters_per_second,
            "connections": first.connections,
        },
    )
    return row


def add_limit(terms: LimitTerms) -> DomainLimit:
    """:raises NameTaken: if there is a limit of this name."""
    return _saved_limit(DomainLimit(), terms)


def change_limit(limit_id: int, terms: LimitTerms) -> None:
    """:raises NameTaken: if there is another limit of this name."""
    _saved_limit(DomainLimit.objects.get(pk=limit_id), terms)


def remove_limit(limit_id: int) -> None:
    DomainLimit.objects.filter(pk=limit_id).delete()


def _facts(terms: RelayTerms) -> dict[str, Any]:
    return {
        "url": terms.url,
        "weight": terms.weight,
        "letters_per_second": terms.letters_per_second,
        "connections": terms.connections,
        "letters_per_connection": terms.letters_per_connection,
        "idle_seconds": terms.idle_seconds,
    }


def _free_name(url: str, *, but: int | None = None) -> str:
    """Name a relay after its server; a second one at the same server is numbered."""
    host = (urlsplit(url).hostname or "?")[:90]
    taken = Relay.objects.filter(removed_at=None).values_list("pk", "name")
    names = {name for relay_id, name in taken if relay_id != but}
    numbered = (f"{host} ({number})" for number in count(2))
    return host if host not in names else next(n for n in numbered if n not in names)


def _saved(relay: Relay, fields: list[str] | None = None) -> Relay:
    try:
        with transaction.atomic():
            relay.save(update_fields=fields)
    except IntegrityError as error:
        raise NameTaken(relay.name) from error
    return relay


def _saved_limit(limit: DomainLimit, terms: LimitTerms) -> DomainLimit:
    limit.name, limit.domains = terms.name, " ".join(terms.domains)
    limit.letters_per_second = terms.letters_per_second
    limit.letters_at_once = terms.letters_at_once
    try:
        with transaction.atomic():
            limit.save()
    except IntegrityError as error:
        raise NameTaken(limit.name) from error
    return limit
