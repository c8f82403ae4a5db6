"""Carrying fetches out: several hosts at once, each asked by one of us at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from gonets.content.asking import known_connectors
from gonets.content.connectors.base import Reading
from gonets.content.errors import SourceUnreadable
from gonets.content.fetching import Fetching
from gonets.content.hosts import claim_host, holds, keep_claims, release_host
from gonets.content.models import OWN, Host, Source
from gonets.content.states import FetchFailure
from gonets.kernel import clock

logger = logging.getLogger(__name__)

AT_ONCE = 8
"""Sites asked at a time."""

LOOK_EVERY = 0.5
KEEP_CLAIMS_EVERY = 30.0
LINGER = 60.0
"""So long the process waits for more before it ends: starting one takes a second."""

Rest = Callable[[float], bool]


def due_sources() -> QuerySet[Source]:
    """Return the sources to fetch now, the longest waiting first.

    Those of a host that is being asked, or wants to be left alone, wait; but what
    somebody asked for waits for no wish of the host's.
    """
    asked = [kind for kind, each in known_connectors().items() if each.is_asked]
    return _due_of_any_kind().filter(kind__in=asked)


def sources_wait() -> bool:
    """Tell whether there is a source that is to be fetched now.

    Whoever only asks this loads the connectors once there is something for them.
    """
    return _due_of_any_kind().exists() and due_sources().exists()


def _due_of_any_kind() -> QuerySet[Source]:
    now = clock.now()
    held = Host.objects.filter(lease_until__gt=now).values("name")
    resting = Host.objects.filter(not_before__gt=now).values("name")
    is_due = Q(is_paused=False, next_fetch_at__lte=now) & ~Q(host__in=resting)
    return (
        Source.objects.filter(is_due | Q(wanted_at__isnull=False))
        .exclude(kind=OWN)
        .exclude(host__in=held)
        .order_by(F("wanted_at").asc(nulls_last=True), "next_fetch_at", "pk")
    )


def carry_out_fetches(rest: Rest, *, linger: float = LINGER) -> None:
    """Fetch what is due until nothing has been for a while.

    ``rest`` waits so many seconds and answers True once we are to stop.
    """
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="gonets-fetch") as pool:
        fetches = _Fetches(pool)
        busy_at = clock.monotonic()
        while clock.monotonic() - busy_at <= linger:
            if rest(0 if fetches.are_under_way else LOOK_EVERY):
                break
            fetches.begin_due()
            if fetches.step():
                busy_at = clock.monotonic()
        fetches.break_off()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A fetch under way, and the claim on its host."""

    fetching: Fetching
    host: str
    claim: str


class _Fetches:
    """Fetches under way: sites are asked in threads, answers are stored in this one."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._asked: dict[Future[Reading], _Held] = {}
        self._kept_at = clock.monotonic()

    @property
    def are_under_way(self) -> bool:
        return bool(self._asked)

    def begin_due(self) -> None:
        room = AT_ONCE - len(self._asked)
        if room:
            # More than there is room for: most may be of one host.
            for source in due_sources()[: AT_ONCE * 8]:
                room -= self._begin(source)
                if not room:
                    return

    def step(self) -> bool:
        """Store what has come; False if nothing was under way."""
        if not self._asked:
            return False
        if clock.monotonic() - self._kept_at > KEEP_CLAIMS_EVERY:
            self._kept_at = clock.monotonic()
            keep_claims([held.claim for held in self._asked.values()])
        done, _ = wait(self._asked, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
        for answer in done:
            self._store(self._asked.pop(answer), answer)
        return True

    def break_off(self) -> None:
        """Hand back what is under way; what has been stored of it stays."""
        for held in self._asked.values():
            held.fetching.break_off()
            release_host(held.host, claim=held.claim)
        self._asked.clear()

    def _begin(self, source: Source) -> bool:
        host = source.host or f"source:{source.pk}"
        claim = claim_host(host)
        if claim is None:
            return False
        # Another may have fetched it between the look and the claim.
        source_now = _claimed_source(source.pk)
        if source_now is None:
            release_host(host, claim=claim)
            return False
        self._ask(_Held(fetching=Fetching(source_now), host=host, claim=claim))
        return True

    def _ask(self, held: _Held) -> None:
        if held.fetching.is_local:
            self._asked[_answered(held.fetching.ask)] = held
        else:
            self._asked[self._pool.submit(held.fetching.ask)] = held

    def _store(self, held: _Held, answer: Future[Reading]) -> None:
        fetching = held.fetching
        if not holds(held.host, claim=held.claim) or not fetching.is_still_wanted():
            release_host(held.host, claim=held.claim)
            return
        not_before = _stored(fetching, answer)
        if fetching.is_over:
            release_host(held.host, claim=held.claim, not_before=not_before)
        else:
            self._ask(held)


def _claimed_source(source_id: int) -> Source | None:
    """Return a source whose host we have claimed, if it is still to be fetched."""
    is_due = Q(is_paused=False, next_fetch_at__lte=clock.now())
    wanted = Q(wanted_at__isnull=False)
    return Source.objects.filter(is_due | wanted, pk=source_id).first()


def _answered(ask: Callable[[], Reading]) -> Future[Reading]:
    """Return the answer of what has to be asked in this thread."""
    answer: Future[Reading] = Future()
    try:
        answer.set_result(ask())
    except SourceUnreadable as error:
        answer.set_exception(error)
    return answer


def _stored(fetching: Fetching, answer: Future[Reading]) -> datetime | None:
    """Store a page or the reason why there is none; return when to come again."""
    try:
        fetching.take(answer.result())
    except SourceUnreadable as error:
        fetching.fail(error)
        demanded = error.ask_again_after
        return clock.now() + demanded if demanded else None
    except Exception as error:  # The outermost loop: one source may not stop the rest.
        logger.exception("What source %s gave cannot be stored", fetching.source_id)
        fetching.fail(SourceUnreadable(FetchFailure.CONNECTOR_FAULT, repr(error)))
    return None
