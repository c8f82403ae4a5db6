"""The account of a run: every address, what became of it, and the relay's answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from gonets.delivery.listing import (
    PAGE,
    AccountQuestion,
    account_page,
    deliveries_to,
    delivery_of,
)
from gonets.delivery.queries import run_totals
from gonets.delivery.resolutions import is_undoable
from gonets.delivery.states import OPEN_DELIVERIES, DeliveryStatus
from gonets.kernel.tables import csv_lines
from gonets.publishing.queries import history, overrides_of, version_numbers
from gonets.publishing.relays import has_relay_log
from gonets.publishing.types import IssueRunState
from gonets.web.access import editor_required
from gonets.web.sending.account_rows import account_rows, headings, table
from gonets.web.sending.requests import read_number, shown_issue
from gonets.web.tables import as_csv, usual_delimiter

LONGEST_SEARCH = 254
FILTERS: dict[str, tuple[DeliveryStatus, ...]] = {
    "": (),
    "accepted": (DeliveryStatus.ACCEPTED,),
    "refused": (DeliveryStatus.REFUSED, DeliveryStatus.EXPIRED),
    "waiting": OPEN_DELIVERIES,
    "uncertain": (DeliveryStatus.UNCERTAIN,),
    "withheld": (DeliveryStatus.WITHHELD,),
    "cancelled": (DeliveryStatus.CANCELLED,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountQuery:
    """What of the account is asked for; nonsense in the address counts as nothing."""

    state: str
    search: str
    after: int
    before: int
    number: int  # of the first address on the page, where that is known

    @classmethod
    def of(cls, query: QueryDict) -> AccountQuery:
        state = query.get("state", "")
        search = query.get("q", "").strip().replace("\0", "")
        return cls(
            state=state if state in FILTERS else "",
            search=search[:LONGEST_SEARCH],
            after=read_number(query.get("after", "")) or 0,
            before=read_number(query.get("before", "")) or 0,
            number=read_number(query.get("n", "")) or 0,
        )

    def question(self, run_id: int) -> AccountQuestion:
        return AccountQuestion(
            run_id=run_id, statuses=FILTERS[self.state], search=self.search
        )


@require_GET
@editor_required
def issue_account(request: HttpRequest, issue_id: int) -> HttpResponse:
    issue = shown_issue(issue_id)
    runs = history(issue_id)
    state = _chosen(request, runs)
    if state is None:
        return redirect("gonets:issue-open", issue_id)
    context: dict[str, Any] = {
        "issue": issue,
        "runs": runs,
        "state": state,
        "overrides": overrides_of(state.run_id),
    }
    if state.folded_at:
        context["totals"] = run_totals(state.run_id)
        context["versions"] = version_numbers(issue_id)
        return render(request, "gonets/sending/folded.html", context)
    context |= _shown(AccountQuery.of(request.GET), state)
    return render(request, "gonets/sending/account.html", context)


@require_GET
@editor_required
def issue_account_csv(request: HttpRequest, issue_id: int) -> HttpResponseBase:
    """The same selection as a file that Excel opens in the language of the page."""
    state = _chosen(request, history(issue_id))
    if state is None:
        return redirect("gonets:issue-open", issue_id)
    if state.folded_at:
        return redirect("gonets:issue-account", issue_id)
    question = AccountQuery.of(request.GET).question(state.run_id)
    rows = table(question, issue_id=issue_id)
    lines = csv_lines(headings(), rows, delimiter=usual_delimiter())
    return as_csv(request, lines, name=f"gonets-{issue_id}-{state.run_id}.csv")


@require_GET
@editor_required
def delivery_account(
    request: HttpRequest, issue_id: int, delivery_id: int
) -> HttpResponse:
    """One address: every try, every decision, and the issue's other runs."""
    issue = shown_issue(issue_id)
    runs = {state.run_id: state for state in history(issue_id)}
    delivery = delivery_of(runs, delivery_id)
    if delivery is None or runs[delivery.run_id].folded_at:
        raise Http404
    versions = version_numbers(issue_id)
    others = deliveries_to(runs, delivery.address_key)
    context = {
        "issue": issue,
        "state": runs[delivery.run_id],
        "row": account_rows([delivery], versions=versions)[0],
        "others": [(one, runs[one.run_id]) for one in others if one.pk != delivery_id],
        "may_undo": is_undoable(delivery.pk),
        "has_log": has_relay_log(delivery.carrier),
    }
    return render(request, "gonets/sending/delivery.html", context)


def _shown(query: AccountQuery, state: IssueRunState) -> dict[str, Any]:
    page = account_page(
        query.question(state.run_id), after=query.after, before=query.before
    )
    filters = _filters(state)
    total = next((count for name, _text, count in filters if name == query.state), 0)
    is_counted = not query.search and (query.number or not query.after + query.before)
    versions = version_numbers(state.issue_id)
    return {
        "page": page,
        "rows": account_rows(page.deliveries, versions=versions),
        "chosen": query.state,
        "search": query.search,
        "filters": filters,
        "paging": _paging(page.deliveries, query.number or 1) if is_counted else None,
        "total": total,
    }


def _paging(shown: list[Any], first: int) -> dict[str, int]:
    """Return which numbers are on the page; they may be off while letters leave."""
    return {
        "first": first,
        "last": first + len(shown) - 1,
        "next": first + len(shown),
        "previous": max(1, first - PAGE),
    }


def _chosen(request: HttpRequest, runs: list[IssueRunState]) -> IssueRunState | None:
    wanted = request.GET.get("run", "")
    asked_for = [state for state in runs if str(state.run_id) == wanted]
    return next(iter(asked_for or runs), None)


def _filters(state: IssueRunState) -> list[tuple[str, str, int]]:
    """Return name, label and count of every filter that shows somebody."""
    labels = {
        "": (pgettext("deliveries", "All"), state.audience_size),
        "accepted": (pgettext("deliveries", "Accepted"), state.accepted),
        "refused": (pgettext("deliveries", "Refused"), state.refused),
        "waiting": (pgettext("deliveries", "Waiting"), state.waiting),
        "uncertain": (pgettext("deliveries", "Uncertain"), state.uncertain),
        "withheld": (pgettext("deliveries", "Withheld"), state.withheld),
        "cancelled": (pgettext("deliveries", "Cancelled"), state.cancelled),
    }
    return [(name, *labels[name]) for name in FILTERS if labels[name][1] or not name]
