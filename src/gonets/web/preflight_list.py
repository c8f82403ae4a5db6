"""The list of preflight, the same on every page that shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from gonets.delivery.queries import worker_last_seen
from gonets.kernel import clock
from gonets.letters.preflight import CLIP_BYTES, Goal, Level, Problem
from gonets.newsletters.models import Issue
from gonets.publishing.preflight.report import Looks, preflight_report
from gonets.web.access import is_administrator

SHOWN_OF_ONE_KIND = 2
"""The rest of forty dead links unfolds."""

MOST_OF_ONE_KIND = 50
"""Nobody reads ten thousand links that say "here"."""

SEEN_LATELY = timedelta(seconds=30)

GOALS = {
    Goal.NEWSLETTER: "gonets:newsletter-edit",
    Goal.MATERIALS: "gonets:issue-materials",
    Goal.SUBSCRIBERS: "gonets:subscribers",
    Goal.RELAYS: "gonets:settings",
    Goal.SIGNING: "gonets:signing",
}
OF_ADMINISTRATORS = {Goal.RELAYS, Goal.SIGNING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A problem and where its button leads; without an address, within the page."""

    problem: Problem
    address: str
    has_button: bool

    @property
    def label(self) -> str:
        return str(self.problem.leads_to.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Problems of one kind; those of ``more`` are folded away."""

    level: str
    lines: tuple[Line, ...]
    more: tuple[Line, ...]
    more_count: int  # of which ``more`` may be the first only


def preflight_context(
    request: HttpRequest, issue: Issue, *, in_letter: bool
) -> dict[str, Any]:
    """Return what the list is shown with; ``in_letter`` beside the letter itself."""
    report = preflight_report(issue.pk)
    lines = [
        _line(problem, request=request, issue=issue, in_letter=in_letter)
        for problem in report.problems
    ]
    return {
        "issue": issue,
        "report": report,
        "groups": _groups(each for each in lines if not _is_advice(each)),
        "advice": _groups(filter(_is_advice, lines)),
        "advice_count": sum(map(_is_advice, lines)),
        "in_letter": in_letter,
        "clip_size": CLIP_BYTES,
        **looks_context(issue, report.looks),
    }


def looks_context(issue: Issue, looks: Looks) -> dict[str, Any]:
    return {
        "issue": issue,
        "looks": looks,
        "nobody_looks": looks.are_under_way and not _is_worker_there(),
    }


def _line(
    problem: Problem, *, request: HttpRequest, issue: Issue, in_letter: bool
) -> Line:
    goal = problem.leads_to
    is_open = goal not in OF_ADMINISTRATORS or is_administrator(request.user)
    return Line(
        problem=problem,
        address=_address(problem, issue, in_letter=in_letter),
        has_button=is_open and goal != Goal.NOWHERE,
    )


def _address(problem: Problem, issue: Issue, *, in_letter: bool) -> str:
    goal = problem.leads_to
    if goal in {Goal.FIELD, Goal.SIZE}:
        letter = reverse("gonets:issue-preview", args=[issue.pk])
        place = problem.field if goal == Goal.FIELD else "size"
        return "" if in_letter else f"{letter}#{goal}={place}"
    if goal == Goal.NEWSLETTER:
        return reverse(GOALS[goal], args=[issue.newsletter_id])
    if goal == Goal.MATERIALS:
        return reverse(GOALS[goal], args=[issue.pk])
    return reverse(GOALS[goal]) if goal in GOALS else ""


def _groups(lines: Iterable[Line]) -> list[Group]:
    by_code: dict[str, list[Line]] = {}
    for line in lines:
        by_code.setdefault(line.problem.code, []).append(line)
    return [
        Group(
            level=str(same[0].problem.level),
            lines=tuple(same[:SHOWN_OF_ONE_KIND]),
            more=tuple(same[SHOWN_OF_ONE_KIND:MOST_OF_ONE_KIND]),
            more_count=max(0, len(same) - SHOWN_OF_ONE_KIND),
        )
        for same in by_code.values()
    ]


def _is_advice(line: Line) -> bool:
    return line.problem.level == Level.ADVICE


def _is_worker_there() -> bool:
    seen_at = worker_last_seen()
    return seen_at is not None and clock.now() - seen_at < SEEN_LATELY
