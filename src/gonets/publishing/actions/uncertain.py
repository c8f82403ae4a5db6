"""What an editor does about addresses of which nobody knows whether they have it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from django.db.models import QuerySet

from gonets.delivery import resolutions
from gonets.delivery.inquiries import ask_relay_log, open_relay_log
from gonets.delivery.listing import reachable, undecided
from gonets.delivery.models import Delivery, Relay, Run
from gonets.delivery.relay_logs.base import LogAnswer, LogFinding, LogUnreadable
from gonets.delivery.states import Resolution
from gonets.newsletters.types import Person
from gonets.publishing.actions.sending import send_issue
from gonets.publishing.errors import RelayLogMissing, RelayLogUnreadable, StillRunning
from gonets.publishing.queries import newest_run, run_state
from gonets.publishing.relays import log_configuration
from gonets.publishing.states import AudienceRule

MOST_ASKED_AT_ONCE = 1000
"""The log is read once for all of them; whoever has more asks again."""

Chosen = Sequence[int] | None
"""Deliveries of a run; None: everybody who is undecided."""


def count_as_accepted(run_id: int, chosen: Chosen, *, user: Person | None) -> int:
    """Count uncertain ones as accepted; return how many."""
    ids = _ids(_undecided(run_id, chosen))
    return resolutions.resolve_uncertain(ids, Resolution.COUNT_AS_ACCEPTED, user)


def send_uncertain_again(
    run_id: int,
    chosen: Chosen,
    *,
    user: Person | None,
    previous_run_id: int | None = None,
) -> Run:
    """Send again to uncertain ones, and to those for whom that was decided before.

    They may get the letter twice: ask before.  What is decided stays decided if the
    run cannot start for now; a later "Send again" reaches these people too.
    Whoever was erased stays undecided: there is no address to send to.
    ``previous_run_id`` is the issue's newest run that the editor knew of.

    :raises StillRunning: if the run has not ended.
    :raises SendRefused: if something must be put right first.
    :raises AlreadyRunning: if another run of the issue is under way, such as one that
        another editor has just started to others.
    """
    state = run_state(run_id)
    if state is None or not state.has_ended:
        raise StillRunning
    ids = _ids(reachable(_undecided(run_id, chosen)))
    decided = resolutions.resolve_uncertain(ids, Resolution.SEND_AGAIN, user)
    newest = newest_run(state.issue_id)
    if newest is not None and (decided or previous_run_id is None):
        # No repeated press: a run that another one has made meanwhile is not its own.
        previous_run_id = newest.run_id
    return send_issue(
        state.issue_id,
        audience=AudienceRule.DECIDED,
        user=user,
        previous_run_id=previous_run_id,
    )


def ask_log(run_id: int, chosen: Chosen, *, user: Person | None) -> Counter[LogFinding]:
    """Ask the relay's log about uncertain letters; what it knows is decided.

    Return how many it found accepted, not accepted and unknown.

    :raises RelayLogMissing: if no log is configured.
    :raises RelayLogUnreadable: if it cannot be read; says why.
    """
    ids = _ids(_undecided(run_id, chosen))[:MOST_ASKED_AT_ONCE]
    answers: dict[int, LogAnswer] = {}
    for relay, deliveries in _by_relay(ids).items():
        try:
            log = open_relay_log(log_configuration(relay))
            if log is None:
                continue
            answers |= ask_relay_log(log, deliveries)
        except LogUnreadable as error:
            raise RelayLogUnreadable(str(error)) from error
    if ids and not answers:
        raise RelayLogMissing
    resolutions.resolve_by_log(answers, user)
    return Counter(answer.finding for answer in answers.values())


def undo_resolutions(run_id: int, chosen: Sequence[int], *, user: Person | None) -> int:
    """Take decisions back on whose strength nothing was sent; return how many."""
    own = Delivery.objects.filter(run_id=run_id, pk__in=chosen)
    return resolutions.undo_resolutions(own.values_list("pk", flat=True), user)


def _undecided(run_id: int, chosen: Chosen) -> QuerySet[Delivery]:
    meant = undecided(run_id)
    return meant if chosen is None else meant.filter(pk__in=chosen)


def _ids(deliveries: QuerySet[Delivery]) -> list[int]:
    return list(deliveries.order_by("pk").values_list("pk", flat=True))


def _by_relay(delivery_ids: Sequence[int]) -> dict[Relay | None, list[Delivery]]:
    found: dict[Relay | None, list[Delivery]] = defaultdict(list)
    rows = Delivery.objects.filter(pk__in=delivery_ids).select_related(
        "relay", "run__relay"
    )
    for delivery in rows:
        found[delivery.carrier].append(delivery)
    return found
