"""Adding people and correcting what is known of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from gonets.audience.actions.blocking import refuse_suppressed
from gonets.audience.actions.subscribing import (
    choose_readerships,
    locked_subscriber,
    subscribe,
)
from gonets.audience.enrolment import create_people, enrol
from gonets.audience.erasures import erased_among, forget_erasure
from gonets.audience.errors import AlreadySubscribed
from gonets.audience.fields import clean_values
from gonets.audience.models import Readership, Subscriber
from gonets.audience.names import clean_name, search_text
from gonets.audience.ports import stop_port
from gonets.audience.queries import known_among, known_fields, suppressed_among
from gonets.audience.states import SubscriptionState
from gonets.audience.types import Evidence, Newcomer, NewPerson
from gonets.kernel import clock
from gonets.kernel.addresses import Address, parse_address

PORTION = 200


@transaction.atomic
def add_subscriber(
    *,
    address: str,
    name: str,
    readership_ids: Collection[int],
    evidence: Evidence,
    fields: Mapping[str, str] | None = None,
) -> Subscriber:
    """Add a person by hand and subscribe them, confirmed.

    :raises kernel.addresses.BadAddress: if nobody can be written to there.
    :raises AlreadySubscribed: if the person is here, however the address is spelled.
    :raises AddressSuppressed: if letters to this address are blocked.
    :raises BadName, BadField: if something known of the person cannot be kept.
    """
    parsed = parse_address(address)
    _must_be_free(parsed)
    refuse_suppressed(parsed)
    kept = clean_values(fields or {}, known=known_fields())
    subscriber = _created(parsed, name=clean_name(name), fields=kept)
    forget_erasure(parsed.key)
    for readership_id in readership_ids:
        subscribe(
            subscriber_id=subscriber.pk, readership_id=readership_id, evidence=evidence
        )
    return subscriber


def add_subscribers(
    people: Iterable[NewPerson], *, readership_ids: Collection[int], evidence: Evidence
) -> int:
    """Add many, confirmed, in short transactions; return how many were new.

    Who is here already, deleted or blocked is left as they are.

    :raises kernel.addresses.BadAddress: for the first bad one; earlier ones stay.
    """
    readerships = list(Readership.objects.filter(pk__in=readership_ids))
    added, source = 0, iter(people)
    while portion := list(islice(source, PORTION)):
        added += _add_portion(portion, readerships, evidence)
    return added


@transaction.atomic
def _add_portion(
    people: Sequence[NewPerson], readerships: Sequence[Readership], evidence: Evidence
) -> int:
    known = known_fields()
    newcomers = [
        Newcomer(
            address=parse_address(one.address),
            name=clean_name(one.name),
            fields=clean_values(one.fields, known=known),
        )
        for one in people
    ]
    wanted = {one.address.key: one for one in newcomers}
    taken = suppressed_among(wanted) | erased_among(wanted) | known_among(wanted)
    created = create_people([wanted[key] for key in wanted if key not in taken])
    enrol(created, readerships=readerships, evidence=evidence, lines={})
    return len(created)


@transaction.atomic
def edit_subscriber(
    *,
    subscriber_id: int,
    address: str,
    name: str,
    fields: Mapping[str, str] | None = None,
) -> Subscriber:
    """Correct what is known of a person; subscriptions stay as they are.

    Fields that are not given stay, too; an empty value takes one away.

    Letters under way to the old address are stopped.

    :raises AlreadySubscribed: if the new address belongs to somebody else.
    :raises AddressSuppressed: if letters to the new address are blocked.
    """
    subscriber = locked_subscriber(subscriber_id)
    parsed = parse_address(address)
    if parsed.key != subscriber.address_key:
        _must_be_free(parsed)
        refuse_suppressed(parsed)
        _redirect_letters(subscriber, to_key=parsed.key)
    for column, value in _described(parsed, clean_name(name)).items():
        setattr(subscriber, column, value)
    subscriber.fields = _with_fields(subscriber, fields or {})
    subscriber.changed_at = clock.now()
    subscriber.save()
    return subscriber


@transaction.atomic
def change_subscriber(
    *,
    subscriber_id: int,
    description: NewPerson,
    readership_ids: Collection[int],
    among: Collection[int],
    evidence: Evidence,
) -> None:
    """Correct a person and choose their newsletters: all of it, or nothing.

    :raises AudienceError: as ``edit_subscriber`` and ``choose_readerships`` do.
    """
    edit_subscriber(
        subscriber_id=subscriber_id,
        address=description.address,
        name=description.name,
        fields=description.fields,
    )
    choose_readerships(
        subscriber_id=subscriber_id,
        readership_ids=readership_ids,
        among=among,
        evidence=evidence,
    )


def _with_fields(subscriber: Subscriber, given: Mapping[str, str]) -> dict[str, str]:
    known = known_fields()
    stay = {
        name: value for name, value in subscriber.fields.items() if name not in given
    }
    return stay | clean_values(given, known=known)


def _redirect_letters(subscriber: Subscriber, *, to_key: str) -> None:
    """A run is to an address: the old one must get nothing more, the new one may."""
    port = stop_port()
    for subscription in subscriber.subscriptions.select_related("readership"):
        scope = subscription.readership.key
        port.stop(scope=scope, address_key=subscriber.address_key)
        if subscription.state == SubscriptionState.CONFIRMED:
            port.lift(scope=scope, address_keys=[to_key])


def _created(parsed: Address, *, name: str, fields: Mapping[str, str]) -> Subscriber:
    now = clock.now()
    try:
        with transaction.atomic():
            return Subscriber.objects.create(
                created_at=now,
                changed_at=now,
                fields=dict(fields),
                **_described(parsed, name),
            )
    except IntegrityError:
        _must_be_free(parsed)  # Somebody else added the same person this very moment.
        raise


def _described(parsed: Address, name: str) -> dict[str, str]:
    return {
        "address": parsed.spelling,
        "address_key": parsed.key,
        "name": name,
        "search_text": search_text(
            name=name, address=parsed.spelling, address_key=parsed.key
        ),
    }


def _must_be_free(parsed: Address) -> None:
    taken = Subscriber.objects.filter(address_key=parsed.key).first()
    if taken is not None:
        raise AlreadySubscribed(
            _("%(address)s is a subscriber already.") % {"address": taken.address},
            subscriber_id=taken.pk,
        )
