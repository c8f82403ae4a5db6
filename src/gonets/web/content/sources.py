"""The sources of material: how each is, fetched now, paused, removed."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from gonets.content import ownership
from gonets.content.asking import known_connectors
from gonets.content.connectors.base import Connector
from gonets.content.fetch_history import fetches_under_way, last_fetches
from gonets.content.listing import export_feeds
from gonets.content.models import OWN, Fetch, Source
from gonets.content.picture_fetching import fetch_pictures
from gonets.content.states import PictureState
from gonets.content.types import PictureReport
from gonets.web.access import editor_required
from gonets.web.content.choices import number_of
from gonets.web.content.source_words import Standing, brought, left_out, standing_of

SOURCES_PER_PAGE = 25
WAITING = Count("materials", filter=Q(materials__picture_state=PictureState.WANTED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A source as its card shows it."""

    source: Source
    connector: Connector | None
    standing: Standing
    last: Fetch | None
    brought: str
    left_out: str
    pictures: PictureReport | None = None

    @property
    def can_be_asked(self) -> bool:
        connector = self.connector
        has_place = bool(self.source.address) or (
            connector is not None and connector.address_label is None
        )
        return connector is not None and connector.is_asked and has_place

    @property
    def is_told_anew(self) -> bool:
        """True for a trouble that nobody has read of yet."""
        return bool(self.source.told_at and not self.source.told_seen_at)


@require_safe
@editor_required
def source_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(_sources(), SOURCES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "cards": _cards(page),
        "has_feeds": Source.objects.filter(kind="feed").exists(),
    }
    return render(request, "gonets/content/sources.html", context)


@require_safe
@editor_required
def source_card(request: HttpRequest, source_id: int) -> HttpResponse:
    """Show the card as it is now; the page asks for it while something goes on."""
    return _card(request, source_id)


@require_POST
@editor_required
def source_fetch(request: HttpRequest, source_id: int) -> HttpResponse:
    """Let it be fetched now; a worker does, and the card shows how far it is."""
    _foreign_source(source_id)
    ownership.want_fetch(source_id)
    return _answer(request, source_id)


@require_POST
@editor_required
def source_pause(request: HttpRequest, source_id: int) -> HttpResponse:
    _foreign_source(source_id)
    ownership.pause_source(source_id)
    return _answer(request, source_id)


@require_POST
@editor_required
def source_resume(request: HttpRequest, source_id: int) -> HttpResponse:
    _foreign_source(source_id)
    ownership.resume_source(source_id)
    return _answer(request, source_id)


@require_POST
@editor_required
def source_seen(request: HttpRequest, source_id: int) -> HttpResponse:
    """The trouble has been read of: the menu does not point to it any more."""
    _foreign_source(source_id)
    ownership.note_trouble_seen(source_id)
    return _answer(request, source_id)


@require_POST
@editor_required
def source_pictures(request: HttpRequest, source_id: int) -> HttpResponse:
    """Fetch a few of the pictures that wait, and say how many still do."""
    _foreign_source(source_id)
    return _card(request, source_id, pictures=fetch_pictures(source_id=source_id))


@require_POST
@editor_required
def source_delete(request: HttpRequest, source_id: int) -> HttpResponse:
    source = _foreign_source(source_id)
    loss = ownership.remove_source(source_id)
    words = _("The source “%(name)s” is removed.") % {"name": source.name}
    if loss.kept:
        kept = ngettext(
            "%(count)d material stays, because an issue holds it.",
            "%(count)d materials stay, because issues hold them.",
            loss.kept,
        )
        words = f"{words} {kept % {'count': loss.kept}}"
    messages.success(request, words)
    return redirect("gonets:sources")


@require_safe
@editor_required
def source_export(request: HttpRequest) -> HttpResponse:
    """Give our feeds away as a list (OPML)."""
    content = export_feeds(title=_("Sources"))
    answer = HttpResponse(content, content_type="text/x-opml; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="sources.opml"'
    return answer


def _sources() -> QuerySet[Source]:
    """Return the sources, those with a trouble first."""
    return Source.objects.exclude(kind=OWN).order_by(
        F("told_at").desc(nulls_last=True), "name", "pk"
    )


def _cards(page: Page[Source]) -> list[Card]:
    """Return the cards of a page; what is counted is counted for these alone."""
    counted = Source.objects.annotate(
        material_count=Count("materials"), waiting_count=WAITING
    ).in_bulk([source.pk for source in page])
    sources = [counted[source.pk] for source in page]
    ids = list(counted)
    under_way, last = fetches_under_way(ids), last_fetches(ids)
    return [
        _card_of(source, under_way.get(source.pk), last.get(source.pk))
        for source in sources
    ]


def _card_of(
    source: Source,
    under_way: Fetch | None,
    last: Fetch | None,
    pictures: PictureReport | None = None,
) -> Card:
    return Card(
        source=source,
        connector=known_connectors().get(source.kind),
        standing=standing_of(source, under_way),
        last=last,
        brought=brought(last) if last else "",
        left_out=left_out(last) if last else "",
        pictures=pictures,
    )


def _foreign_source(source_id: int) -> Source:
    counted = Source.objects.annotate(
        material_count=Count("materials"), waiting_count=WAITING
    )
    return get_object_or_404(counted.exclude(kind=OWN), pk=source_id)


def _answer(request: HttpRequest, source_id: int) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return _card(request, source_id)
    return redirect("gonets:sources")


def _card(
    request: HttpRequest, source_id: int, *, pictures: PictureReport | None = None
) -> HttpResponse:
    source = _foreign_source(source_id)
    card = _card_of(
        source,
        fetches_under_way([source_id]).get(source_id),
        last_fetches([source_id]).get(source_id),
        pictures,
    )
    # What was asked for a moment ago and is over by now is told aloud.
    was_busy = number_of(request.GET.get("busy", "")) is not None
    context = {"card": card, "has_ended": was_busy and not card.standing.is_busy}
    return render(request, "gonets/content/parts/source.html", context)
