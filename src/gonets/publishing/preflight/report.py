"""Preflight of an issue: one list for every page that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from gonets.kernel.plugins import find_plugins
from gonets.letters.preflight import Problem, in_order, problems_in
from gonets.letters.problems import Goal, Level
from gonets.letters.specimens import Specimen, specimen_of
from gonets.letters.storing import digest_of
from gonets.newsletters.models import Issue
from gonets.publishing.contents import content_now
from gonets.publishing.errors import SenderMissing
from gonets.publishing.preflight import checks
from gonets.publishing.preflight.addresses import (
    MOST_LINKS,
    digest,
    host_of,
    is_for_examples,
    web_addresses,
)
from gonets.publishing.preflight.dossiers import Check, Dossier
from gonets.publishing.preflight.models import LinkLook, PreflightOverride
from gonets.publishing.preflight.states import LookState
from gonets.publishing.relays import letters_leave


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """How far the looks at the letter's links are; ``left_out`` are over the limit."""

    total: int = 0
    done: int = 0
    unwanted: int = 0  # nobody has asked for them yet
    left_out: int = 0
    looked_at: datetime | None = None  # the last one

    @property
    def are_under_way(self) -> bool:
        return self.done + self.unwanted < self.total


NO_LOOKS = Looks()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What preflight says of an issue as it is now.

    ``problems`` are those left, what blocks first; ``overrides`` are decisions about
    others of this very wording.
    """

    problems: tuple[Problem, ...]
    overrides: tuple[PreflightOverride, ...] = ()
    looks: Looks = NO_LOOKS
    size: int | None = None  # of the letter's HTML, in bytes

    @property
    def blocking(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.blocking)


@cache
def known_checks() -> Mapping[str, tuple[Check, ...]]:
    """Return the checks of every module of ``checks``, and of other packages."""
    return find_plugins(checks, attribute="CHECKS", group="gonets.issue_checks")


def preflight_report(issue_id: int) -> Report:
    try:
        content = content_now(issue_id)
    except SenderMissing as error:
        return Report(problems=(_no_sender(error),))
    issue = Issue.objects.select_related("newsletter__readership").get(pk=issue_id)
    specimen = specimen_of(content)
    dossier = Dossier(issue=issue, specimen=specimen, leaves=letters_leave())
    found = [*problems_in(specimen), *_problems_around(dossier)]
    overrides = _overrides(issue_id, sha256=digest_of(content))
    passed = {(each.code, each.field) for each in overrides}
    left = [each for each in found if not _is_passed(each, passed)]
    return Report(
        problems=tuple(in_order(left)),
        overrides=overrides,
        looks=_looks(specimen),
        size=specimen.html_bytes if specimen.html else None,
    )


def letter_looks(issue_id: int) -> Looks:
    """Return how far the looks at the letter's links are, and nothing else."""
    try:
        return _looks(specimen_of(content_now(issue_id)))
    except SenderMissing:
        return NO_LOOKS


def _problems_around(dossier: Dossier) -> list[Problem]:
    each = (check for group in known_checks().values() for check in group)
    return [problem for check in each for problem in check(dossier)]


def _overrides(issue_id: int, *, sha256: str) -> tuple[PreflightOverride, ...]:
    standing = PreflightOverride.objects.filter(
        issue=issue_id, sha256=sha256, withdrawn_at=None
    )
    return tuple(standing.select_related("created_by").order_by("pk"))


def _is_passed(problem: Problem, passed: set[tuple[str, str]]) -> bool:
    return problem.may_pass and (problem.code, problem.field[:100]) in passed


def _looks(specimen: Specimen) -> Looks:
    addresses = web_addresses(specimen)
    asked = [
        each for each in addresses[:MOST_LINKS] if not is_for_examples(host_of(each))
    ]
    known = LinkLook.objects.filter(sha256__in=list(map(digest, asked)))
    rows = list(known.values_list("state", "looked_at"))
    done = [looked_at for state, looked_at in rows if state != LookState.WAITING]
    return Looks(
        total=len(asked),
        done=len(done),
        unwanted=len(asked) - len(rows),
        left_out=max(0, len(addresses) - MOST_LINKS),
        looked_at=max(filter(None, done), default=None),
    )


def _no_sender(error: SenderMissing) -> Problem:
    return Problem(
        level=Level.BLOCKING,
        code="sender-missing",
        text=str(error),
        fix="",
        goal=Goal.NEWSLETTER,
    )
