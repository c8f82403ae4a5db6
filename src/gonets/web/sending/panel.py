"""What the progress page shows of a run: facts of the database, put into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gonets.delivery.fence import is_fenced
from gonets.delivery.queries import run_progress, worker_last_seen
from gonets.delivery.recovery import is_durable
from gonets.delivery.states import ENDED_RUNS, RunStatus
from gonets.kernel import clock
from gonets.publishing.queries import is_corrected, next_try_at
from gonets.publishing.types import IssueRunState
from gonets.web.sending.relay_notes import relay_notes
from gonets.web.sending.uncertain_ones import UncertainOnes, uncertain_ones

SEEN_LATELY = timedelta(seconds=30)
_UNDER_WAY = (RunStatus.PREPARING, RunStatus.RUNNING, RunStatus.PAUSING)
_AT_REST = (*ENDED_RUNS, RunStatus.PAUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPanel:
    """Everything the page says; ``key`` changes whenever its buttons do."""

    state: IssueRunState
    in_flight: int
    rate_text: str
    time_left_text: str
    pause_reason: str
    is_fenced: bool
    worker_is_missing: bool
    worker_seen_at: datetime | None
    ledger_is_unsafe: bool  # This is why it is missing.
    is_corrected: bool
    uncertain: UncertainOnes | None
    next_try_at: datetime | None
    relay_notes: tuple[str, ...]

    @property
    def is_under_way(self) -> bool:
        return self.state.status in _UNDER_WAY

    @property
    def is_paused(self) -> bool:
        return self.state.status == RunStatus.PAUSED

    @property
    def is_pausing(self) -> bool:
        return self.state.status == RunStatus.PAUSING

    @property
    def seconds_between_looks(self) -> int:
        return 1 if self.is_under_way else 3

    @property
    def came_from_copy(self) -> bool:
        """Whether nobody knows because the database was copied or restored."""
        return self.uncertain is not None and self.uncertain.came_from_copy

    @property
    def key(self) -> str:
        state = self.state
        parts = (
            state.run_id,
            state.status,
            state.is_freezing,
            state.deferred,
            state.uncertain,
            self.uncertain.undecided if self.uncertain else 0,
            self.is_corrected,
            self.worker_is_missing,
            self.ledger_is_unsafe,
            self.is_fenced,
            bool(state.acknowledged_at),
            len(self.pause_reason),
        )
        return "-".join(str(part) for part in parts)

    @property
    def announcement(self) -> str:
        """For screen readers: new at every tenth, not every second."""
        state = self.state
        if not self.is_under_way or self.is_pausing:
            return state.status_text
        return _("Sending: about %(percent)d%%") % {"percent": state.percent // 10 * 10}


def run_panel(state: IssueRunState) -> RunPanel:
    progress = run_progress(state.run_id)
    is_open = not state.has_ended
    seen_at = worker_last_seen() if is_open else None
    is_missing = is_open and not is_recent(seen_at)
    # What only waits for another try has no pace.
    rate = progress.rate if state.waiting > state.deferred else None
    return RunPanel(
        state=state,
        in_flight=progress.intent,
        rate_text=rate_text(rate),
        time_left_text=_time_left_text(progress.seconds_left if rate else None),
        pause_reason=progress.pause_reason,
        is_fenced=is_open and is_fenced(),
        worker_is_missing=is_missing,
        worker_seen_at=seen_at,
        ledger_is_unsafe=is_missing and not is_durable(),
        is_corrected=_may_be_corrected(state) and is_corrected(state.run_id),
        # While letters leave, the page shows how many there are, and nothing to tick.
        uncertain=uncertain_ones(state) if state.status in _AT_REST else None,
        next_try_at=next_try_at(state.run_id) if state.deferred else None,
        relay_notes=relay_notes() if _is_shared(state) else (),
    )


def duration_text(seconds: float) -> str:
    """Return a duration as people say it: "less than a minute", "about 5 minutes"."""
    if seconds < 60:
        return _("less than a minute")
    minutes = round(seconds / 60)
    if minutes < 90:
        return ngettext(
            "about %(minutes)d minute", "about %(minutes)d minutes", minutes
        ) % {"minutes": minutes}
    hours = round(seconds / 3600)
    return ngettext("about %(hours)d hour", "about %(hours)d hours", hours) % {
        "hours": hours
    }


def rate_text(rate: float | None) -> str:
    """Return a pace as people say it: "25 letters a second"; "" if there is none."""
    if not rate:
        return ""
    if rate < 1:
        minute = max(1, round(rate * 60))
        return ngettext(
            "%(count)d letter a minute", "%(count)d letters a minute", minute
        ) % {"count": minute}
    second = round(rate)
    return ngettext(
        "%(count)s letter a second", "%(count)s letters a second", second
    ) % {"count": number_format(second, force_grouping=True)}


def _time_left_text(seconds: int | None) -> str:
    return "" if seconds is None else duration_text(seconds)


def _is_shared(state: IssueRunState) -> bool:
    return state.status == RunStatus.RUNNING and not state.to_mailbox


def is_recent(seen_at: datetime | None) -> bool:
    """Tell whether the worker has given a sign of life lately."""
    return seen_at is not None and clock.now() - seen_at < SEEN_LATELY


def _may_be_corrected(state: IssueRunState) -> bool:
    return state.status == RunStatus.PAUSED and not state.is_freezing
