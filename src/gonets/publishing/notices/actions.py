"""Telling editors, once for each event, however often the mail server is away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from gonets.delivery.causes import advise
from gonets.delivery.errors import DeliveryError, RelayFailure
from gonets.delivery.fence import keep_fence
from gonets.delivery.judgement import cause_of
from gonets.delivery.ports import Envelope, LetterUnfit
from gonets.delivery.retry import RetryPolicy
from gonets.delivery.trials import send_letters
from gonets.delivery.types import Reply
from gonets.kernel import clock
from gonets.kernel.addresses import BadAddress
from gonets.kernel.logs import get_logger
from gonets.letters.headers import BadHeader
from gonets.newsletters import actions as newsletters
from gonets.newsletters.models import Issue
from gonets.newsletters.standing.models import StandingDraft
from gonets.newsletters.standing.queries import told_people
from gonets.newsletters.states import EDITABLE_STATES
from gonets.publishing.errors import PublishingError, SigningRefused
from gonets.publishing.notices.composing import envelope_for
from gonets.publishing.notices.models import Notice
from gonets.publishing.notices.states import NoticeKind, NoticeState
from gonets.publishing.relays import relays_in_use

logger = get_logger(__name__)

RETRY = RetryPolicy()
LEASE = timedelta(minutes=5)
"""Longer than a try can take; who was killed in it lets another go on after this."""

FINAL_REFUSAL = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What editors are told about an issue; ``name`` is the same for the same event."""

    name: str
    kind: NoticeKind
    issue: Issue
    due_at: datetime
    reason: str = ""


def tell_of_waiting(draft: StandingDraft) -> None:
    """Tell that the draft's date has come and that it waits for an editor."""
    if draft.issue is not None:
        tell(
            Event(
                name=f"ready:{draft.pk}",
                kind=NoticeKind.READY,
                issue=draft.issue,
                due_at=draft.due_at,
            )
        )


@transaction.atomic
def ask_editors(issue_id: int, *, reason: str) -> bool:
    """Postpone an issue that could not leave on time, and tell so; False if it is not
    scheduled any more.

    ``reason`` is an English source string, translated for whoever reads it.
    """
    if not newsletters.miss_schedule(issue_id, reason=reason):
        return False
    issue = Issue.objects.select_related("newsletter").get(pk=issue_id)
    if issue.scheduled_at is not None:
        tell(
            Event(
                name=f"missed:{issue.pk}:{issue.scheduled_at:%Y%m%d%H%M%S}",
                kind=NoticeKind.MISSED,
                issue=issue,
                due_at=issue.scheduled_at,
                reason=reason,
            )
        )
    return True


def tell(event: Event) -> None:
    """Write a notice for everybody who is told of the newsletter; twice is once."""
    now = clock.now()
    Notice.objects.bulk_create(
        (
            Notice(
                event=event.name,
                kind=event.kind,
                issue=event.issue,
                user_id=user.pk,
                due_at=event.due_at,
                reason=event.reason,
                next_try_at=now,
                created_at=now,
            )
            for user in told_people(event.issue.newsletter)
        ),
        ignore_conflicts=True,
    )


def send_waiting_notices() -> int:
    """Send what waits and is due for a try; return how many were accepted.

    A database that was copied tells nobody: the other one may do so.
    """
    waiting = list(
        _waiting().order_by("next_try_at", "pk").values_list("pk", "attempts")
    )
    if not waiting or not keep_fence():
        return 0
    return sum(_try(pk, attempts=attempts) for pk, attempts in waiting)


def _waiting() -> QuerySet[Notice]:
    now = clock.now()
    free = Q(held_until=None) | Q(held_until__lte=now)
    return Notice.objects.filter(free, state=NoticeState.PENDING, next_try_at__lte=now)


def _try(notice_id: int, *, attempts: int) -> bool:
    # Whoever else is about to try names the same count of tries.
    claimed = _waiting().filter(pk=notice_id, attempts=attempts)
    if not claimed.update(attempts=F("attempts") + 1, held_until=clock.now() + LEASE):
        return False
    related = Notice.objects.select_related("issue__newsletter__readership", "user")
    notice = related.get(pk=notice_id)
    if notice.issue.state not in EDITABLE_STATES:
        _settle(notice, NoticeState.WITHDRAWN)
        return False
    try:
        envelope = envelope_for(notice, now=clock.now())
    except (BadAddress, BadHeader) as error:
        _settle(notice, NoticeState.REFUSED, answer=str(error))
        return False
    except SigningRefused as error:
        _put_off(notice, answer=str(error))
        return False
    return _hand_over(notice, envelope)


def _hand_over(notice: Notice, envelope: Envelope) -> bool:
    reply, trouble = _answer(envelope)
    if reply is None or (not reply.is_positive and reply.code < FINAL_REFUSAL):
        _put_off(notice, answer=str(reply or trouble))
        return False
    state = NoticeState.ACCEPTED if reply.is_positive else NoticeState.REFUSED
    _settle(notice, state, answer=str(reply))
    return reply.is_positive


def _answer(envelope: Envelope) -> tuple[Reply | None, str]:
    """Return what the first relay that answers says, or why none does."""
    trouble = ""
    try:
        for relay in relays_in_use():
            try:
                return send_letters(relay.url, [envelope])[0], ""
            except RelayFailure as failure:
                trouble = advise(cause_of(failure), str(failure))
    except (PublishingError, DeliveryError, LetterUnfit) as error:
        trouble = str(error)
    return None, trouble


def _put_off(notice: Notice, *, answer: str) -> None:
    at = RETRY.next_attempt_at(
        attempts=notice.attempts,
        first_attempt_at=notice.created_at,
        now=clock.now(),
    )
    if at is None:
        _settle(notice, NoticeState.EXPIRED, answer=answer)
        return
    _held(notice).update(next_try_at=at, held_until=None, answer=answer)


def _settle(notice: Notice, state: NoticeState, *, answer: str = "") -> None:
    settled = _held(notice).update(
        state=state, held_until=None, answer=answer, settled_at=clock.now()
    )
    if settled and state not in (NoticeState.ACCEPTED, NoticeState.WITHDRAWN):
        logger.warning("An editor could not be told", notice=notice.pk, why=answer)


def _held(notice: Notice) -> QuerySet[Notice]:
    return Notice.objects.filter(
        pk=notice.pk, state=NoticeState.PENDING, attempts=notice.attempts
    )
