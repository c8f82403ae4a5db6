"""The letter of one delivery as it went: the very bytes, read only."""

from __future__ import annotations

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gonets.delivery.listing import delivery_of
from gonets.delivery.models import Delivery
from gonets.delivery.ports import LetterUnfit
from gonets.letters.reading import parts_of
from gonets.publishing.previews import sent_envelope
from gonets.publishing.queries import history
from gonets.web.access import editor_required
from gonets.web.composing.letter_views import in_frame, letter_shown
from gonets.web.composing.preview_page import previewed_issue


@require_safe
@never_cache
@editor_required
def sent_letter(request: HttpRequest, issue_id: int, delivery_id: int) -> HttpResponse:
    """The page around it; ``?view=`` says how to look at it."""
    delivery = _delivery(issue_id, delivery_id)
    context = {
        "issue": previewed_issue(issue_id),
        "delivery": delivery,
        "view": request.GET.get("view", "light"),
        "views": _views(),
    }
    try:
        context["subject"] = parts_of(sent_envelope(delivery).content).header("Subject")
    except LetterUnfit as error:
        context["reason"] = str(error)
    return render(request, "gonets/composing/preview_sent.html", context)


@require_safe
@never_cache
@editor_required
def sent_letter_view(
    request: HttpRequest, issue_id: int, delivery_id: int
) -> HttpResponseBase:
    delivery = _delivery(issue_id, delivery_id)
    return in_frame(request, partial(_shown, delivery=delivery))


def _shown(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    try:
        message = sent_envelope(delivery).content
    except LetterUnfit as error:
        context = {"reason": str(error)}
        return render(request, "gonets/composing/preview_fault.html", context)
    return letter_shown(request, message, request.GET.get("view", "light"))


def _delivery(issue_id: int, delivery_id: int) -> Delivery:
    runs = {state.run_id: state for state in history(issue_id)}
    delivery = delivery_of(runs, delivery_id)
    if delivery is None or runs[delivery.run_id].folded_at:
        raise Http404
    return delivery


def _views() -> dict[str, str]:
    return {
        "light": pgettext("view of a letter", "Computer"),
        "dark": pgettext("view of a letter", "Dark"),
        "bare": pgettext("view of a letter", "Pictures off"),
        "text": pgettext("view of a letter", "Text"),
        "size": pgettext("view of a letter", "Size"),
        "headers": pgettext("view of a letter", "Headers"),
        "source": pgettext("view of a letter", "Source"),
    }
