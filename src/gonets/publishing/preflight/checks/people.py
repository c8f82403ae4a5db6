"""Who would get the letter."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from gonets.audience.queries import confirmed_subscriptions
from gonets.delivery.models import Run
from gonets.delivery.states import RunStatus
from gonets.letters.problems import Goal, Level, Problem
from gonets.newsletters.states import IssueState
from gonets.publishing.preflight.dossiers import Check, Dossier

RUNS_COMPARED = 5
UNUSUAL = 2
"""Times as many, or as few, as any of the last sendings."""

FEW = 50
"""Differences below that are nobody's mistake."""


def recipients(dossier: Dossier) -> Iterator[Problem]:
    if dossier.issue.state == IssueState.RELEASED:
        return
    people = confirmed_subscriptions(dossier.issue.newsletter.readership_id).count()
    if not people:
        yield Problem(
            level=Level.BLOCKING,
            code="recipients-none",
            text=_(
                "Nobody has subscribed to this newsletter yet, so there is nobody to "
                "send it to."
            ),
            fix=_("Add subscribers, or wait for the first."),
            goal=Goal.SUBSCRIBERS,
        )
        return
    usual = _earlier_audiences(dossier)
    if usual and people > UNUSUAL * max(usual) and people - max(usual) > FEW:
        text = _("%(people)s people would get it; the last sendings went to %(usual)s.")
        yield _unusual("recipients-many", text, people, max(usual))
    elif usual and people * UNUSUAL < min(usual) and min(usual) - people > FEW:
        text = _(
            "Only %(people)s people would get it; the last sendings went to %(usual)s."
        )
        yield _unusual("recipients-few", text, people, min(usual))


def _earlier_audiences(dossier: Dossier) -> list[int]:
    runs = Run.objects.filter(
        issue_run__issue__newsletter=dossier.issue.newsletter_id,
        issue_run__audience="everyone",
        status=RunStatus.FINISHED,
        audience_size__gt=0,
    )
    sizes = runs.order_by("-pk").values_list("audience_size", flat=True)
    return list(sizes[:RUNS_COMPARED])


def _unusual(code: str, text: str, people: int, usual: int) -> Problem:
    return Problem(
        level=Level.WARNING,
        code=code,
        text=text % {"people": _number(people), "usual": _number(usual)},
        why=_("Perhaps an import went wrong."),
        fix=_("Look through the subscribers before you send."),
        goal=Goal.SUBSCRIBERS,
    )


def _number(count: int) -> str:
    return number_format(count, force_grouping=True)


CHECKS: tuple[Check, ...] = (recipients,)
