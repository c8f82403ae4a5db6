"""The captions that say where an issue stands, word for word as users know them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from gonets.delivery.states import RunStatus
from gonets.newsletters.models import Issue
from gonets.newsletters.standing.queries import zone_of
from gonets.newsletters.standing.zones import zone_words
from gonets.newsletters.states import IssueState


def run_caption(status: RunStatus, percent: int) -> str:
    """Return the caption for a run; counts stand beside it, never inside."""
    if status == RunStatus.FINISHED:
        return _("Sending finished")
    if status == RunStatus.PAUSING:
        return _("Pausing…")
    captions = {
        RunStatus.PAUSED: _("Sending paused (%(percent)d%%)"),
        RunStatus.CANCELLED: _("Sending cancelled (%(percent)d%%)"),
    }
    caption = captions.get(status, _("Sending (%(percent)d%%)"))
    return caption % {"percent": percent}


def unsent_caption(issue: Issue) -> str:
    """Return the caption for an issue that has no run."""
    if issue.state == IssueState.SCHEDULED and issue.scheduled_at is not None:
        zone = zone_of(issue.newsletter)
        when = moment_text(issue.scheduled_at, zone=zone)
        return _("Sending scheduled for %(when)s") % {"when": when}
    if issue.state == IssueState.POSTPONED:
        return _("Issue ready (postponed)")
    return _("Issue in preparation")


def moment_text(moment: datetime, *, zone: str = "") -> str:
    """Return a date and time of the site's zone: "23 November 2026, 14:30".

    Of another ``zone`` it says which: "23 November 2026, 11:30, London time".
    """
    is_ours = zone in ("", settings.TIME_ZONE)
    local = timezone.localtime(moment, None if is_ours else ZoneInfo(zone))
    date = formats.date_format(local, "DATE_FORMAT")
    text = f"{date}, {formats.date_format(local, 'H:i')}"
    return text if is_ours else f"{text}, {zone_words(zone)}"
