"""What the issue amounts to so far: entries, reading time, size of the letter."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gonets.delivery.ports import LetterUnfit
from gonets.letters.clipping import CLIP_BYTES
from gonets.letters.compiling import bodies_for
from gonets.letters.errors import LetterError
from gonets.letters.preflight import NEARLY_CLIPPED_BYTES
from gonets.letters.reading_time import reading_minutes
from gonets.newsletters.models import Issue
from gonets.newsletters.queries import letter_content
from gonets.publishing.errors import PublishingError
from gonets.publishing.previews import preview_reader
from gonets.web.access import editor_required
from gonets.web.composing.preview_page import previewed_issue

FAULTS = (LetterError, LetterUnfit, PublishingError)


@require_safe
@never_cache
@editor_required
def totals(request: HttpRequest, issue_id: int) -> HttpResponse:
    issue = previewed_issue(issue_id)
    context = {"count": issue.entries.count(), **_weighed(issue)}
    return render(request, "gonets/composing/materials_totals.html", context)


def _weighed(issue: Issue) -> dict[str, object]:
    """Return nothing of a letter that cannot be made: the next step says why."""
    try:
        reader = preview_reader(issue, None)
        html, text = bodies_for(letter_content(issue.pk), reader)
        size, minutes = len(html.encode()), reading_minutes(text)
    except FAULTS:
        return {}
    return {
        "size": size,
        "minutes": minutes,
        "is_clipped": size > CLIP_BYTES,
        "is_nearly_clipped": NEARLY_CLIPPED_BYTES < size <= CLIP_BYTES,
    }
