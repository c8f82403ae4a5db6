"""The list of subscribers: search, filters, export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gonets.audience import queries
from gonets.audience.exporting import export_subscribers
from gonets.audience.models import Subscriber, Subscription
from gonets.audience.queries import Standing
from gonets.audience.states import SubscriptionState
from gonets.kernel import clock
from gonets.web.access import editor_required
from gonets.web.subscribers.titles import all_titles
from gonets.web.tables import as_csv, usual_delimiter

PEOPLE_PER_PAGE = 50
LONGEST_SEARCH = 200
TONES = {SubscriptionState.CONFIRMED: "good", SubscriptionState.PENDING: "warn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFilter:
    """What of the list is wanted; nonsense in the address counts as nothing."""

    search: str
    readership_id: int | None
    standing: str

    @classmethod
    def of(cls, query: QueryDict, titles: Mapping[int, str]) -> PeopleFilter:
        newsletter = query.get("newsletter", "")
        known = {str(readership_id): readership_id for readership_id in titles}
        standing = query.get("standing", "")
        return cls(
            search=query.get("q", "").replace("\0", "")[:LONGEST_SEARCH].strip(),
            readership_id=known.get(newsletter),
            standing=standing if standing in Standing.values else "",
        )

    @property
    def is_empty(self) -> bool:
        return not (self.search or self.readership_id or self.standing)

    def people(self) -> QuerySet[Subscriber]:
        return queries.subscribers(
            search=self.search,
            readership_id=self.readership_id,
            standing=self.standing,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One newsletter beside a person's name."""

    title: str
    state: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    person: Subscriber
    marks: tuple[Mark, ...]
    is_blocked: bool


@require_safe
@editor_required
def subscriber_list(request: HttpRequest) -> HttpResponse:
    titles = all_titles()
    wanted = PeopleFilter.of(request.GET, titles)
    found = queries.with_suppression(wanted.people())
    page = Paginator(found, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "wanted": wanted,
        "titles": titles,
        "standings": Standing,
        "page": page,
        "rows": [_row(person, titles) for person in page],
        "nobody_yet": wanted.is_empty and not page.paginator.count,
    }
    return render(request, "gonets/subscribers/list.html", context)


@require_safe
@editor_required
def subscribers_export(request: HttpRequest) -> StreamingHttpResponse:
    """Give everybody who fits the filters of the list, as a file."""
    titles = all_titles()
    people = PeopleFilter.of(request.GET, titles).people()
    table = export_subscribers(people, titles=titles, delimiter=usual_delimiter())
    return as_csv(request, table, name=f"subscribers-{clock.now():%Y-%m-%d}.csv")


def _row(person: Subscriber, titles: Mapping[int, str]) -> PersonRow:
    order = {readership_id: place for place, readership_id in enumerate(titles)}
    subscriptions = sorted(
        person.subscriptions.all(), key=lambda one: order.get(one.readership_id, 0)
    )
    return PersonRow(
        person=person,
        marks=tuple(_mark(one, titles) for one in subscriptions),
        is_blocked=bool(getattr(person, "suppressed", False)),
    )


def _mark(subscription: Subscription, titles: Mapping[int, str]) -> Mark:
    state = SubscriptionState(subscription.state)
    is_usual = state == SubscriptionState.CONFIRMED
    return Mark(
        title=titles.get(subscription.readership_id, ""),
        state="" if is_usual else str(state.label),
        tone=TONES.get(state, ""),
    )
