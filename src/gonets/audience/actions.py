"""Every change to a person and to what they are subscribed to.

Whoever stops getting letters is stopped in the sending port within the same
transaction, so that a run that is going on honours it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import islice

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from gonets.audience.enrolment import create_people, enrol
from gonets.audience.erasures import erased_among, forget_erasure, remember_erasure
from gonets.audience.errors import (
    AddressSuppressed,
    AlreadySubscribed,
    EvidenceMissing,
    SubscriberGone,
)
from gonets.audience.models import (
    Consent,
    Readership,
    Subscriber,
    Subscription,
    Suppression,
)
from gonets.audience.names import clean_name, search_text
from gonets.audience.ports import EVERY_SCOPE, stop_port
from gonets.audience.queries import is_suppressed, known_among, suppressed_among
from gonets.audience.states import SubscriptionState
from gonets.audience.types import Evidence, Newcomer, NewPerson
from gonets.kernel import clock
from gonets.kernel.addresses import Address, parse_address

PORTION = 200


@transaction.atomic
def add_subscriber(
    *, address: str, name: str, readership_ids: Collection[int], evidence: Evidence
) -> Subscriber:
    """Add a person by hand and subscribe them, confirmed.

    :raises kernel.addresses.BadAddress: if nobody can be written to there.
    :raises AlreadySubscribed: if the person is here, however the address is spelled.
    :raises AddressSuppressed: if letters to this address are blocked.
    """
    parsed = parse_address(address)
    _must_be_free(parsed)
    if is_suppressed(parsed.key):
        raise _suppressed(parsed.spelling)
    subscriber = _created(parsed, name=clean_name(name))
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
    parsed = [(parse_address(one.address), clean_name(one.name)) for one in people]
    wanted = {
        address.key: Newcomer(address=address, name=name) for address, name in parsed
    }
    taken = suppressed_among(wanted) | erased_among(wanted) | known_among(wanted)
    created = create_people([wanted[key] for key in wanted if key not in taken])
    enrol(created, readerships=readerships, evidence=evidence, lines={})
    return len(created)


@transaction.atomic
def edit_subscriber(*, subscriber_id: int, address: str, name: str) -> Subscriber:
    """Correct a person's name or address; subscriptions stay as they are.

    Letters under way to the old address are stopped.

    :raises AlreadySubscribed: if the new address belongs to somebody else.
    :raises AddressSuppressed: if letters to the new address are blocked.
    """
    subscriber = _locked(subscriber_id)
    parsed = parse_address(address)
    if parsed.key != subscriber.address_key:
        _must_be_free(parsed)
        if is_suppressed(parsed.key):
            raise _suppressed(parsed.spelling)
        _redirect_letters(subscriber, to_key=parsed.key)
    for field, value in _described(parsed, clean_name(name)).items():
        setattr(subscriber, field, value)
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
        subscriber_id=subscriber_id, address=description.address, name=description.name
    )
    choose_readerships(
        subscriber_id=subscriber_id,
        readership_ids=readership_ids,
        among=among,
        evidence=evidence,
    )


@transaction.atomic
def erase_subscriber(subscriber_id: int) -> None:
    """Delete a person and all that is known of them.  Erasing twice does nothing.

    Only a keyed hash stays, so that no import brings them back.
    """
    subscriber = Subscriber.objects.filter(pk=subscriber_id).first()
    if subscriber is None:
        return
    address_key = subscriber.address_key
    stop_port().erase(address_key=address_key)
    remember_erasure(address_key)
    Suppression.objects.filter(address_key=address_key).delete()
    subscriber.delete()


@transaction.atomic
def subscribe(*, subscriber_id: int, readership_id: int, evidence: Evidence) -> None:
    """Subscribe a person, confirmed, and record why.  Idempotent.

    :raises AddressSuppressed: if letters to this address are blocked.
    :raises EvidenceMissing: if the evidence says nothing.
    """
    if evidence.is_missing:
        raise EvidenceMissing(
            _("Say how you know that this person wants the letters, for the record.")
        )
    subscriber = _locked(subscriber_id)
    if is_suppressed(subscriber.address_key):
        raise _suppressed(subscriber.address)
    subscription, _created = Subscription.objects.get_or_create(
        subscriber_id=subscriber_id,
        readership_id=readership_id,
        defaults={"state": SubscriptionState.PENDING, "created_at": clock.now()},
    )
    _confirm(subscription, evidence)


def request_subscription(*, subscriber_id: int, readership_id: int) -> Subscription:
    """Note that somebody asked in this person's name; nothing is sent until confirmed.

    What is confirmed or was left stays so until the person confirms by ``subscribe``.
    """
    subscription, _created = Subscription.objects.get_or_create(
        subscriber_id=subscriber_id,
        readership_id=readership_id,
        defaults={"state": SubscriptionState.PENDING, "created_at": clock.now()},
    )
    return subscription


def _confirm(subscription: Subscription, evidence: Evidence) -> None:
    now = clock.now()
    confirmed = (
        Subscription.objects.filter(pk=subscription.pk)
        .exclude(state=SubscriptionState.CONFIRMED)
        .update(
            state=SubscriptionState.CONFIRMED, confirmed_at=now, unsubscribed_at=None
        )
    )
    if not confirmed:
        return
    Consent.objects.create(
        subscription=subscription,
        kind=evidence.kind,
        evidence=evidence.text.strip(),
        recorded_by_id=evidence.recorded_by_id,
        given_at=now,
    )
    stop_port().lift(
        scope=subscription.readership.key,
        address_keys=[subscription.subscriber.address_key],
    )


@transaction.atomic
def unsubscribe(subscription_id: int) -> bool:
    """Let the person get no more of this newsletter, a running run included.

    Idempotent; False if there was nothing to leave.
    """
    left = (
        Subscription.objects.filter(pk=subscription_id)
        .exclude(state=SubscriptionState.UNSUBSCRIBED)
        .update(state=SubscriptionState.UNSUBSCRIBED, unsubscribed_at=clock.now())
    )
    if not left:
        return False
    subscription = Subscription.objects.select_related("subscriber", "readership").get(
        pk=subscription_id
    )
    stop_port().stop(
        scope=subscription.readership.key,
        address_key=subscription.subscriber.address_key,
    )
    return True


@transaction.atomic
def choose_readerships(
    *,
    subscriber_id: int,
    readership_ids: Collection[int],
    among: Collection[int],
    evidence: Evidence,
) -> None:
    """Subscribe the person to these of ``among`` and unsubscribe from the others.

    :raises EvidenceMissing: if anything is new and the evidence says nothing.
    """
    theirs = Subscription.objects.filter(
        subscriber_id=subscriber_id, readership_id__in=among
    )
    for subscription in theirs.exclude(readership_id__in=readership_ids):
        unsubscribe(subscription.pk)
    confirmed = theirs.filter(state=SubscriptionState.CONFIRMED).values_list(
        "readership_id", flat=True
    )
    for readership_id in sorted(set(readership_ids) & set(among) - set(confirmed)):
        subscribe(
            subscriber_id=subscriber_id, readership_id=readership_id, evidence=evidence
        )


@transaction.atomic
def suppress(*, address: str, reason: str) -> None:
    """Block every letter to this address, whoever it belongs to.  Idempotent."""
    key = parse_address(address).key
    Suppression.objects.get_or_create(
        address_key=key, defaults={"reason": reason, "created_at": clock.now()}
    )
    stop_port().stop(scope=EVERY_SCOPE, address_key=key)


@transaction.atomic
def unsuppress(address: str) -> None:
    """Allow letters again; subscriptions are as they were.  Idempotent."""
    key = parse_address(address).key
    Suppression.objects.filter(address_key=key).delete()
    stop_port().lift(scope=EVERY_SCOPE, address_keys=[key])


def _redirect_letters(subscriber: Subscriber, *, to_key: str) -> None:
    """A run is to an address: the old one must get nothing more, the new one may."""
    port = stop_port()
    for subscription in subscriber.subscriptions.select_related("readership"):
        scope = subscription.readership.key
        port.stop(scope=scope, address_key=subscriber.address_key)
        if subscription.state == SubscriptionState.CONFIRMED:
            port.lift(scope=scope, address_keys=[to_key])


def _created(parsed: Address, *, name: str) -> Subscriber:
    now = clock.now()
    try:
        with transaction.atomic():
            return Subscriber.objects.create(
                created_at=now, changed_at=now, **_described(parsed, name)
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


def _locked(subscriber_id: int) -> Subscriber:
    found = Subscriber.objects.select_for_update().filter(pk=subscriber_id).first()
    if found is None:
        raise SubscriberGone(_("This subscriber was deleted meanwhile."))
    return found


def _must_be_free(parsed: Address) -> None:
    taken = Subscriber.objects.filter(address_key=parsed.key).first()
    if taken is not None:
        raise AlreadySubscribed(
            _("%(address)s is a subscriber already.") % {"address": taken.address},
            subscriber_id=taken.pk,
        )


def _suppressed(address: str) -> AddressSuppressed:
    return AddressSuppressed(
        _("Letters to %(address)s are blocked. Allow them again first.")
        % {"address": address}
    )
