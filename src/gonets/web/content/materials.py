"""The list of materials: search, filters, what newsletters may take."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet, TextChoices
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from gonets.content import actions, queries
from gonets.content.models import Material
from gonets.content.queries import MaterialFilter
from gonets.kernel import clock
from gonets.web.access import editor_required
from gonets.web.content.choices import number_of, section_choices, source_choices

MATERIALS_PER_PAGE = 30
LONGEST_SEARCH = 200
MOST_AT_ONCE = 500


class Offer(TextChoices):
    """Whether newsletters may take a material."""

    PUBLISHED = "published", _("Published")
    HIDDEN = "hidden", _("Hidden")
    FUTURE = "future", _("Not yet published")


class Order(TextChoices):
    NEWEST = "newest", _("Newest first")
    OLDEST = "oldest", _("Oldest first")
    TITLE = "title", _("By title")


COLUMNS = {
    Order.NEWEST: ("-published_at", "-pk"),
    Order.OLDEST: ("published_at", "pk"),
    Order.TITLE: ("title", "pk"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWish:
    """What of the list is wanted; nonsense in the address counts as nothing."""

    search: str
    section_id: int | None
    source_id: int | None
    offer: str
    order: Order

    @classmethod
    def of(cls, query: QueryDict) -> ListWish:
        offer, order = query.get("offer", ""), query.get("order", "")
        return cls(
            search=query.get("q", "").replace("\0", "")[:LONGEST_SEARCH].strip(),
            section_id=number_of(query.get("section", "")),
            source_id=number_of(query.get("source", "")),
            offer=offer if offer in Offer.values else "",
            order=Order(order) if order in Order.values else Order.NEWEST,
        )

    @property
    def is_empty(self) -> bool:
        return not (self.search or self.section_id or self.source_id or self.offer)

    def materials(self) -> QuerySet[Material]:
        published = {Offer.HIDDEN: False, Offer.FUTURE: True, Offer.PUBLISHED: True}
        found = queries.materials(
            MaterialFilter(
                section_id=self.section_id,
                source_id=self.source_id,
                search=self.search,
                published=published[Offer(self.offer)] if self.offer else None,
            )
        )
        if self.offer == Offer.FUTURE:
            found = found.filter(published_at__gt=clock.now())
        if self.offer == Offer.PUBLISHED:
            found = found.filter(published_at__lte=clock.now())
        return found.order_by(*COLUMNS[self.order])


@require_safe
@editor_required
def material_list(request: HttpRequest) -> HttpResponse:
    wish = ListWish.of(request.GET)
    page = Paginator(wish.materials(), MATERIALS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "wish": wish,
        "page": page,
        "now": clock.now(),
        "sections": section_choices(),
        "sources": source_choices(),
        "offers": Offer,
        "orders": Order,
        "nothing_yet": wish.is_empty and not page.paginator.count,
    }
    return render(request, "gonets/content/materials.html", context)


@require_POST
@editor_required
def materials_offer(request: HttpRequest) -> HttpResponse:
    """Publish or hide the selected materials; both can be taken back the same way."""
    ids = [number_of(text) for text in request.POST.getlist("selected")[:MOST_AT_ONCE]]
    known = [pk for pk in ids if pk is not None]
    if request.POST.get("act") == "hide":
        _tell(request, known, actions.hide_materials, "hidden")
    elif request.POST.get("act") == "publish":
        _tell(request, known, actions.publish_materials, "published")
    return redirect(_way_back(request))


def _tell(
    request: HttpRequest,
    ids: Collection[int],
    act: Callable[[Collection[int]], int],
    what: str,
) -> None:
    count = act(ids)
    if not count:
        return
    if what == "hidden":
        words = ngettext(
            "%(count)d material is hidden: newsletters do not offer it any more.",
            "%(count)d materials are hidden: newsletters do not offer them any more.",
            count,
        )
    else:
        words = ngettext(
            "%(count)d material is published: newsletters offer it again.",
            "%(count)d materials are published: newsletters offer them again.",
            count,
        )
    messages.success(request, words % {"count": count})


def _way_back(request: HttpRequest) -> str:
    """Return to the list as it was filtered."""
    back = request.POST.get("back", "")
    here = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(back, here, request.is_secure())
    is_path = back.startswith("/")  # anything else would be taken for a view's name
    return back if is_path and is_ours else reverse("gonets:materials")
