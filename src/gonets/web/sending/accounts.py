"""The account of a run: every address, what became of it, and the relay's answer."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from gonets.delivery.models import Delivery
from gonets.delivery.queries import deliveries_of
from gonets.delivery.states import OPEN_DELIVERIES, DeliveryStatus
from gonets.publishing.queries import history
from gonets.publishing.types import IssueRunState
from gonets.web.access import editor_required
from gonets.web.sending.requests import shown_issue

PAGE = 50
FILTERS: dict[str, tuple[DeliveryStatus, ...]] = {
    "": (),
    "accepted": (DeliveryStatus.ACCEPTED,),
    "refused": (DeliveryStatus.REFUSED, DeliveryStatus.EXPIRED),
    "waiting": OPEN_DELIVERIES,
    "uncertain": (DeliveryStatus.UNCERTAIN,),
    "withheld": (DeliveryStatus.WITHHELD,),
    "cancelled": (DeliveryStatus.CANCELLED,),
}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would run such a cell (OWASP, "CSV injection")."""


@require_GET
@editor_required
def issue_account(request: HttpRequest, issue_id: int) -> HttpResponse:
    issue = shown_issue(issue_id)
    runs = history(issue_id)
    state = _chosen(request, runs)
    if state is None:
        return redirect("gonets:issue-open", issue_id)
    page = Paginator(_asked_for(request, state), PAGE).get_page(request.GET.get("page"))
    context = {
        "issue": issue,
        "runs": runs,
        "state": state,
        "page": page,
        "chosen": request.GET.get("state", ""),
        "search": request.GET.get("q", ""),
        "filters": _filters(state),
    }
    return render(request, "gonets/sending/account.html", context)


@require_GET
@editor_required
def issue_account_csv(request: HttpRequest, issue_id: int) -> HttpResponse:
    """The same selection as a file that Excel opens in the language of the page."""
    state = _chosen(request, history(issue_id))
    if state is None:
        return redirect("gonets:issue-open", issue_id)
    text = io.StringIO()
    russian = translation.get_language() == "ru"
    writer = csv.writer(text, delimiter=";" if russian else ",")
    writer.writerow([_("Address"), _("State"), _("Attempts"), _("Answer"), _("When")])
    for delivery in _asked_for(request, state).iterator(chunk_size=2000):
        writer.writerow(map(_harmless, _cells(delivery)))
    name = f"gonets-{issue_id}-{state.run_id}.csv"
    return HttpResponse(
        text.getvalue().encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _chosen(request: HttpRequest, runs: list[IssueRunState]) -> IssueRunState | None:
    wanted = request.GET.get("run", "")
    asked_for = [state for state in runs if str(state.run_id) == wanted]
    return next(iter(asked_for or runs), None)


def _asked_for(request: HttpRequest, state: IssueRunState) -> QuerySet[Delivery]:
    statuses = FILTERS.get(request.GET.get("state", ""), ())
    search = request.GET.get("q", "").strip().replace("\0", "")
    return deliveries_of(state.run_id, statuses=statuses, search=search)


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


def _cells(delivery: Delivery) -> Iterable[str]:
    answer = (str(delivery.code or ""), delivery.enhanced_code, delivery.answer)
    settled = delivery.settled_at and timezone.localtime(delivery.settled_at)
    return (
        delivery.recipient,
        delivery.get_status_display(),
        str(delivery.attempts),
        " ".join(filter(None, answer)),
        settled.strftime("%Y-%m-%d %H:%M:%S") if settled else "",
    )


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
