"""The captions that say where an issue stands, word for word as users know them."""

from __future__ import annotations

from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from gonets.delivery.states import RunStatus
from gonets.newsletters.models import Issue
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
        when = moment_text(issue.scheduled_at)
        return _("Sending scheduled for %(when)s") % {"when": when}
    if issue.state == IssueState.POSTPONED:
        return _("Issue ready (postponed)")
    return _("Issue in preparation")


def moment_text(moment: datetime) -> str:
    """Return a date and time of the site's zone: "23 November 2026, 14:30"."""
    local = timezone.localtime(moment)
    date = formats.date_format(local, "DATE_FORMAT")
    return f"{date}, {formats.date_format(local, 'H:i')}"
