"""Carrying rehearsals out, one after another, out of the way of real sendings."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils import translation

from gonets.delivery.models import Run
from gonets.delivery.states import RunStatus
from gonets.delivery.trials import Sink
from gonets.kernel import clock
from gonets.letters.errors import LetterError
from gonets.newsletters.models import Issue
from gonets.publishing.actions.rehearsals import (
    Progress,
    break_off,
    claim_rehearsal,
    end_rehearsal,
    hand_back,
    keep_rehearsed,
    note_start,
)
from gonets.publishing.errors import SigningRefused
from gonets.publishing.rehearsal.forecasts import rest_after
from gonets.publishing.rehearsal.making import Found, Maker
from gonets.publishing.rehearsal.models import Rehearsal
from gonets.publishing.rehearsal.portions import Candidate, next_people, people_count
from gonets.publishing.rehearsal.relays import RelayFacts, relay_facts

KEEP_EVERY = 0.5
MOST_UNKEPT = 150
"""So many findings are written in well under 50 ms, the longest SQLite may be held."""

Stopping = Callable[[], bool]


def carry_out_rehearsals(stopping: Stopping = lambda: False) -> None:
    """Carry out every rehearsal that waits; in English, for reasons are source strings.

    ``stopping`` is asked between portions of some milliseconds.
    """
    holder = secrets.token_hex(16)
    with translation.override("en"):
        while not stopping():
            rehearsal = claim_rehearsal(holder=holder)
            if rehearsal is None:
                return
            _carry_out(rehearsal, stopping)


def _carry_out(rehearsal: Rehearsal, stopping: Stopping) -> None:
    issues = Issue.objects.select_related("newsletter__readership")
    issue = issues.filter(rehearsals=rehearsal).first()
    if issue is None:
        return  # Deleted this very moment; the rehearsal is forgotten with it.
    relay = _relay(rehearsal, issue)
    if relay is None:
        return
    try:
        with Sink(relay.offered) as sink:
            maker = Maker(rehearsal, issue, relay=relay, sink=sink)
            _Work(rehearsal=rehearsal, issue=issue, maker=maker).go_on(stopping)
    except (LetterError, SigningRefused) as error:
        break_off(rehearsal, failure=str(error))


def _relay(rehearsal: Rehearsal, issue: Issue) -> RelayFacts | None:
    """Return what was known at the start, also after a restart; None: not ours."""
    if rehearsal.relay_facts:
        return RelayFacts.from_json(rehearsal.relay_facts)
    relay = relay_facts()
    people = people_count(issue.newsletter.readership_id)
    if not note_start(rehearsal, people=people, relay_facts=relay.as_json()):
        return None
    rehearsal.people = people
    return relay


@dataclass(slots=True, kw_only=True)
class _Work:
    """One worker's time with one rehearsal."""

    rehearsal: Rehearsal
    issue: Issue
    maker: Maker
    _unkept: list[Found] = field(default_factory=list)
    _began_at: float = field(default_factory=clock.monotonic)
    _kept_at: float = field(default_factory=clock.monotonic)
    _made_before: int = 0
    _looked_before: int = 0

    def go_on(self, stopping: Stopping) -> None:
        """Go on to the end, unless told to stop or no longer ours."""
        self._made_before = self.maker.tally.made
        self._looked_before = self.maker.tally.looked_at
        while people := self._next():
            if stopping():
                self._hand_back()
                return
            self._rehearse(people)
            if self._is_time_to_keep() and not self._keep():
                return
        if self._keep():
            end_rehearsal(self.rehearsal)

    def _next(self) -> list[Candidate]:
        return next_people(
            self.issue.newsletter.readership_id,
            after=self.rehearsal.looked_up_to,
            until=self.rehearsal.created_at,
        )

    def _rehearse(self, people: list[Candidate]) -> None:
        began_at = clock.monotonic()
        self._unkept += self.maker.rehearse(people)
        self.rehearsal.looked_up_to = people[-1].subscription_id
        worked = clock.monotonic() - began_at
        self.rehearsal.worked_seconds += worked
        time.sleep(rest_after(worked, is_sending=_is_sending()))

    def _is_time_to_keep(self) -> bool:
        is_due = clock.monotonic() - self._kept_at >= KEEP_EVERY
        return is_due or len(self._unkept) >= MOST_UNKEPT

    def _keep(self) -> bool:
        is_ours = keep_rehearsed(self.rehearsal, self._progress(), self._unkept)
        self._unkept = []
        self._kept_at = clock.monotonic()
        return is_ours

    def _hand_back(self) -> None:
        if self._keep():
            hand_back(self.rehearsal)

    def _progress(self) -> Progress:
        tally, elapsed = self.maker.tally, clock.monotonic() - self._began_at
        made = tally.made - self._made_before
        looked_at = tally.looked_at - self._looked_before
        to_do = max(0, self.rehearsal.people - tally.looked_at)
        return Progress(
            looked_up_to=self.rehearsal.looked_up_to,
            tally=tally.as_json(),
            worked_seconds=self.rehearsal.worked_seconds,
            letters_per_second=made / elapsed if elapsed else None,
            seconds_left=to_do * elapsed / looked_at if looked_at else None,
        )


def _is_sending() -> bool:
    return Run.objects.filter(status=RunStatus.RUNNING).exists()
