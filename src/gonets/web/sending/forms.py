"""Forms of this area: when to send."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gonets.kernel import clock
from gonets.newsletters.models import Issue
from gonets.newsletters.standing.checking import EARLIEST, LATEST
from gonets.newsletters.standing.queries import zone_of
from gonets.newsletters.standing.zones import zone_choices

USUAL_HOUR = 10


class ScheduleForm(forms.Form):
    """A day and a time by the clocks of a zone, at first the newsletter's."""

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
    zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, data: Any = None, *, issue: Issue) -> None:
        """Propose the time that the issue has, or tomorrow morning."""
        self.usual_zone = zone_of(issue.newsletter)
        at = issue.scheduled_at or clock.now() + timedelta(days=1)
        local = timezone.localtime(at, ZoneInfo(self.usual_zone))
        if issue.scheduled_at is None:
            local = local.replace(hour=USUAL_HOUR, minute=0)
        proposed = {"day": local.date(), "time": local.time()}
        super().__init__(data, initial={**proposed, "zone": self.usual_zone})
        zone: Any = self.fields["zone"]
        zone.choices = zone_choices(self.usual_zone)

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(_("This date is too far away."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            cleaned["at"] = self._moment(cleaned)
        return cleaned

    def _moment(self, cleaned: dict[str, Any]) -> datetime:
        zone = ZoneInfo(cleaned["zone"] or self.usual_zone)
        written = datetime.combine(cleaned["day"], cleaned["time"])
        moment = written.replace(tzinfo=zone).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) != written:
            raise forms.ValidationError(
                _("The clocks go forward then: this time does not exist on that day.")
            )
        if moment <= clock.now():
            raise forms.ValidationError(
                _("This time has passed. Choose one in the future.")
            )
        return moment
