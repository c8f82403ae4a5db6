"""Several people at one issue: who is where, what changed, taking steps back.

Pages look here every few seconds; where nothing is new, the answer is 304.
"""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gonets.newsletters import actions
from gonets.newsletters.change_words import in_a_row, told
from gonets.newsletters.errors import IssueMissing
from gonets.newsletters.models import Issue
from gonets.newsletters.queries.documents import document_of
from gonets.newsletters.queries.presence import people_at
from gonets.newsletters.queries.together import (
    news_since,
    redoable,
    titles_of,
    undoable,
)
from gonets.newsletters.states import IssueStep
from gonets.newsletters.types import Change, Presence
from gonets.publishing.queries import is_correctable
from gonets.web.access import editor_required

HUES = 6
"""So many colours people can have."""

LONGEST_WORD = 80


@require_safe
@never_cache
@editor_required
def issue_together(request: HttpRequest, issue_id: int) -> HttpResponse:
    """``?edition=`` is what the page shows, ``?page=`` its own random word."""
    issue = Issue.objects.filter(pk=issue_id).first()
    if issue is None:
        return JsonResponse({"message": str(IssueMissing())}, status=HTTPStatus.GONE)
    people = people_at(issue_id, but_page=_word(request.GET.get("page", "")))
    shown = _number(request.GET.get("edition", ""))
    tag = _tag(issue.edition, issue.state, people, shown, get_language())
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    answer = {
        "edition": issue.edition,
        "people": [_person(each, request) for each in people],
        **_steps(request, issue),
        **(_news(request, issue, shown) if shown < issue.edition else {}),
    }
    response = JsonResponse(answer)
    response.headers["ETag"] = tag
    return response


@require_POST
@editor_required
def issue_presence(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Note that the page is open, or with ``leaving`` that it was left."""
    page = _word(request.POST.get("page", ""))
    user_id: Any = request.user.pk
    if "leaving" in request.POST:
        actions.be_gone(issue_id, user_id=user_id, page=page)
    elif page and request.POST.get("place") in IssueStep.values:
        actions.be_present(
            issue_id,
            user_id=user_id,
            page=page,
            place=request.POST["place"],
            field=_word(request.POST.get("field", "")),
        )
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _steps(request: HttpRequest, issue: Issue) -> dict[str, Any]:
    """Return what Undo and Redo would do; None where they would do nothing."""
    if not is_correctable(issue.pk):
        return {"undo": None, "redo": None}
    user_id = request.user.pk
    undo = undoable(issue.pk, user_id=user_id)
    redo = redoable(issue.pk, user_id=user_id)
    titles = titles_of(document_of(issue.pk))
    return {
        "undo": _label(undo, titles, user_id=user_id),
        "redo": _label(redo, titles, user_id=user_id),
    }


def _label(
    step: Change | None, titles: dict[int, str], *, user_id: object
) -> str | None:
    if step is None:
        return None
    what = in_a_row(told(step.alteration, titles))
    if step.made_by_id == user_id:
        return what
    return f"{step.made_by or _('The schedule')}: {what}"


def _news(request: HttpRequest, issue: Issue, shown: int) -> dict[str, Any]:
    news = news_since(issue.pk, shown, user_id=request.user.pk)
    others = [name or _("The schedule") for name in news.people]
    return {
        "changed": news.fields,
        "is_only_wording": news.is_only_wording,
        "words": {"subject": issue.subject, "preheader": issue.preheader},
        "news": f"{', '.join(others)}: {in_a_row(news.phrases)}" if others else "",
    }


def _person(presence: Presence, request: HttpRequest) -> dict[str, Any]:
    place = IssueStep(presence.place)
    is_own = presence.user_id == request.user.pk
    where = (
        _("at the materials") if place == IssueStep.MATERIALS else _("at the letter")
    )
    name = _("You, in another window") if is_own else presence.name
    return {
        "name": name,
        "initials": presence.initials,
        "hue": presence.user_id % HUES,
        "where": f"{name}: {where}",
        "here": _("%(name)s is here") % {"name": name},
        "field": presence.field,
        "place": presence.place,
    }


def _tag(*facts: object) -> str:
    return f'"{hashlib.sha256(repr(facts).encode()).hexdigest()[:24]}"'


def _word(text: str) -> str:
    return text[:LONGEST_WORD].replace("\x00", "")


def _number(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if is_number else 0
