"""What looks at the web and DNS found, and what letters were sent in spite of."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from gonets.newsletters.models import Issue
from gonets.publishing.preflight.states import LookState
from gonets.publishing.states import RecordState


class PreflightOverride(models.Model):
    """An editor sends a letter in spite of a problem, and said why.

    It stands for one wording only: a letter that was changed is asked about again.
    """

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="overrides")
    code = models.CharField(max_length=40)
    field = models.CharField(max_length=100, blank=True)
    text = models.CharField(max_length=500)  # the problem as the editor read it
    reason = models.CharField(max_length=500)
    edition = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)  # of the wording
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "code", "field", "sha256"],
                condition=Q(withdrawn_at=None),
                name="overridden_once",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="override_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.code}"


class LinkLook(models.Model):
    """What was last found at a web address; kept for every letter that has it."""

    sha256 = models.CharField(max_length=64, unique=True)  # of the address
    address = models.TextField()
    host = models.CharField(max_length=255)
    state = models.CharField(
        max_length=12, choices=LookState.choices, default=LookState.WAITING
    )
    status = models.PositiveSmallIntegerField(default=0)  # of HTTP; 0: no answer
    size = models.PositiveBigIntegerField(null=True, blank=True)  # as the site says
    wanted_at = models.DateTimeField()
    taken_until = models.DateTimeField(null=True, blank=True)  # somebody looks just now
    looked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["wanted_at"],
                condition=Q(state=LookState.WAITING),
                name="what_is_to_be_looked_at",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=LookState.values), name="look_state_known"
            )
        ]

    def __str__(self) -> str:
        return self.address


class DomainLook(models.Model):
    """What DNS last said about a domain that letters are sent from."""

    domain = models.CharField(max_length=253, unique=True)  # as A-labels
    spf = models.CharField(
        max_length=16, choices=RecordState.choices, default=RecordState.UNKNOWN
    )
    dmarc = models.CharField(
        max_length=16, choices=RecordState.choices, default=RecordState.UNKNOWN
    )
    dkim = models.CharField(
        max_length=16, choices=RecordState.choices, default=RecordState.UNKNOWN
    )
    wanted_at = models.DateTimeField(null=True, blank=True)  # None: nothing is to do
    looked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.domain
