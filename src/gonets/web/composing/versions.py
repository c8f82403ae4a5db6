"""Earlier versions of an issue: a list, how each looked, bringing one back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gonets.letters.compiling import compile_letter
from gonets.letters.errors import LetterError
from gonets.letters.reading import shown_in
from gonets.newsletters import actions
from gonets.newsletters.errors import NewslettersError
from gonets.newsletters.models import Issue
from gonets.newsletters.queries.versions import (
    changed_texts,
    letter_content_at,
    versions_of,
)
from gonets.newsletters.sittings import ToldVersion
from gonets.publishing.previews import preview_reader
from gonets.publishing.queries import history, is_correctable
from gonets.web.access import editor_required
from gonets.web.composing.letter_views import framed_page, in_frame
from gonets.web.composing.preview_page import chosen_reader, previewed_issue


@require_safe
@never_cache
@editor_required
def issue_versions(request: HttpRequest, issue_id: int) -> HttpResponse:
    issue = previewed_issue(issue_id)
    sent_to = _sent_to(issue_id)
    rows = [_row(version, sent_to) for version in versions_of(issue_id)]
    context = {"issue": issue, "versions": rows}
    return render(request, "gonets/composing/versions.html", context)


@require_safe
@never_cache
@editor_required
def issue_version(request: HttpRequest, issue_id: int, edition: int) -> HttpResponse:
    issue = previewed_issue(issue_id)
    told = versions_of(issue_id)
    version = _version(told, edition)
    context = {
        "issue": issue,
        "version": version,
        "sent": _row(version, _sent_to(issue_id))["sent"],
        "subject": letter_content_at(issue_id, edition).subject,
        "is_newest": version is told[0],
        "can_restore": is_correctable(issue_id) and version is not told[0],
        "later": told.index(version),
        "texts": changed_texts(
            issue_id, before=version.sitting.before, edition=edition
        ),
    }
    return render(request, "gonets/composing/version.html", context)


@require_safe
@never_cache
@editor_required
def issue_version_letter(
    request: HttpRequest, issue_id: int, edition: int
) -> HttpResponseBase:
    issue = previewed_issue(issue_id)
    return in_frame(request, partial(_letter, issue=issue, edition=edition))


def _letter(request: HttpRequest, issue: Issue, edition: int) -> HttpResponse:
    reader = preview_reader(issue, chosen_reader(request, issue))
    try:
        letter = compile_letter(letter_content_at(issue.pk, edition))
        html = letter.html_for(reader)
    except LetterError as error:
        context = {"reason": str(error)}
        return render(request, "gonets/composing/preview_fault.html", context)
    return framed_page(request, shown_in(html, "light"))


@require_POST
@editor_required
def issue_version_restore(
    request: HttpRequest, issue_id: int, edition: int
) -> HttpResponse:
    """Bring it back onto the edition that the editor was asked about."""
    shown = _number(request.POST.get("shown", ""))
    try:
        if not is_correctable(issue_id):
            raise NewslettersError(
                _("The letter is being sent and cannot be changed now.")
            )
        actions.restore(issue_id, edition=shown, user=request.user, to=edition)
    except NewslettersError as error:
        messages.error(request, str(error))
        return redirect("gonets:issue-versions", issue_id)
    messages.success(request, _("The earlier version is back. Undo takes it away."))
    return redirect("gonets:issue-preview", issue_id)


@require_POST
@editor_required
def issue_version_name(
    request: HttpRequest, issue_id: int, edition: int
) -> HttpResponse:
    try:
        actions.name_version(
            issue_id, edition=edition, name=request.POST.get("name", "")
        )
    except NewslettersError as error:
        messages.error(request, str(error))
        return redirect("gonets:issue-versions", issue_id)
    messages.success(request, _("The name is saved."))
    return redirect("gonets:issue-version", issue_id, edition)


def _version(told: list[ToldVersion], edition: int) -> ToldVersion:
    for version in told:
        if version.sitting.edition == edition:
            return version
    raise Http404


def _row(version: ToldVersion, sent_to: Mapping[int, int]) -> dict[str, Any]:
    return {
        "version": version,
        "day": timezone.localtime(version.sitting.made_at).date(),
        "sent": [sent_to[number] for number in version.numbers if number in sent_to],
    }


def _sent_to(issue_id: int) -> dict[int, int]:
    """Return how many addresses have got each version that was sent."""
    accepted: dict[int, int] = {}
    for state in history(issue_id):
        number = state.version_number
        accepted[number] = accepted.get(number, 0) + state.accepted
    return accepted


def _number(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if is_number else 0
