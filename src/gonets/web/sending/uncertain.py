"""Uncertain addresses: shown by name, decided by people or by the relay's log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from gonets.delivery.listing import reachable, undecided
from gonets.delivery.models import Delivery
from gonets.delivery.relay_logs.base import LogFinding
from gonets.publishing import actions
from gonets.publishing.errors import (
    AlreadyRunning,
    NobodyToSendTo,
    PublishingError,
    SendRefused,
)
from gonets.publishing.queries import audience_counts, newest_run
from gonets.web.access import editor_required
from gonets.web.sending.requests import (
    asked_number,
    posted_number,
    read_number,
    shown_issue,
    shown_run,
)
from gonets.web.sending.uncertain_ones import uncertain_ones

MOST_TICKED = 1000
MOST_NAMED = 20


@require_GET
@editor_required
def run_uncertain(request: HttpRequest, run_id: int) -> HttpResponse:
    state = shown_run(run_id)
    found = uncertain_ones(
        state,
        after=asked_number(request, "after"),
        before=asked_number(request, "before"),
    )
    if found is None:
        return _to_progress(run_id)
    context = {"state": state, "issue": shown_issue(state.issue_id), "found": found}
    return render(request, "gonets/sending/uncertain.html", context)


@require_POST
@editor_required
def run_resolve(request: HttpRequest, run_id: int) -> HttpResponse:
    """Decide about the ticked addresses, or about all that are undecided."""
    shown_run(run_id)
    chosen = _chosen(request)
    if chosen is not None and not chosen:
        messages.warning(request, _("Tick at least one address first."))
        return _back(request, run_id)
    decision = request.POST.get("decision", "")
    if decision == "send_again":
        return _send_again(request, run_id, chosen)
    if decision == "ask_log":
        return _ask_log(request, run_id, chosen)
    if decision == "count_as_accepted":
        _count_as_accepted(request, run_id, chosen)
    return _back(request, run_id)


@require_POST
@editor_required
def run_undo(request: HttpRequest, run_id: int) -> HttpResponse:
    shown_run(run_id)
    chosen = _ticked(request)
    actions.undo_resolutions(run_id, chosen, user=request.user)
    still_decided = Delivery.objects.filter(run_id=run_id, pk__in=chosen)
    if not still_decided.exclude(resolution="").exists():
        # Perhaps by somebody else, or by the first press of two.
        messages.success(request, _("The decision is taken back."))
    else:
        messages.warning(
            request, _("The letter has been sent again on the strength of it.")
        )
    return _back(request, run_id)


def _count_as_accepted(
    request: HttpRequest, run_id: int, chosen: Sequence[int] | None
) -> None:
    count = actions.count_as_accepted(run_id, chosen, user=request.user)
    if not count:
        _say_nothing_is_left(request)
        return
    messages.success(
        request,
        ngettext(
            "%(count)s address counts as accepted. You can take that back.",
            "%(count)s addresses count as accepted. You can take that back.",
            count,
        )
        % {"count": number_format(count, force_grouping=True)},
    )


def _say_nothing_is_left(request: HttpRequest) -> None:
    """Somebody else, or the first press of two, has decided about all of these."""
    messages.info(request, _("There is nothing to decide about any more."))


def _send_again(
    request: HttpRequest, run_id: int, chosen: Sequence[int] | None
) -> HttpResponse:
    if not request.POST.get("confirmed"):
        return _question(request, run_id, chosen)
    try:
        actions.send_uncertain_again(
            run_id,
            chosen,
            user=request.user,
            previous_run_id=posted_number(request, "previous_run"),
        )
    except (SendRefused, AlreadyRunning) as refusal:
        messages.warning(request, str(refusal))
        messages.info(
            request,
            _("Your decision is recorded: “Send again” reaches these addresses later."),
        )
    except PublishingError as error:
        messages.warning(request, str(error))
    return _to_progress(run_id)


def _question(
    request: HttpRequest, run_id: int, chosen: Sequence[int] | None
) -> HttpResponse:
    state = shown_run(run_id)
    meant = undecided(run_id).order_by("pk")
    if chosen is not None:
        meant = meant.filter(pk__in=chosen)
    reached = reachable(meant)
    count = reached.count()
    if state.has_ended and not count and meant.exists():
        messages.warning(request, str(NobodyToSendTo()))
        return _to_progress(run_id)
    if not count or not state.has_ended:
        _say_nothing_is_left(request)
        return _to_progress(run_id)
    context = {
        "state": state,
        "issue": shown_issue(state.issue_id),
        "count": count,
        "chosen": chosen,
        "named": list(reached[:MOST_NAMED]),
        "more": count - MOST_NAMED,
        "decided_before": audience_counts(state.issue_id).decided,
        "newest": newest_run(state.issue_id),
    }
    return render(request, "gonets/sending/uncertain_again.html", context)


def _ask_log(
    request: HttpRequest, run_id: int, chosen: Sequence[int] | None
) -> HttpResponse:
    try:
        found = actions.ask_log(run_id, chosen, user=request.user)
    except PublishingError as error:
        messages.warning(request, str(error))
    else:
        if found:
            messages.info(request, _found_text(found))
        else:
            _say_nothing_is_left(request)
    return _back(request, run_id)


def _found_text(found: Counter[LogFinding]) -> str:
    return _(
        "The log of the mail server: %(accepted)s accepted, %(refused)s not accepted, "
        "%(unknown)s unknown."
    ) % {
        "accepted": found[LogFinding.ACCEPTED],
        "refused": found[LogFinding.NOT_ACCEPTED],
        "unknown": found[LogFinding.UNKNOWN],
    }


def _chosen(request: HttpRequest) -> list[int] | None:
    return None if request.POST.get("all") else _ticked(request)


def _ticked(request: HttpRequest) -> list[int]:
    texts = request.POST.getlist("delivery")[:MOST_TICKED]
    return [pk for pk in map(read_number, texts) if pk is not None]


def _back(request: HttpRequest, run_id: int) -> HttpResponse:
    """Return to where the form stood: the sending, the list, or one address."""
    if request.POST.get("from") == "list":
        return redirect("gonets:run-uncertain", run_id)
    delivery_id = posted_number(request, "from") or 0
    if Delivery.objects.filter(run_id=run_id, pk=delivery_id).exists():
        issue_id = shown_run(run_id).issue_id
        return redirect("gonets:delivery-account", issue_id, delivery_id)
    return _to_progress(run_id)


def _to_progress(run_id: int) -> HttpResponse:
    return redirect("gonets:issue-progress", shown_run(run_id).issue_id)
