"""People as CSV that spreadsheets open well and that can do no harm there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gonets.audience.importing.explanations import explain
from gonets.audience.models import Subscriber, SubscriberImport
from gonets.audience.queries import known_fields
from gonets.audience.states import SubscriptionState
from gonets.kernel.tables import csv_lines

PORTION = 2_000


def export_subscribers(
    people: QuerySet[Subscriber], *, titles: Mapping[int, str], delimiter: str = ","
) -> Iterator[bytes]:
    """Yield a table of these people; ``titles`` name the readerships.

    They are fetched in portions by id, so that no read lasts longer than one of them.
    """
    fields = known_fields()
    yield from csv_lines(
        [
            _("E-mail"),
            pgettext("person", "Name"),
            _("Subscribed to"),
            _("Unsubscribed from"),
            _("Added on"),
            *fields.values(),
        ],
        (_person(one, titles, fields) for one in _by_portions(people)),
        delimiter=delimiter,
    )


def export_refusals(
    order: SubscriberImport, *, delimiter: str = ","
) -> Iterator[bytes]:
    """Yield a table of every line that added nobody, and why."""
    refusals = order.refusals.order_by("line").iterator(PORTION)
    yield from csv_lines(
        [_("Line"), _("Reason"), _("Beginning of the line")],
        ([str(one.line), explain(one), one.text] for one in refusals),
        delimiter=delimiter,
    )


def export_example(*, delimiter: str = ",") -> Iterator[bytes]:
    """Yield a small file that an import reads without any question."""
    people = [("anna@example.com", _("Anna Sokolova")), ("boris@example.com", "")]
    yield from csv_lines(
        [_("E-mail"), pgettext("person", "Name")], people, delimiter=delimiter
    )


def _by_portions(people: QuerySet[Subscriber]) -> Iterator[Subscriber]:
    newest_first = people.order_by("-id").prefetch_related("subscriptions")
    portion = list(newest_first[:PORTION])
    while portion:
        yield from portion
        portion = list(newest_first.filter(id__lt=portion[-1].pk)[:PORTION])


def _person(
    person: Subscriber, titles: Mapping[int, str], fields: Collection[str]
) -> list[str]:
    def titles_in(state: SubscriptionState) -> str:
        return "; ".join(
            titles.get(one.readership_id, "")
            for one in person.subscriptions.all()
            if one.state == state
        )

    return [
        person.address,
        person.name,
        titles_in(SubscriptionState.CONFIRMED),
        titles_in(SubscriptionState.UNSUBSCRIBED),
        f"{person.created_at:%Y-%m-%d}",
        *(person.fields.get(name, "") for name in fields),
    ]
