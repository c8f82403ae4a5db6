"""Which runs an issue has had, to whom, through what, and signed with which key."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from gonets.delivery.models import Run
from gonets.newsletters.models import Issue, IssueVersion
from gonets.publishing.confirmations.models import ConfirmationLetter
from gonets.publishing.notices.models import Notice
from gonets.publishing.preflight.models import (
    DomainLook,
    LinkLook,
    PreflightOverride,
)
from gonets.publishing.rehearsal.models import Rehearsal, RehearsalFinding
from gonets.publishing.sources.models import SourceNotice
from gonets.publishing.states import AudienceRule, RecordState

__all__ = [
    "ConfirmationLetter",
    "DomainLook",
    "IssueRun",
    "LinkLook",
    "MailboxOnly",
    "Notice",
    "PreflightOverride",
    "Rehearsal",
    "RehearsalFinding",
    "RelaySignedDomain",
    "SigningKey",
    "SourceNotice",
    "TestAddresses",
]


class IssueRun(models.Model):
    """One sending of an issue: which version, to whom, started by whom.

    ``version`` is the one that open deliveries get; corrected in a paused run, it moves
    on, and ``delivery`` keeps for each address what it was sent.
    """

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="issue_runs")
    version = models.ForeignKey(IssueVersion, models.PROTECT, related_name="+")
    run = models.OneToOneField(Run, models.PROTECT, related_name="issue_run")
    audience = models.CharField(max_length=24, choices=AudienceRule.choices)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # The audience is taken in order of subscription id; this far it is frozen.
    frozen_up_to = models.PositiveBigIntegerField(default=0)
    frozen_at = models.DateTimeField(null=True, blank=True)
    held = models.BooleanField(default=False)  # «Приостановить» while still freezing
    settled_at = models.DateTimeField(null=True, blank=True)  # its end was drawn up
    acknowledged_at = models.DateTimeField(null=True, blank=True)  # «Ok» was pressed

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(audience__in=AudienceRule.values),
                name="issue_run_audience_known",
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], name="issue_run_to_freeze", condition=Q(frozen_at=None)
            ),
            models.Index(
                fields=["id"], name="issue_run_to_settle", condition=Q(settled_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.run_id}"


class MailboxOnly(models.Model):
    """An administrator wants letters to stay in the built-in mailbox.

    The single row has the primary key 1; without it, letters leave through the relays.
    """

    chosen_at = models.DateTimeField()
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="mailbox_only_once")
        ]

    def __str__(self) -> str:
        return str(self.chosen_at)


class TestAddresses(models.Model):
    """Where an editor sent the last test letter: the next one goes there, too."""

    __test__ = False  # not a test case, whatever its name says to pytest

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+"
    )
    addresses = models.TextField()
    used_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.addresses


class SigningKey(models.Model):
    """A key that signs the letters of a sender's domain (DKIM), or could.

    At most one of a domain is in use.  The others wait for their DNS record, or stay
    until no letter that they signed is under way any more.
    """

    domain = models.CharField(max_length=253)  # as A-labels
    selector = models.CharField(max_length=63)  # never given twice, see DNS caches
    public_key = models.TextField()  # base64, as DNS publishes it
    sealed_private_key = models.TextField()  # see ``gonets.kernel.sealing``
    is_in_use = models.BooleanField(default=False)
    record_state = models.CharField(
        max_length=16, choices=RecordState.choices, default=RecordState.UNKNOWN
    )
    record_checked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["domain", "selector"], name="selector_once_per_domain"
            ),
            models.UniqueConstraint(
                fields=["domain"],
                name="one_signing_key_in_use",
                condition=Q(is_in_use=True),
            ),
            models.CheckConstraint(
                condition=Q(record_state__in=RecordState.values),
                name="record_state_known",
            ),
        ]

    def __str__(self) -> str:
        return self.record_name

    @property
    def record_name(self) -> str:
        """Where DNS publishes the public half."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record_value(self) -> str:
        return f"v=DKIM1; k=rsa; p={self.public_key}"

    @property
    def record_line(self) -> str:
        """The record as a zone file has it: strings of at most 255 characters."""
        value, size = self.record_value, 255
        strings = [value[at : at + size] for at in range(0, len(value), size)]
        quoted = " ".join(f'"{string}"' for string in strings)
        return f"{self.record_name}. IN TXT ( {quoted} )"


class RelaySignedDomain(models.Model):
    """An administrator said that the mail server itself signs this domain's letters."""

    domain = models.CharField(max_length=253, unique=True)  # as A-labels
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    def __str__(self) -> str:
        return self.domain
