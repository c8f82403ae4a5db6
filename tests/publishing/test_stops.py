"""Leaving is honoured in mid-run."""

from __future__ import annotations

from gonets.audience import actions as audience
from gonets.audience.models import Subscriber, Subscription
from gonets.delivery.models import Delivery, Stop
from gonets.delivery.states import DeliveryStatus
from gonets.publishing import actions
from gonets.publishing.states import AudienceRule


def test_unsubscribing_stops_letters_of_that_newsletter(issue, newsletter):
    subscription = Subscription.objects.get(subscriber__address="ann@example.com")

    audience.unsubscribe(subscription.pk)

    stop = Stop.objects.get()
    assert (stop.scope, stop.address_key) == (
        newsletter.readership.key,
        "ann@example.com",
    )


def test_a_deleted_person_is_withheld_and_forgotten(issue):
    run = actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)

    audience.erase_subscriber(Subscriber.objects.get(address="ann@example.com").pk)

    assert not Delivery.objects.filter(recipient="ann@example.com").exists()
    withheld = Delivery.objects.get(run=run, status=DeliveryStatus.WITHHELD)
    assert "ann" not in withheld.address_key
    run.refresh_from_db()
    assert (run.withheld, run.pending, run.audience_size) == (1, 2, 3)
