"""The calendar file of an event in a letter; readers get it without logging in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from gonets.newsletters.models import Issue
from gonets.newsletters.queries import event_entry


@login_not_required
@require_safe
@cache_control(public=True, max_age=300)
def event_calendar(
    request: HttpRequest, issue_id: int, entry_id: int, uid: str
) -> HttpResponse:
    # The worker loads every address of the desk, and makes no calendar.
    from gonets.newsletters.calendars import calendar_file  # noqa: PLC0415

    issue = get_object_or_404(Issue.objects.select_related("newsletter"), pk=issue_id)
    entry = event_entry(issue.pk, entry_id, uid)
    if entry is None or entry.event is None:
        raise Http404
    try:
        file = calendar_file(
            entry,
            entry.event,
            organiser=issue.newsletter.title,
            changed_at=issue.changed_at,
        )
    except (ValueError, OverflowError) as error:
        raise Http404 from error
    response = HttpResponse(file, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="event.ics"'
    return response
