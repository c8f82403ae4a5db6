"""Who there is, and who gets a newsletter now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from gonets.audience.fields import BUILT_IN
from gonets.audience.models import (
    Subscriber,
    SubscriberField,
    Subscription,
    Suppression,
)
from gonets.audience.names import folded
from gonets.audience.states import SubscriptionState
from gonets.kernel.html import storable
from gonets.kernel.plans import plans_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedRecipient:
    """One person who gets the newsletter."""

    subscription_id: int
    subscriber_id: int
    address: str
    address_key: str
    name: str


class PersonalValues(NamedTuple):
    """What letters to one person are made with; ``link_key`` is for ``links``."""

    name: str
    address: str
    link_key: str
    is_confirmed: bool  # gets the newsletter now
    fields: str  # JSON; empty unless it was asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """People of whom some values are not known, and others are."""

    missing: frozenset[str]
    known: frozenset[str] = frozenset()


class Standing(TextChoices):
    """How a person stands with the newsletters asked about."""

    CONFIRMED = "confirmed", _("Subscribed")
    PENDING = "pending", _("Awaiting confirmation")
    UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
    NOWHERE = "nowhere", _("No subscriptions")
    SUPPRESSED = "suppressed", _("Blocked")


def confirmed_subscriptions(readership_id: int) -> QuerySet[Subscription]:
    """Everybody who gets this newsletter now, blocked addresses left out."""
    return subscribed(readership_id).exclude(_is_suppressed("subscriber__address_key"))


def subscribed(readership_id: int) -> QuerySet[Subscription]:
    """Everybody who wants this newsletter now, blocked addresses too."""
    return Subscription.objects.filter(
        readership_id=readership_id, state=SubscriptionState.CONFIRMED
    )


def confirmed_count(readership_id: int) -> int:
    return confirmed_subscriptions(readership_id).count()


def known_fields() -> dict[str, str]:
    """Return the labels of all fields of subscribers by their names, oldest first."""
    fields = SubscriberField.objects.order_by("id")
    return dict(fields.values_list("name", "label"))


def people_with_fields(names: Collection[str]) -> dict[str, int]:
    """Return how many people have something in each of these fields, in one query."""
    questions = {f"q{number}": name for number, name in enumerate(names)}
    if not questions:
        return {}
    counts = Subscriber.objects.aggregate(
        **{
            alias: Count("id", filter=Q(fields__has_key=name))
            for alias, name in questions.items()
        }
    )
    return {name: counts[alias] for alias, name in questions.items()}


def people_lacking(
    readership_id: int, lacks: Mapping[str, Collection[Lack]]
) -> tuple[int, dict[str, int]]:
    """Return how many get this newsletter, and how many of them fit each question.

    One query, however many questions there are and however many people.
    """
    if not lacks:
        return confirmed_count(readership_id), {}
    questions = {f"q{number}": lack for number, lack in enumerate(lacks.values())}
    counts = confirmed_subscriptions(readership_id).aggregate(
        people=Count("id"),
        **{
            alias: Count("id", filter=_any_lack(lack))
            for alias, lack in questions.items()
        },
    )
    found = (counts[alias] for alias in questions)
    return counts["people"], dict(zip(lacks, found, strict=True))


def _any_lack(lacks: Collection[Lack]) -> Q:
    nobody = Q(pk__in=())
    return reduce(or_, map(_lacking, lacks), nobody)


def _lacking(lack: Lack) -> Q:
    missing = (_is_missing(name) for name in sorted(lack.missing))
    known = (~_is_missing(name) for name in sorted(lack.known))
    return reduce(and_, (*missing, *known), Q(pk__isnull=False))


def _is_missing(name: str) -> Q:
    if name in BUILT_IN:
        return Q(**{f"subscriber__{name}": ""})
    return ~Q(subscriber__fields__has_key=name)


def confirmed_counts() -> dict[int, int]:
    """Return the count of every readership that has anybody, in one query."""
    rows = (
        Subscription.objects.filter(state=SubscriptionState.CONFIRMED)
        .exclude(_is_suppressed("subscriber__address_key"))
        .values_list("readership_id")
        .annotate(people=Count("id"))
    )
    return dict(rows)


def confirmed_recipients(
    *,
    readership_id: int,
    after_id: int = 0,
    limit: int = 1000,
    until: datetime | None = None,
) -> list[ConfirmedRecipient]:
    """Return the next ones by subscription id: a million never sits in memory.

    Ask again with the last ``subscription_id`` until nothing comes.  With ``until``
    only those who were confirmed by then.
    """
    confirmed = confirmed_subscriptions(readership_id).filter(id__gt=after_id)
    if until is not None:
        confirmed = confirmed.filter(confirmed_at__lte=until)
    rows = confirmed.order_by("id").values_list(
        "id",
        "subscriber_id",
        "subscriber__address",
        "subscriber__address_key",
        "subscriber__name",
    )[:limit]
    return [
        ConfirmedRecipient(
            subscription_id=subscription_id,
            subscriber_id=subscriber_id,
            address=address,
            address_key=address_key,
            name=name,
        )
        for subscription_id, subscriber_id, address, address_key, name in rows
    ]


def personal_values(
    subscriber_ids: Sequence[int], *, readership_id: int, with_fields: bool = False
) -> list[PersonalValues | None]:
    """Return what is known of each of these people, in one query; None: deleted."""
    statement = _PERSONAL_VALUES.format(
        # Most letters need none: reading them would cost every run.
        fields="s.fields" if with_fields else "''",
        numbers=_NUMBERS[connection.vendor],
    )
    rows = _rows_of(statement, [str(list(subscriber_ids)), readership_id])
    return [None if row[0] is None else PersonalValues._make(row) for row in rows]


def _rows_of(statement: str, values: list[Any]) -> Iterable[Sequence[Any]]:
    """Ask by a plan that is kept, where the session keeps any, in half the time."""
    plans = plans_of(connection)
    if plans is not None:
        with connection.wrap_database_errors:
            return plans.execute(statement, values)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [*cursor.fetchall()]


# Plain SQL: asked for every letter of every run, and Django would take three times as
# long for a thousand people.  All numbers are one value, a list in JSON: a text that is
# always the same is parsed only once, which halves the time for sixty people.
# Each has one subscription to a newsletter, and an address is blocked only once.
_PERSONAL_VALUES = """
    SELECT s.name, s.address, s.link_key, p.state = 'confirmed' AND u.id IS NULL,
        {fields}
    FROM {numbers}
    LEFT JOIN gonets_audience_subscriber AS s ON s.id = CAST(o.value AS bigint)
    LEFT JOIN gonets_audience_subscription AS p
        ON p.subscriber_id = s.id AND p.readership_id = %s
    LEFT JOIN gonets_audience_suppression AS u ON u.address_key = s.address_key
    ORDER BY o.key
"""
_NUMBERS = {
    "sqlite": "json_each(%s) AS o",
    "postgresql": (
        "json_array_elements_text(CAST(%s AS json)) WITH ORDINALITY AS o(value, key)"
    ),
}


def subscribers(
    *, search: str = "", readership_id: int | None = None, standing: str = ""
) -> QuerySet[Subscriber]:
    """Return the people asked for, the newest first.

    Every word of ``search`` must occur in the name or the address, whatever the case,
    Cyrillic included.
    """
    found = Subscriber.objects.order_by("-id")
    for word in folded(storable(search)).split():
        found = found.filter(search_text__contains=word)
    return found.filter(_stands(standing, readership_id))


def is_suppressed(address_key: str) -> bool:
    return Suppression.objects.filter(address_key=address_key).exists()


def suppressed_among(address_keys: Iterable[str]) -> set[str]:
    found = Suppression.objects.filter(address_key__in=address_keys)
    return set(found.values_list("address_key", flat=True))


def known_among(address_keys: Iterable[str]) -> set[str]:
    found = Subscriber.objects.filter(address_key__in=address_keys)
    return set(found.values_list("address_key", flat=True))


def with_suppression(found: QuerySet[Subscriber]) -> QuerySet[Subscriber]:
    """Add ``suppressed`` to each, and their subscriptions in one more query."""
    return found.annotate(suppressed=_is_suppressed("address_key")).prefetch_related(
        "subscriptions"
    )


def _stands(standing: str, readership_id: int | None) -> Q:
    theirs = Subscription.objects.filter(subscriber_id=OuterRef("id"))
    if readership_id is not None:
        theirs = theirs.filter(readership_id=readership_id)
    if standing == Standing.SUPPRESSED:
        suppressed = Q(_is_suppressed("address_key"))
        return suppressed if readership_id is None else suppressed & Q(Exists(theirs))
    if standing == Standing.NOWHERE:
        return ~Q(Exists(theirs.exclude(state=SubscriptionState.UNSUBSCRIBED)))
    if standing:
        return Q(Exists(theirs.filter(state=standing)))
    return Q() if readership_id is None else Q(Exists(theirs))


def _is_suppressed(address_key_field: str) -> Exists:
    return Exists(Suppression.objects.filter(address_key=OuterRef(address_key_field)))
