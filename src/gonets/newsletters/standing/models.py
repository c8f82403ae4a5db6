"""The rhythm of a newsletter, and the drafts that collect for its dates."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gonets.newsletters.standing.rhythms import Rhythm, Skips
from gonets.newsletters.standing.states import (
    OPEN_STATES,
    RhythmKind,
    SkipReason,
    StandingState,
    WhenDue,
)


class NewsletterRhythm(models.Model):
    """When the issues of a newsletter are due, what happens then, and who is told.

    Its row is the lock of everything that happens to the newsletter's standing drafts.
    """

    newsletter = models.OneToOneField(
        "gonets_newsletters.Newsletter", models.CASCADE, related_name="rhythm"
    )
    is_on = models.BooleanField(default=True)
    kind = models.CharField(max_length=16, choices=RhythmKind.choices)
    interval = models.PositiveSmallIntegerField(default=1)
    weekdays = models.JSONField(default=list, blank=True)
    ordinals = models.JSONField(default=list, blank=True)
    month_days = models.JSONField(default=list, blank=True)
    at = models.TimeField()
    zone = models.CharField(max_length=64)
    starts_on = models.DateField()
    skipped_days = models.JSONField(default=list, blank=True)  # as YYYY-MM-DD
    paused_from = models.DateField(null=True, blank=True)
    paused_until = models.DateField(null=True, blank=True)
    when_due = models.CharField(
        max_length=8, choices=WhenDue.choices, default=WhenDue.WAIT
    )
    # Nobody: whoever made the newsletter, or else the administrators.
    told = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("told")
    )
    # Dates settled before the rhythm became this one do not count against it.
    in_force_since = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=RhythmKind.values), name="rhythm_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(when_due__in=WhenDue.values), name="rhythm_when_due_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.newsletter_id}: {self.kind}"

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(
            kind=RhythmKind(self.kind),
            interval=self.interval,
            weekdays=tuple(self.weekdays),
            ordinals=tuple(self.ordinals),
            month_days=tuple(self.month_days),
            at=self.at,
            zone=self.zone,
            starts_on=self.starts_on,
        )

    @property
    def skips(self) -> Skips:
        return Skips(
            days=frozenset(map(date.fromisoformat, self.skipped_days)),
            paused_from=self.paused_from,
            paused_until=self.paused_until,
        )


class StandingDraft(models.Model):
    """An issue that collects for one date of its newsletter's rhythm.

    If the date is skipped, the next date's row has the same issue, with everything
    that editors did in it.
    """

    newsletter = models.ForeignKey(
        "gonets_newsletters.Newsletter", models.CASCADE, related_name="standing_drafts"
    )
    issue = models.ForeignKey(
        "gonets_newsletters.Issue",
        models.SET_NULL,
        null=True,
        related_name="standing_drafts",
    )
    state = models.CharField(
        max_length=12, choices=StandingState.choices, default=StandingState.COLLECTING
    )
    day = models.DateField()  # in the rhythm's zone
    due_at = models.DateTimeField()
    # The issue's edition after its last change by itself: another one is a person's.
    own_edition = models.PositiveIntegerField(default=1)
    is_edited = models.BooleanField(default=False)
    reason = models.CharField(
        max_length=12, choices=SkipReason.choices, default=SkipReason.NONE, blank=True
    )
    materials = models.PositiveIntegerField(null=True, blank=True)  # when it ended
    minimum = models.PositiveIntegerField(null=True, blank=True)  # wanted then
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["newsletter"],
                name="one_open_standing_draft",
                condition=Q(state__in=OPEN_STATES),
            ),
            models.CheckConstraint(
                condition=Q(state__in=StandingState.values),
                name="standing_state_known",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=SkipReason.values),
                name="standing_reason_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["newsletter", "-due_at"], name="standing_draft_before"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.newsletter_id}: {self.day}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_collecting(self) -> bool:
        return self.state == StandingState.COLLECTING


class PlacedMaterial(models.Model):
    """A material was in a standing draft; if it no longer is, a person took it out."""

    issue = models.ForeignKey(
        "gonets_newsletters.Issue", models.CASCADE, related_name="placed_materials"
    )
    material = models.ForeignKey(
        "gonets_content.Material", models.CASCADE, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "material"], name="placed_material_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.material_id}"
