"""The demo's subscribers: who came, who has not confirmed yet, who left again.

Of 1,000 people 931 got the last issue; since then 6 left and 12 came, so that 937 are
subscribed now, 38 have not confirmed, and 25 have left.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from gonets.audience.actions import (
    add_subscribers,
    request_subscription,
    unsubscribe,
)
from gonets.audience.models import Subscriber, Subscription
from gonets.audience.states import ConsentKind
from gonets.audience.types import Evidence, NewPerson
from gonets.newsletters.models import Newsletter
from gonets.server.demo.backdating import backdate_newcomers
from gonets.server.demo.people import made_up_people
from gonets.server.demo.site import WrittenSite

PEOPLE = 1000
GOT_LAST_ISSUE = 931
OF_BOTH = 540  # of those
LEFT_EARLIER = 19
LEFT_SINCE = 6
UNCONFIRMED = 38
CAME_SINCE = 12


def bring_in_readers(site: WrittenSite, weekly: Newsletter, events: Newsletter) -> None:
    """Subscribe everybody who was there when the last issue left."""
    people = _people(site)[:-CAME_SINCE]
    of_both, rest = people[:OF_BOTH], people[OF_BOTH:-UNCONFIRMED]
    _add(site, of_both, weekly, events)
    _add(site, rest, weekly)
    _add(site, people[-UNCONFIRMED:])
    for person in Subscriber.objects.order_by("-pk")[:UNCONFIRMED]:
        request_subscription(
            subscriber_id=person.pk, readership_id=weekly.readership_id
        )
    leaving = _subscriptions(weekly).order_by("-pk")
    for subscription in leaving.filter(confirmed_at__isnull=False)[:LEFT_EARLIER]:
        unsubscribe(subscription.pk)


def let_some_come_and_go(
    site: WrittenSite, weekly: Newsletter, events: Newsletter, *, since: datetime
) -> None:
    """Do what readers did after the last issue."""
    _add(site, _people(site)[-CAME_SINCE:], weekly, events)
    ids = _subscriptions(weekly).order_by("pk").values_list("pk", flat=True)
    gone = list(ids[40:700:110])[:LEFT_SINCE]
    for subscription_id in gone:
        unsubscribe(subscription_id)
    newest = Subscriber.objects.order_by("-pk").values_list("pk", flat=True)
    backdate_newcomers(sorted(newest[:CAME_SINCE]), gone=gone, since=since)


def _people(site: WrittenSite) -> list[NewPerson]:
    return made_up_people(site.settings["people"], count=PEOPLE)


def _add(
    site: WrittenSite, people: Sequence[NewPerson], *newsletters: Newsletter
) -> None:
    add_subscribers(
        people,
        readership_ids=[each.readership_id for each in newsletters],
        evidence=Evidence(kind=ConsentKind.DEMO, text=site.settings["evidence"]),
    )


def _subscriptions(newsletter: Newsletter) -> QuerySet[Subscription]:
    return Subscription.objects.filter(readership=newsletter.readership_id)
