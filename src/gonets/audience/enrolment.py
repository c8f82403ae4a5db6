"""Many people at once: a handful of statements, however many they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from gonets.audience.models import Consent, Readership, Subscriber, Subscription
from gonets.audience.names import search_text
from gonets.audience.ports import stop_port
from gonets.audience.states import SubscriptionState
from gonets.audience.types import Evidence, Newcomer
from gonets.kernel import clock


def create_people(newcomers: Sequence[Newcomer]) -> list[Subscriber]:
    """Write people whose addresses are known to be free, in their order."""
    now = clock.now()
    return Subscriber.objects.bulk_create(_subscriber(one, now) for one in newcomers)


def enrol(
    people: Sequence[Subscriber],
    *,
    readerships: Sequence[Readership],
    evidence: Evidence,
    lines: Mapping[int, int | None],
) -> None:
    """Confirm these people in what they never left, and record why.

    Who left stays away.  ``lines`` tell by person where the evidence is in its file.
    Must be called in a transaction.
    """
    now = clock.now()
    subscriptions = _confirm(people, readerships, now)
    Consent.objects.bulk_create(
        Consent(
            subscription=subscription,
            kind=evidence.kind,
            evidence=evidence.text.strip(),
            given_at=now,
            recorded_by_id=evidence.recorded_by_id,
            source_import_id=evidence.source_import_id,
            source_line=lines.get(subscription.subscriber_id),
        )
        for subscription in subscriptions
    )
    _lift_stops(people, readerships, subscriptions)


def _subscriber(newcomer: Newcomer, now: datetime) -> Subscriber:
    address = newcomer.address
    return Subscriber(
        address=address.spelling,
        address_key=address.key,
        name=newcomer.name,
        fields=dict(newcomer.fields),
        search_text=search_text(
            name=newcomer.name, address=address.spelling, address_key=address.key
        ),
        created_at=now,
        changed_at=now,
    )


def _confirm(
    people: Sequence[Subscriber], readerships: Sequence[Readership], now: datetime
) -> list[Subscription]:
    """Return what is confirmed now and was not before."""
    theirs = Subscription.objects.filter(
        subscriber__in=people, readership__in=readerships
    )
    here = set(theirs.values_list("subscriber_id", "readership_id"))
    pending = list(theirs.filter(state=SubscriptionState.PENDING))
    Subscription.objects.filter(pk__in=[one.pk for one in pending]).update(
        state=SubscriptionState.CONFIRMED, confirmed_at=now
    )
    created = Subscription.objects.bulk_create(
        Subscription(
            subscriber=person,
            readership=readership,
            state=SubscriptionState.CONFIRMED,
            created_at=now,
            confirmed_at=now,
        )
        for person in people
        for readership in readerships
        if (person.pk, readership.pk) not in here
    )
    return [*pending, *created]


def _lift_stops(
    people: Sequence[Subscriber],
    readerships: Sequence[Readership],
    subscriptions: Sequence[Subscription],
) -> None:
    """An address may have been somebody else's, who stopped its letters."""
    key_of = {person.pk: person.address_key for person in people}
    for readership in readerships:
        keys = [
            key_of[one.subscriber_id]
            for one in subscriptions
            if one.readership_id == readership.pk
        ]
        if keys:
            stop_port().lift(scope=readership.key, address_keys=keys)
