"""The uncertain addresses of a run as the pages show them, those undecided first."""

from __future__ import annotations

from dataclasses import dataclass

from gonets.delivery.listing import (
    PAGE,
    AccountPage,
    AccountQuestion,
    account_page,
    undecided,
)
from gonets.delivery.models import Delivery, Run
from gonets.delivery.resolutions import undoable
from gonets.delivery.states import DeliveryStatus
from gonets.publishing.queries import version_numbers
from gonets.publishing.relays import run_has_log
from gonets.publishing.types import IssueRunState
from gonets.web.sending.account_rows import AccountRow, account_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertainOnes:
    """``rows`` are one page of them."""

    run_id: int
    rows: list[AccountRow]
    page: AccountPage
    count: int
    undecided: int
    undoable: frozenset[int]
    has_log: bool
    may_send: bool  # a new run can start only after the end of this one

    @property
    def came_from_copy(self) -> bool:
        return any(not row.delivery.stage for row in self.rows)


def uncertain_ones(
    state: IssueRunState, *, after: int = 0, before: int = 0
) -> UncertainOnes | None:
    """Return a page of them; None where there are none, or no addresses any more."""
    if not state.uncertain or state.folded_at:
        return None
    question = AccountQuestion(
        run_id=state.run_id, statuses=(DeliveryStatus.UNCERTAIN,)
    )
    page = account_page(question, after=after, before=before, size=PAGE)
    versions = version_numbers(state.issue_id)
    run = Run.objects.select_related("relay").get(pk=state.run_id)
    return UncertainOnes(
        run_id=state.run_id,
        rows=account_rows(page.deliveries, versions=versions),
        page=page,
        count=state.uncertain,
        undecided=undecided(state.run_id).count(),
        undoable=_undoable(page.deliveries),
        has_log=run_has_log(run),
        may_send=state.has_ended,
    )


def _undoable(deliveries: list[Delivery]) -> frozenset[int]:
    decided = [one.pk for one in deliveries if one.resolution]
    rows = undoable(Delivery.objects.filter(pk__in=decided))
    return frozenset(rows.values_list("pk", flat=True))
