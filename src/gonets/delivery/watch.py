"""What the engine looks at several times a second: which runs are to be sent how."""

from __future__ import annotations

from dataclasses import dataclass

from gonets.delivery.fence import is_fenced
from gonets.delivery.models import Delivery, Run
from gonets.delivery.states import DeliveryStatus, RunStatus
from gonets.kernel import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySettings:
    """A relay as it is set up at the moment; a change means new connections."""

    relay_id: int
    url: str
    letters_per_second: float | None
    connections: int

    def __repr__(self) -> str:
        """Without the address, which may hold a password."""
        return f"RelaySettings({self.relay_id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """A running run as the engine sees it."""

    run_id: int
    relay: RelaySettings | None
    letter_ref: str
    accepted: int
    settled: int
    has_work: bool  # something can be claimed now
    policy_waits: int  # counted only once nobody else is left to try


def running_runs() -> list[RunState]:
    """Return what is to be sent now: nothing while the clone fence is up."""
    if is_fenced():
        return []
    runs = Run.objects.filter(status=RunStatus.RUNNING).order_by("pk")
    return [_state(run) for run in runs.select_related("relay")]


def _state(run: Run) -> RunState:
    in_work = run.pending + run.claimed + run.intent
    return RunState(
        run_id=run.pk,
        relay=_settings(run),
        letter_ref=run.letter_ref,
        accepted=run.accepted,
        settled=run.audience_size - in_work - run.deferred,
        has_work=bool(run.pending) or bool(run.deferred and _is_due(run.pk)),
        policy_waits=0 if in_work or not run.deferred else _policy_waits(run.pk),
    )


def _settings(run: Run) -> RelaySettings | None:
    if run.relay is None:
        return None
    return RelaySettings(
        relay_id=run.relay.pk,
        url=run.relay.url,
        letters_per_second=run.relay.letters_per_second,
        connections=run.relay.connections,
    )


def _is_due(run_id: int) -> bool:
    return Delivery.objects.filter(
        run_id=run_id,
        status=DeliveryStatus.DEFERRED,
        policy_wait=False,
        not_before__lte=clock.now(),
    ).exists()


def _policy_waits(run_id: int) -> int:
    return Delivery.objects.filter(
        run_id=run_id, status=DeliveryStatus.DEFERRED, policy_wait=True
    ).count()


def note_rates(rates: dict[int, float]) -> None:
    """Keep the rates of late beside the runs, for whoever watches."""
    for run_id, rate in rates.items():
        running = Run.objects.filter(pk=run_id, status=RunStatus.RUNNING)
        running.update(rate=rate, rated_at=clock.now())
