"""Forms of this area: when to send."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gonets.kernel import clock
from gonets.newsletters.models import Issue

USUAL_HOUR = 10


class ScheduleForm(forms.Form):
    """A day and a time of the site's zone."""

    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("This is not a day of the calendar.")},
    )
    time = forms.TimeField(
        label=_("Time"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Write the time like 10:00.")},
    )

    @classmethod
    def for_issue(cls, issue: Issue) -> ScheduleForm:
        """Propose the time it has, or tomorrow morning."""
        at = issue.scheduled_at or clock.now() + timedelta(days=1)
        local = timezone.localtime(at)
        if issue.scheduled_at is None:
            local = local.replace(hour=USUAL_HOUR, minute=0)
        return cls(initial={"day": local.date(), "time": local.time()})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            cleaned["at"] = self._moment(cleaned)
        return cleaned

    def _moment(self, cleaned: dict[str, Any]) -> datetime:
        written = datetime.combine(cleaned["day"], cleaned["time"])
        moment = timezone.make_aware(written)
        existing = moment.astimezone(UTC).astimezone(moment.tzinfo)
        if existing.replace(tzinfo=None) != written:
            raise forms.ValidationError(
                _("The clocks go forward then: this time does not exist on that day.")
            )
        if moment <= clock.now():
            raise forms.ValidationError(
                _("This time has passed. Choose one in the future.")
            )
        return moment
