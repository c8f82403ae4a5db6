"""An issue together with its newest run, as the lists show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gonets.delivery.states import RunStatus
from gonets.newsletters.models import Issue
from gonets.newsletters.states import IssueState
from gonets.publishing.queries import issue_status_text, run_states
from gonets.publishing.types import IssueRunState

TONES = {
    RunStatus.PREPARING: "busy",
    RunStatus.RUNNING: "busy",
    RunStatus.PAUSING: "busy",
    RunStatus.PAUSED: "warn",
    RunStatus.FINISHED: "good",
    RunStatus.CANCELLED: "bad",
}
MOVING = (RunStatus.PREPARING, RunStatus.RUNNING, RunStatus.PAUSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRow:
    issue: Issue
    run: IssueRunState | None

    @property
    def status_text(self) -> str:
        return issue_status_text(self.issue, self.run)

    @property
    def tone(self) -> str:
        """How the status is coloured; the words say the same."""
        if self.run is not None:
            return TONES[self.run.status]
        if self.issue.schedule_missed:
            return "warn"
        return "note" if self.issue.state == IssueState.SCHEDULED else ""

    @property
    def is_moving(self) -> bool:
        """Whether the status changes by itself and is worth asking for again."""
        return self.run is not None and self.run.status in MOVING

    @property
    def can(self) -> str:
        """What the toolbar may do with this row, as words for ``selection.js``."""
        if self.run is not None:
            return "continue"
        if self.issue.state == IssueState.SCHEDULED:
            return "continue rehearse unschedule"
        return "continue rehearse delete"


def issue_row(issue: Issue) -> IssueRow:
    (row,) = issue_rows([issue])
    return row


def issue_rows(issues: Iterable[Issue]) -> list[IssueRow]:
    shown = list(issues)
    runs = run_states([issue.pk for issue in shown])
    return [IssueRow(issue=issue, run=runs.get(issue.pk)) for issue in shown]
