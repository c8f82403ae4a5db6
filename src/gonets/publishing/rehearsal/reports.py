"""The newest rehearsal of an issue as values: where it stands, and what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from gonets.audience.models import Subscriber
from gonets.kernel.addresses import BadAddress
from gonets.letters.storing import digest_of
from gonets.newsletters.people import name_of
from gonets.newsletters.queries import letter_content
from gonets.publishing.rehearsal.forecasts import Forecast, Pace, forecast
from gonets.publishing.rehearsal.models import Rehearsal, RehearsalFinding
from gonets.publishing.rehearsal.relays import RelayFacts
from gonets.publishing.rehearsal.states import (
    UNFINISHED_REHEARSALS,
    FindingKind,
    RehearsalStatus,
)
from gonets.publishing.rehearsal.tallies import Tally

SHOWN_BY_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingGroup:
    """Everybody of one reason: how many, how many by name, and the first of them."""

    kind: FindingKind
    reason: str
    count: int
    first: Sequence[RehearsalFinding] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalState:
    """Where a rehearsal stands."""

    rehearsal_id: int
    issue_id: int
    status: RehearsalStatus
    edition: int
    sha256: str
    people: int
    tally: Tally
    relay: RelayFacts
    worked_seconds: float
    letters_per_second: float | None
    seconds_left: float | None
    failure: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    started_by_name: str

    @property
    def is_under_way(self) -> bool:
        return self.status in UNFINISHED_REHEARSALS

    @property
    def percent(self) -> int:
        """Of the newsletter's people, rounded down; 100 only when it is finished."""
        if self.status == RehearsalStatus.FINISHED:
            return 100
        return min(99, 100 * self.tally.looked_at // max(1, self.people))

    @property
    def unfit(self) -> int:
        """How many letters cannot be made."""
        return self.tally.found(FindingKind.UNFIT)

    @property
    def forecast(self) -> Forecast | None:
        """How long the real sending will take; None if not everybody was looked at."""
        letters = self.tally.made
        if not letters or self.status != RehearsalStatus.FINISHED:
            return None
        relay = self.relay
        return forecast(
            letters,
            Pace(
                letters_per_second=relay.letters_per_second,
                connections=relay.connections,
                round_trip_seconds=relay.round_trip_seconds,
                pipelining="PIPELINING" in relay.offered,
                making_seconds=self.worked_seconds,
            ),
        )


def newest_rehearsal(issue_id: int) -> RehearsalState | None:
    rehearsals = Rehearsal.objects.filter(issue_id=issue_id).order_by("-pk")
    row = rehearsals.defer("content").select_related("started_by").first()
    return _state(row) if row is not None else None


def is_about_letter_now(state: RehearsalState) -> bool:
    """Tell whether the letter is worded as it was rehearsed."""
    try:
        return digest_of(letter_content(state.issue_id)) == state.sha256
    except BadAddress:
        return False


def finding_groups(state: RehearsalState) -> list[FindingGroup]:
    """Return what was found by reason: what matters most and most often first."""
    kinds = [*FindingKind]
    groups = sorted(
        state.tally.reasons.items(),
        key=lambda group: (kinds.index(FindingKind(group[0][0])), -group[1]),
    )
    return [
        FindingGroup(
            kind=FindingKind(kind),
            reason=reason,
            count=count,
            first=_first(state.rehearsal_id, kind, reason),
        )
        for (kind, reason), count in groups
    ]


def findings_by_name(rehearsal_id: int) -> Iterator[RehearsalFinding]:
    """Yield everything that is kept by name, group after group."""
    findings = RehearsalFinding.objects.filter(rehearsal_id=rehearsal_id)
    yield from findings.order_by("kind", "reason", "pk").iterator(2_000)


def largest_letter_address(state: RehearsalState) -> str:
    """Return whose letter is the largest; "" if that person has been deleted."""
    found = Subscriber.objects.filter(pk=state.tally.largest_for)
    return found.values_list("address", flat=True).first() or ""


def _first(rehearsal_id: int, kind: str, reason: str) -> list[RehearsalFinding]:
    findings = RehearsalFinding.objects.filter(
        rehearsal_id=rehearsal_id, kind=kind, reason=reason
    )
    return list(findings.order_by("pk")[:SHOWN_BY_NAME])


def _state(row: Rehearsal) -> RehearsalState:
    return RehearsalState(
        rehearsal_id=row.pk,
        issue_id=row.issue_id or 0,
        status=RehearsalStatus(row.status),
        edition=row.edition,
        sha256=row.sha256,
        people=row.people,
        tally=Tally.from_json(row.tally),
        relay=RelayFacts.from_json(row.relay_facts),
        worked_seconds=row.worked_seconds,
        letters_per_second=row.letters_per_second,
        seconds_left=row.seconds_left,
        failure=row.failure,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        started_by_name=name_of(row.started_by),
    )
