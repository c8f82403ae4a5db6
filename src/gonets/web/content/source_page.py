"""One source: its settings, its history, its end."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gonets.content import ownership
from gonets.content.errors import SourceUnreadable
from gonets.content.fetching import change_source
from gonets.content.models import OWN, Fetch, Source
from gonets.web.access import editor_required
from gonets.web.content.requests import posted_files
from gonets.web.content.source_forms import SourceEditForm
from gonets.web.content.source_words import brought, left_out

FETCHES_PER_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def source_edit(request: HttpRequest, source_id: int) -> HttpResponse:
    source = get_object_or_404(Source.objects.exclude(kind=OWN), pk=source_id)
    form = SourceEditForm(*posted_files(request), source=source)
    if request.method == "POST" and form.is_valid() and _edited(source, form):
        messages.success(
            request, _("The source “%(name)s” is saved.") % form.cleaned_data
        )
        return redirect("gonets:sources")
    fetches = source.fetches.order_by("-began_at", "-pk")
    page = Paginator(fetches, FETCHES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "source": source,
        "loss": ownership.source_loss(source_id),
        "page": page,
        "fetches": [_line(fetch) for fetch in page],
    }
    return render(request, "gonets/content/source.html", context)


def _line(fetch: Fetch) -> dict[str, object]:
    return {"fetch": fetch, "brought": brought(fetch), "left_out": left_out(fetch)}


def _edited(source: Source, form: SourceEditForm) -> bool:
    given = form.cleaned_data
    ownership.let_private_in(
        source.pk, takes_private=given.get("takes_private", source.takes_private)
    )
    try:
        change_source(
            source.pk,
            name=given["name"],
            address=given.get("address", ""),
            file=given.get("file"),
            settings=form.settings,
        )
    except SourceUnreadable as error:
        field = next(
            (name for name in ("address", "file") if name in form.fields), None
        )
        form.add_error(field, str(error.failure.label))
        return False
    if "every" in given:
        ownership.set_rhythm(source.pk, every=form.every)
    return True
