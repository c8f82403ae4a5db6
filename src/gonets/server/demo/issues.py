"""The demo's two issues: one that went out a week ago, one that waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from gonets.newsletters import actions as newsletters
from gonets.newsletters.models import Issue, Newsletter
from gonets.newsletters.states import IssueStep
from gonets.publishing.actions import acknowledge_run, send_issue, settle_run
from gonets.publishing.states import AudienceRule
from gonets.server.demo.relay import carry_out
from gonets.server.demo.site import WrittenSite
from gonets.server.models import User

WEEK = timedelta(days=7)


def make_sent_issue(
    site: WrittenSite, newsletter: Newsletter, *, at: datetime
) -> Issue:
    """Make the issue of the week before ``at`` and send it, to nobody outside."""
    editor = _editor()
    issue = newsletters.prepare_issue(newsletter.pk, user=editor)
    other_weeks = issue.entries.exclude(
        material__published_at__gt=at - WEEK, material__published_at__lte=at
    )
    newsletters.remove_entries(
        issue.pk, list(other_weeks.values_list("pk", flat=True)), user=editor
    )
    _word(issue, site.settings["sent_issue"])
    run = send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=editor)
    carry_out(run.pk)
    settle_run(run.pk)
    acknowledge_run(run.pk)
    return issue


def make_postponed_issue(site: WrittenSite, newsletter: Newsletter) -> Issue:
    """Make an issue that only has to be continued."""
    editor = _editor()
    issue = newsletters.prepare_issue(newsletter.pk, user=editor)
    _word(issue, site.settings["postponed_issue"])
    newsletters.set_step(issue.pk, IssueStep.PREVIEW, user=editor)
    newsletters.postpone_issue(issue.pk, user=editor)
    return issue


def _word(issue: Issue, wording: Mapping[str, str]) -> None:
    issue.refresh_from_db()
    newsletters.save_wording(
        issue.pk, edition=issue.edition, user=_editor(), changes=wording
    )


def _editor() -> User | None:
    """Return whoever was here first: who tries the demo has made these issues."""
    return User.objects.order_by("pk").first()
