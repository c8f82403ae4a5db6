"""The letter in its frame: a page of its own with a policy of its own, no scripts.

The parent page writes into it for editing.  The other views are made of the bytes that
would be sent to the chosen reader.
"""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gonets.delivery.ports import LetterUnfit
from gonets.letters.editing import render_for_editing
from gonets.letters.errors import LetterError
from gonets.letters.reading import shown_in
from gonets.newsletters.models import Issue
from gonets.newsletters.queries import letter_content
from gonets.publishing.errors import PublishingError
from gonets.publishing.previews import preview_envelope, preview_reader
from gonets.web.access import editor_required
from gonets.web.composing.letter_views import framed_page, in_frame, letter_shown
from gonets.web.composing.preview_page import chosen_reader, previewed_issue

FAULTS = (LetterError, LetterUnfit, PublishingError)


@require_safe
@never_cache
@editor_required
def issue_letter(request: HttpRequest, issue_id: int) -> HttpResponseBase:
    """``?view=`` is edit or one of ``VIEWS``; ``?reader=`` names a subscriber."""
    issue = previewed_issue(issue_id)
    return in_frame(request, partial(_shown, issue=issue))


def _shown(request: HttpRequest, issue: Issue) -> HttpResponse:
    view = request.GET.get("view", "light")
    try:
        if view == "edit":
            return _editable(request, issue)
        envelope = preview_envelope(issue, chosen_reader(request, issue))
        return letter_shown(request, envelope.content, view)
    except FAULTS as error:
        context = {"reason": str(error)}
        return render(request, "gonets/composing/preview_fault.html", context)


def _editable(request: HttpRequest, issue: Issue) -> HttpResponse:
    reader = preview_reader(issue, chosen_reader(request, issue))
    html = render_for_editing(letter_content(issue.pk), reader)
    return framed_page(request, shown_in(html, "light"))
