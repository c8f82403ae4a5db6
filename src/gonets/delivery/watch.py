"""What the engine looks at several times a second: which runs are to be sent how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q

from gonets.delivery.budgets import ProviderLimit
from gonets.delivery.claims import policy_waits
from gonets.delivery.fence import is_fenced
from gonets.delivery.models import Delivery, DomainLimit, Relay, Run, Worker
from gonets.delivery.states import DeliveryStatus, RunStatus
from gonets.kernel import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySettings:
    """A relay as it is set up at the moment; a change means new connections."""

    relay_id: int
    name: str = field(compare=False)
    url: str
    letters_per_second: float | None = field(compare=False)
    connections: int
    letters_per_connection: int
    idle_seconds: int

    def __repr__(self) -> str:
        """Without the address, which may hold a password."""
        return f"RelaySettings({self.relay_id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """A running run as the engine sees it."""

    run_id: int
    relay_id: int | None  # None: all enabled relays share it
    letter_ref: str
    pending: int
    accepted: int
    has_accepted: bool  # the letter that is sent now, by anybody
    settled: int
    has_work: bool  # something can be claimed now
    policy_waits: int  # counted only once nobody else is left to try


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that the engine has to know, at one moment."""

    runs: tuple[RunState, ...] = ()
    relays: Mapping[int, RelaySettings] = field(default_factory=dict)
    weights: Mapping[int, int] = field(default_factory=dict)  # of the enabled ones
    limits: tuple[ProviderLimit, ...] = ()
    workers: int = 1  # alive, this one included

    def carriers(self, run: RunState) -> Mapping[int, int]:
        """Return which relays may carry a run, with their weights."""
        if run.relay_id is None:
            return self.weights
        return {run.relay_id: 1} if run.relay_id in self.relays else {}


def situation() -> Situation:
    """Return what is to be sent now: nothing while the clone fence is up."""
    if is_fenced():
        return Situation()
    runs = list(Run.objects.filter(status=RunStatus.RUNNING).order_by("pk"))
    due, undecided = _due_again(runs), _undecided(runs)
    states = tuple(
        _state(run, is_due=run.pk in due, undecided=undecided.get(run.pk, 0))
        for run in runs
    )
    if not states:
        return Situation()
    # Workers do not talk to each other: each takes its part of what may leave.
    workers = max(1, _living_workers())
    named = {state.relay_id for state in states if state.relay_id is not None}
    wanted = Q(is_enabled=True) | Q(pk__in=named)
    rows = list(Relay.objects.filter(wanted, removed_at=None).order_by("pk"))
    return Situation(
        runs=states,
        relays={row.pk: _settings(row, workers) for row in rows},
        weights={row.pk: row.weight for row in rows if row.is_enabled},
        limits=tuple(
            _limit(row, workers) for row in DomainLimit.objects.order_by("pk")
        ),
        workers=workers,
    )


def _state(run: Run, *, is_due: bool, undecided: int) -> RunState:
    in_work = _in_work(run)
    return RunState(
        run_id=run.pk,
        relay_id=run.relay_id,
        letter_ref=run.letter_ref,
        pending=run.pending,
        accepted=run.accepted,
        has_accepted=run.accepted > run.accepted_before,
        settled=run.audience_size - in_work - run.deferred,
        has_work=bool(run.pending) or is_due,
        policy_waits=undecided,
    )


def _in_work(run: Run) -> int:
    return run.pending + run.claimed + run.intent


def _living_workers() -> int:
    return Worker.objects.filter(ended_at=None, lease_until__gt=clock.now()).count()


def _part(rate: float | None, workers: int) -> float | None:
    return rate / workers if rate else None


def _settings(relay: Relay, workers: int) -> RelaySettings:
    return RelaySettings(
        relay_id=relay.pk,
        name=relay.name,
        url=relay.url,
        letters_per_second=_part(relay.letters_per_second, workers),
        connections=relay.connections,
        letters_per_connection=relay.letters_per_connection,
        idle_seconds=relay.idle_seconds,
    )


def _limit(row: DomainLimit, workers: int) -> ProviderLimit:
    return ProviderLimit(
        provider=row.name,
        domains=tuple(row.domains.split()),
        letters_per_second=_part(row.letters_per_second, workers),
        letters_at_once=row.letters_at_once,
    )


def _due_again(runs: Sequence[Run]) -> set[int]:
    """Return which of those without anybody untried have somebody to try again.

    One question for all of them: a thousand may wait like this for a day.
    """
    waiting = [run.pk for run in runs if run.deferred and not run.pending]
    due = Delivery.objects.filter(
        run_id=OuterRef("pk"),
        status=DeliveryStatus.DEFERRED,
        policy_wait=False,
        not_before__lte=clock.now(),
    )
    found = Run.objects.filter(Exists(due), pk__in=waiting) if waiting else None
    return set() if found is None else set(found.values_list("pk", flat=True))


def _undecided(runs: Sequence[Run]) -> Mapping[int, int]:
    """Count who waits for a decision where nobody else is left, in one question."""
    waiting = [run.pk for run in runs if run.deferred and not _in_work(run)]
    if not waiting:
        return {}
    waits = policy_waits(*waiting).order_by().values_list("run_id")
    return dict(waits.annotate(waits=Count("pk")))


def note_rates(rates: dict[int, float]) -> None:
    """Keep the rates of late beside the runs, for whoever watches."""
    alike: dict[float, list[int]] = {}  # Of a thousand that wait, all have none.
    for run_id, rate in rates.items():
        alike.setdefault(rate, []).append(run_id)
    for rate, run_ids in alike.items():
        running = Run.objects.filter(pk__in=run_ids, status=RunStatus.RUNNING)
        running.update(rate=rate, rated_at=clock.now())


def note_condition(relay_id: int, *, trouble: str, slowed: str) -> None:
    """Keep beside a relay how it fares, for whoever looks after it."""
    Relay.objects.filter(pk=relay_id, removed_at=None).update(
        trouble=trouble[:500], slowed=slowed
    )
