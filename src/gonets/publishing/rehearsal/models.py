"""Rehearsals of issues, and what they found out about people."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from gonets.audience.models import Subscriber
from gonets.newsletters.models import Issue
from gonets.publishing.rehearsal.states import (
    UNFINISHED_REHEARSALS,
    FindingKind,
    RehearsalStatus,
)


class Rehearsal(models.Model):
    """A dry run of an issue: every letter is made and thrown away, and what was found.

    It keeps the wording it is about.  People are taken in order of subscription id; the
    cursor, the tally and the findings move in one transaction, so that a killed
    rehearsal goes on exactly where it stopped.  Who holds it says so in ``holder``.
    """

    # Empty once the issue is deleted: the worker then forgets the rehearsal in pieces.
    issue = models.ForeignKey(
        Issue, models.SET_NULL, null=True, related_name="rehearsals"
    )
    status = models.CharField(
        max_length=16, choices=RehearsalStatus.choices, default=RehearsalStatus.WAITING
    )
    edition = models.PositiveIntegerField()
    content = models.JSONField()  # see ``gonets.letters.types.LetterContent``
    sha256 = models.CharField(max_length=64)
    relay_facts = models.JSONField(default=dict)  # ``rehearsal.relays.RelayFacts``
    tally = models.JSONField(default=dict)  # ``rehearsal.tallies.Tally``
    people = models.PositiveIntegerField(default=0)  # of the newsletter, at its start
    looked_up_to = models.PositiveBigIntegerField(default=0)
    worked_seconds = models.FloatField(default=0)
    letters_per_second = models.FloatField(null=True, blank=True)
    seconds_left = models.FloatField(null=True, blank=True)
    holder = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)  # taken up, and did not get on
    failure = models.TextField(blank=True)  # why it was broken off, as a source string
    created_at = models.DateTimeField()
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issue"],
                name="one_unfinished_rehearsal",
                condition=Q(status__in=UNFINISHED_REHEARSALS),
            ),
            models.CheckConstraint(
                condition=Q(status__in=RehearsalStatus.values),
                name="rehearsal_status_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="rehearsal_unfinished",
                condition=Q(status__in=UNFINISHED_REHEARSALS),
            )
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.status}"


class RehearsalFinding(models.Model):
    """What a rehearsal found out about one person; gone with the person.

    ``reason`` is a source string, so that every reader of the report has their own
    language, or what the editor wrote; all of one reason are a group of the report.
    """

    rehearsal = models.ForeignKey(
        Rehearsal, models.CASCADE, related_name="findings", db_index=False
    )
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=FindingKind.choices)
    reason = models.CharField(max_length=300)
    detail = models.CharField(max_length=300, blank=True)
    address = models.CharField(max_length=320)  # as it was written to then

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=FindingKind.values), name="finding_kind_known"
            )
        ]
        indexes = [
            models.Index(
                fields=["rehearsal", "kind", "reason", "id"], name="findings_of_group"
            )
        ]

    def __str__(self) -> str:
        return f"{self.rehearsal_id}: {self.kind}"
