"""What a person is subscribed to: joining, choosing, leaving."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from gonets.audience.actions.blocking import refuse_suppressed
from gonets.audience.errors import EvidenceMissing, SubscriberGone
from gonets.audience.models import Consent, Subscriber, Subscription
from gonets.audience.ports import stop_port
from gonets.audience.states import SubscriptionState
from gonets.audience.types import Evidence
from gonets.kernel import clock
from gonets.kernel.addresses import Address


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
    subscriber = locked_subscriber(subscriber_id)
    refuse_suppressed(Address(spelling=subscriber.address, key=subscriber.address_key))
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


def locked_subscriber(subscriber_id: int) -> Subscriber:
    """Return the person, nobody else's to change until the transaction ends.

    :raises SubscriberGone: if there is none any more.
    """
    found = Subscriber.objects.select_for_update().filter(pk=subscriber_id).first()
    if found is None:
        raise SubscriberGone(_("This subscriber was deleted meanwhile."))
    return found
