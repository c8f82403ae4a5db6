"""Which runs an issue has had, and to whom each was meant to go."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gonets.delivery.models import Run
from gonets.newsletters.models import Issue, IssueVersion


class AudienceRule(models.TextChoices):
    """Whom a run of an issue is for."""

    EVERYONE = "everyone", _("everyone confirmed now")
    NEWCOMERS = "newcomers", _("only those in no earlier audience of this issue")
    FAILED = "failed", _("only those it failed for")
    FAILED_AND_UNCERTAIN = "failed_uncertain", _("failed and uncertain ones")


class IssueRun(models.Model):
    """One sending of an issue: which version, to whom, started by whom."""

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="issue_runs")
    version = models.ForeignKey(IssueVersion, models.PROTECT, related_name="+")
    run = models.OneToOneField(Run, models.PROTECT, related_name="issue_run")
    audience = models.CharField(max_length=24, choices=AudienceRule.choices)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)  # «Ok» was pressed

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.run_id}"
