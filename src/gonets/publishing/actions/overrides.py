"""Sending in spite of a problem: who decided it, when and why."""

from __future__ import annotations

from django.utils.translation import gettext as _

from gonets.kernel import clock
from gonets.kernel.html import line_of, storable
from gonets.letters.preflight import Problem
from gonets.letters.storing import digest_of
from gonets.newsletters.models import Issue
from gonets.newsletters.types import Person
from gonets.publishing.contents import content_now
from gonets.publishing.errors import LetterChanged, OverrideRefused
from gonets.publishing.preflight.models import PreflightOverride
from gonets.publishing.preflight.report import preflight_report

LONGEST_REASON = 500


def override_problem(
    issue_id: int,
    *,
    code: str,
    field: str,
    reason: str,
    edition: int | None,
    user: Person | None,
) -> PreflightOverride:
    """Let the letter, as it is worded now, go out in spite of a problem that blocks.

    :raises OverrideRefused: if no reason is given, or the problem is none that may
        pass, or is not there any more.
    :raises LetterChanged: if the wording is not the one that the editor saw.
    :raises SenderMissing: if there is nobody to send it as.
    """
    stated = line_of(reason)[:LONGEST_REASON]
    if not stated:
        raise OverrideRefused(_("Say why the letter should go out in spite of this."))
    issue = Issue.objects.get(pk=issue_id)
    if edition != issue.edition:
        raise LetterChanged
    sha256 = digest_of(content_now(issue_id))
    code, field = storable(code), storable(field)
    standing = PreflightOverride.objects.filter(
        issue=issue, code=code, field=field, sha256=sha256, withdrawn_at=None
    ).first()
    if standing is not None:
        return standing
    problem = _passing(issue_id, code=code, field=field)
    # Two editors may press at the same time: the first reason stands.
    override, _is_new = PreflightOverride.objects.get_or_create(
        issue=issue,
        code=problem.code,
        field=problem.field[:100],
        sha256=sha256,
        withdrawn_at=None,
        defaults={
            "text": problem.text[:500],
            "reason": stated,
            "edition": issue.edition,
            "created_at": clock.now(),
            "created_by_id": user.pk if user else None,
        },
    )
    return override


def withdraw_override(override_id: int, *, user: Person | None) -> None:
    """Let the problem block again; withdrawn twice is the same."""
    PreflightOverride.objects.filter(pk=override_id, withdrawn_at=None).update(
        withdrawn_at=clock.now(), withdrawn_by_id=user.pk if user else None
    )


def _passing(issue_id: int, *, code: str, field: str) -> Problem:
    for problem in preflight_report(issue_id).problems:
        if problem.code == code and problem.field == field and problem.blocking:
            if problem.may_pass:
                return problem
            raise OverrideRefused(_("Without this no letter can be sent."))
    raise OverrideRefused(_("This does not stand in the letter's way any more."))
