"""The form of a newsletter's rhythm: choices and numbers, no signs to be learnt."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gonets.kernel import clock
from gonets.newsletters.errors import BadSettings
from gonets.newsletters.people import name_of
from gonets.newsletters.standing.checking import checked_rhythm, checked_skips
from gonets.newsletters.standing.models import NewsletterRhythm
from gonets.newsletters.standing.planning import Plan
from gonets.newsletters.standing.queries import address_of, editors
from gonets.newsletters.standing.rhythms import LAST, Rhythm, Skips
from gonets.newsletters.standing.states import RhythmKind, WhenDue
from gonets.newsletters.standing.zones import zone_choices

ORDINALS = (
    (1, pgettext_lazy("which weekday of a month", "first")),
    (2, pgettext_lazy("which weekday of a month", "second")),
    (3, pgettext_lazy("which weekday of a month", "third")),
    (4, pgettext_lazy("which weekday of a month", "fourth")),
    (LAST, pgettext_lazy("which weekday of a month", "last")),
)
MONTH_DAYS = (
    *((day, str(day)) for day in range(1, 32)),
    (LAST, pgettext_lazy("of a month", "last")),
)
DAY = {"type": "date"}
USUAL = {"kind": RhythmKind.WEEKLY, "interval": 1, "at": "10:00", "weekday": 0}
WHOLE_NUMBER = _("Please write a whole number.")


def _day_field(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        error_messages={"invalid": _("This is not a day of the calendar.")},
    )


def _numbers(label: Any, choices: Any) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        label=label,
        choices=choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class ScheduleForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("How often"), choices=RhythmKind.choices, widget=forms.RadioSelect
    )
    interval = forms.IntegerField(
        label=_("Every"),
        min_value=1,
        max_value=366,
        required=False,
        error_messages={"invalid": WHOLE_NUMBER},
    )
    weekdays = _numbers(_("On these days"), tuple(WEEKDAYS_ABBR.items()))
    ordinals = _numbers(_("Which ones of the month"), ORDINALS)
    weekday = forms.TypedChoiceField(
        label=_("Weekday"),
        choices=tuple(WEEKDAYS.items()),
        coerce=int,
        required=False,
    )
    month_days = _numbers(_("On these days of the month"), MONTH_DAYS)
    at = forms.TimeField(
        label=_("Time"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Write the time like 10:00.")},
    )
    zone = forms.ChoiceField(label=_("Time zone"))
    starts_on = _day_field(
        _("Not before"), _("“Every two weeks” is counted from the first date after it.")
    )
    paused_from = _day_field(_("Pause from"))
    paused_until = _day_field(_("until, inclusive"))
    when_due = forms.ChoiceField(
        label=_("When the date has come"),
        choices=WhenDue.choices,
        widget=forms.RadioSelect,
    )
    told_ids = forms.TypedMultipleChoiceField(
        label=_("Who is told"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone: Any = self.fields["zone"]
        zone.choices = zone_choices(settings.TIME_ZONE)
        told: Any = self.fields["told_ids"]
        told.choices = [
            (user.pk, f"{name_of(user)} ({address_of(user)})") for user in editors()
        ]

    @classmethod
    def of(cls, row: NewsletterRhythm | None) -> ScheduleForm:
        """Return the form filled in; with what is usual, if nothing is set yet."""
        today = timezone.localdate(clock.now())
        if row is None:
            at_first = {
                "zone": settings.TIME_ZONE,
                "starts_on": today,
                "weekdays": [today.weekday()],
                "when_due": WhenDue.WAIT,
            }
            return cls(initial={**USUAL, **at_first})
        names = set(cls.base_fields) - {"weekday", "told_ids"}
        initial = {name: getattr(row, name) for name in names}
        initial["weekday"] = row.weekdays[0] if row.weekdays else 0
        initial["told_ids"] = list(row.told.values_list("pk", flat=True))
        return cls(initial=initial)

    def clean(self) -> dict[str, Any]:
        """Ask the domain; each of its complaints goes to its field."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            self.plan = _checked(_plan(cleaned))
        except BadSettings as error:
            for name, problem in error.problems.items():
                self.add_error(name, problem)
        return cleaned


def _plan(cleaned: dict[str, Any]) -> Plan:
    kind = RhythmKind(cleaned["kind"])
    in_month = kind == RhythmKind.MONTHLY_WEEKDAY
    rhythm = Rhythm(
        kind=kind,
        interval=cleaned["interval"] or 1,
        weekdays=(cleaned["weekday"] or 0,) if in_month else cleaned["weekdays"],
        ordinals=tuple(cleaned["ordinals"]),
        month_days=tuple(cleaned["month_days"]),
        at=cleaned["at"],
        zone=cleaned["zone"],
        starts_on=cleaned["starts_on"] or timezone.localdate(clock.now()),
    )
    skips = Skips(
        paused_from=cleaned["paused_from"], paused_until=cleaned["paused_until"]
    )
    return Plan(
        rhythm=rhythm,
        when_due=cleaned["when_due"],
        skips=skips,
        told_ids=tuple(cleaned["told_ids"]),
    )


def _checked(plan: Plan) -> Plan:
    checked_rhythm(plan.rhythm)
    checked_skips(plan.skips)
    return plan
