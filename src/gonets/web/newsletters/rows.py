"""An issue together with its newest run, as the lists show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gonets.delivery.states import RunStatus
from gonets.newsletters.models import Issue
from gonets.newsletters.standing.models import StandingDraft
from gonets.newsletters.standing.queries import (
    material_counts,
    skipped_before,
    standing_of,
)
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
    standing: StandingDraft | None = None
    count: int = 0  # of the materials in a standing draft
    skipped: StandingDraft | None = None  # its date before, skipped by the rule

    @property
    def status_text(self) -> str:
        return issue_status_text(self.issue, self.run)

    @property
    def tone(self) -> str:
        """How the status is coloured; the words say the same."""
        if self.run is not None:
            return TONES[self.run.status]
        if self.issue.schedule_missed or self.waits_for_editor:
            return "warn"
        return "note" if self.issue.state == IssueState.SCHEDULED else ""

    @property
    def waits_for_editor(self) -> bool:
        """Whether its date has come and nothing happens until somebody acts."""
        is_over = self.standing is not None and not self.standing.is_collecting
        return is_over and self.issue.state != IssueState.SCHEDULED

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
        skip = " skip" if self.standing is not None else ""
        return f"continue rehearse delete{skip}"


def issue_row(issue: Issue) -> IssueRow:
    (row,) = issue_rows([issue])
    return row


def issue_rows(issues: Iterable[Issue]) -> list[IssueRow]:
    shown = list(issues)
    ids = [issue.pk for issue in shown]
    runs = run_states(ids)
    standing = standing_of(ids)
    counts = material_counts(standing)
    skipped = skipped_before(standing)
    return [
        IssueRow(
            issue=issue,
            run=runs.get(issue.pk),
            standing=standing.get(issue.pk),
            count=counts.get(issue.pk, 0),
            skipped=skipped.get(issue.pk),
        )
        for issue in shown
    ]
