"""Sending single letters that wait, once each, while the mail server comes and goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

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
from gonets.publishing.errors import PublishingError, SigningRefused
from gonets.publishing.notices.states import NoticeState
from gonets.publishing.relays import check_public_address, relays_in_use

logger = get_logger(__name__)

RETRY = RetryPolicy()
LEASE = timedelta(minutes=5)
"""Longer than a try can take; who was killed in it lets another go on after this."""

FINAL_REFUSAL = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One kind of single letters: its rows, and what becomes of a row."""

    rows: Callable[[], QuerySet[Any]]
    """All of them, with what ``envelope_for`` looks at."""

    envelope_for: Callable[..., Envelope]
    """Makes the letter of a row, given ``now``."""

    is_moot: Callable[[Any], bool]
    """Tells whether nobody needs the letter any more."""

    leads_here: bool = False
    """Is worth nothing where readers cannot open this site's addresses."""


def send_waiting(posting: Posting) -> int:
    """Send what waits and is due for a try; return how many were accepted.

    A database that was copied writes to nobody: the other one may do so.
    """
    waiting = list(
        _waiting(posting).order_by("next_try_at", "pk").values_list("pk", "attempts")
    )
    if not waiting or not keep_fence():
        return 0
    return sum(_try(posting, pk, attempts=attempts) for pk, attempts in waiting)


def _waiting(posting: Posting) -> QuerySet[Any]:
    now = clock.now()
    free = Q(held_until=None) | Q(held_until__lte=now)
    return posting.rows().filter(free, state=NoticeState.PENDING, next_try_at__lte=now)


def _try(posting: Posting, pk: int, *, attempts: int) -> bool:
    # Whoever else is about to try names the same count of tries.
    claimed = _waiting(posting).filter(pk=pk, attempts=attempts)
    if not claimed.update(attempts=F("attempts") + 1, held_until=clock.now() + LEASE):
        return False
    row = posting.rows().get(pk=pk)
    if posting.is_moot(row):
        _settle(row, NoticeState.WITHDRAWN)
        return False
    try:
        envelope = posting.envelope_for(row, now=clock.now())
    except (BadAddress, BadHeader) as error:
        _settle(row, NoticeState.REFUSED, answer=str(error))
        return False
    except SigningRefused as error:
        _put_off(row, answer=str(error))
        return False
    return _hand_over(row, envelope, leads_here=posting.leads_here)


def _hand_over(row: Any, envelope: Envelope, *, leads_here: bool) -> bool:
    reply, trouble = _answer(envelope, leads_here=leads_here)
    if reply is None or (not reply.is_positive and reply.code < FINAL_REFUSAL):
        _put_off(row, answer=str(reply or trouble))
        return False
    state = NoticeState.ACCEPTED if reply.is_positive else NoticeState.REFUSED
    _settle(row, state, answer=str(reply))
    return reply.is_positive


def _answer(envelope: Envelope, *, leads_here: bool) -> tuple[Reply | None, str]:
    """Return what the first relay that answers says, or why none does."""
    trouble = ""
    try:
        relays = relays_in_use()
        if leads_here:
            check_public_address(relay.url for relay in relays)
        for relay in relays:
            try:
                return send_letters(relay.url, [envelope])[0], ""
            except RelayFailure as failure:
                trouble = advise(cause_of(failure), str(failure))
    except (PublishingError, DeliveryError, LetterUnfit) as error:
        trouble = str(error)
    return None, trouble


def _put_off(row: Any, *, answer: str) -> None:
    at: datetime | None = RETRY.next_attempt_at(
        attempts=row.attempts,
        first_attempt_at=row.created_at,
        now=clock.now(),
    )
    if at is None:
        _settle(row, NoticeState.EXPIRED, answer=answer)
        return
    _held(row).update(next_try_at=at, held_until=None, answer=answer)


def _settle(row: Any, state: NoticeState, *, answer: str = "") -> None:
    settled = _held(row).update(
        state=state, held_until=None, answer=answer, settled_at=clock.now()
    )
    if settled and state not in (NoticeState.ACCEPTED, NoticeState.WITHDRAWN):
        logger.warning(
            "A single letter did not leave",
            kind=row._meta.model_name,  # noqa: SLF001
            number=row.pk,
            why=answer,
        )


def _held(row: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = type(row).objects
    return rows.filter(pk=row.pk, state=NoticeState.PENDING, attempts=row.attempts)
