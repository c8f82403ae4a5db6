"""Everything that people and the layers above may do to runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q, QuerySet

from gonets.delivery.account import Moves, end_run, lock_run, shift, tell
from gonets.delivery.erasing import erased_name, forget_words
from gonets.delivery.errors import RunAlreadyOpen, RunStateWrong
from gonets.delivery.holding import claims_of_run
from gonets.delivery.models import Delivery, Relay, Run, Stop
from gonets.delivery.signals import run_started
from gonets.delivery.statements import RowStatement
from gonets.delivery.states import (
    ENDED_RUNS,
    UNFINISHED_RUNS,
    DeliveryStatus,
    PauseCause,
    RunStatus,
)
from gonets.delivery.types import NewReader, NewRecipient
from gonets.kernel import clock

CHUNK = 1000
"""Rows per transaction: SQLite's write lock is never held for more than 50 ms."""

_COLUMNS = """
    run_id, address_key, recipient, person_ref, status, fence, policy_wait, attempts,
    letter_ref, message_id, bound_values, stage, code, enhanced_code, answer, resolution
"""
_UNTRIED = "'pending', 0, false, 0, '', '', '', '', 0, '', '', ''"

# As one text whatever the number of rows it is parsed only once.
_INSERT = RowStatement(
    f"""
    INSERT INTO gonets_delivery_delivery ({_COLUMNS})
    SELECT %s, o.column1, o.column2, o.column3, {_UNTRIED}
    FROM {{rows}} WHERE true ON CONFLICT (run_id, address_key) DO NOTHING
    """,  # noqa: S608 - constants
    *("text", "text", "text"),
)
_COPY = f"""
    INSERT INTO gonets_delivery_delivery ({_COLUMNS})
    WITH o (position, address_key, address, person_ref) AS ({{readers}})
    SELECT %s, o.address_key, o.address, o.person_ref, {_UNTRIED}
    FROM o WHERE true ORDER BY o.position
    ON CONFLICT (run_id, address_key) DO NOTHING
"""  # noqa: S608 - constants
_GROW = """
    UPDATE gonets_delivery_run
    SET pending = pending + %s, audience_size = audience_size + %s WHERE id = %s
"""


def open_run(
    *,
    origin_key: str,
    letter_ref: str,
    stop_scope: str,
    relay: Relay | None,
    now: datetime,
) -> Run:
    """Make a run whose audience can be added; it sends nothing before it is started.

    Without a ``relay`` of its own it is shared by all that are enabled.

    :raises RunAlreadyOpen: if the origin has an unfinished run; many presses, one run.
    """
    try:
        with transaction.atomic():
            return Run.objects.create(
                origin_key=origin_key,
                letter_ref=letter_ref,
                stop_scope=stop_scope,
                relay=relay,
                created_at=now,
            )
    except IntegrityError as error:
        open_one = Run.objects.filter(
            origin_key=origin_key, status__in=UNFINISHED_RUNS
        ).first()
        if open_one is None:
            raise
        raise RunAlreadyOpen(run_id=open_one.pk) from error


def add_recipients(run_id: int, recipients: Iterable[NewRecipient]) -> int:
    """Add to the audience; return how many were new.  Repeating it is harmless.

    Call it outside of a transaction: it makes many short ones of its own.

    :raises RunStateWrong: if the run has been started.
    """
    added = 0
    source = iter(recipients)
    while chunk := list(islice(source, CHUNK)):
        rows = [(one.address_key, one.address, one.person_ref) for one in chunk]
        with transaction.atomic():
            _check_preparing(run_id)
            new = int(_INSERT.execute(rows, before=(run_id,)).rowcount)
            _grow(run_id, new)
        added += new
    return added


@transaction.atomic
def copy_recipients(run_id: int, readers: QuerySet[Any, NewReader]) -> int:
    """Add to the audience all whom a query finds; return how many were new.

    The database copies them itself, in a fifth of the time that it takes to read and
    to give them back.  Repeating it is harmless, but it is one transaction: ask for no
    more than can be had while others wait for SQLite's lock.

    :raises RunStateWrong: if the run has been started.
    """
    _check_preparing(run_id)
    try:
        sql, values = readers.query.sql_with_params()
    except EmptyResultSet:  # The conditions contradict each other.
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_COPY.format(readers=sql), [*values, run_id])
        added = int(cursor.rowcount)
    _grow(run_id, added)
    return added


def _check_preparing(run_id: int) -> None:
    run = lock_run(run_id)
    if run is None or run.status is not RunStatus.PREPARING or run.is_cancelling:
        raise _wrong(run_id, wanted="given more recipients")


def _grow(run_id: int, added: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_GROW, [added, added, run_id])


def start_run(run_id: int) -> None:
    """Let the workers have it.  Starting a run twice does nothing.

    A run without anybody in its audience is finished at once.

    :raises RunStateWrong: if it was paused or has ended.
    """
    with transaction.atomic():
        run = lock_run(run_id)
        if run is not None and run.status is RunStatus.RUNNING:
            return
        prepared = Run.objects.filter(
            pk=run_id, status=RunStatus.PREPARING, cancelling=False
        )
        started = prepared.update(status=RunStatus.RUNNING, started_at=clock.now())
        if not started:
            raise _wrong(run_id, wanted="started")
        tell(run_started, run_id)
        shift(run_id, {})


def pause_run(
    run_id: int, *, cause: PauseCause | None = None, answer: str = ""
) -> None:
    """Let no further intent of this run commit.  Pausing a paused run does nothing.

    The run is *pausing* until the answers to letters in flight are in, then *paused*.
    ``cause`` and the relay's ``answer`` say why the program paused it by itself.

    :raises RunStateWrong: if it was not started yet or has ended.
    """
    with transaction.atomic():
        run = lock_run(run_id)
        if run is not None and run.status in (RunStatus.PAUSING, RunStatus.PAUSED):
            return
        if run is None or run.status is not RunStatus.RUNNING:
            raise _wrong(run_id, wanted="paused")
        Run.objects.filter(pk=run_id).update(
            status=RunStatus.PAUSING, pause_cause=cause or "", pause_answer=answer[:500]
        )
        _free_claims(run_id)


def resume_run(run_id: int) -> None:
    """Send to exactly those who are left.  Resuming a running run does nothing.

    :raises RunStateWrong: if it was not started yet or has ended.
    """
    with transaction.atomic():
        run = lock_run(run_id)
        if run is not None and run.status is RunStatus.RUNNING:
            return
        resumed = Run.objects.filter(
            pk=run_id, status__in=(RunStatus.PAUSING, RunStatus.PAUSED)
        ).update(status=RunStatus.RUNNING, cancelling=False, pause_cause="")
        if not resumed:
            raise _wrong(run_id, wanted="resumed")
        tell(run_started, run_id)


def cancel_rest(run_id: int) -> int:
    """Cancel every delivery whose letter has not begun to leave; return how many.

    The run ends as *cancelled* once the answers to letters in flight are in, or as
    *finished* if there was nothing to cancel.

    :raises RunStateWrong: if it has ended already.
    """
    _begin_cancelling(run_id)
    cancelled = 0
    rest = Q(status=DeliveryStatus.PENDING) | Q(status=DeliveryStatus.DEFERRED)
    while moved := _settle_chunk(run_id, rest, DeliveryStatus.CANCELLED):
        cancelled += moved
    _end_unstarted(run_id)
    return cancelled


def _begin_cancelling(run_id: int) -> None:
    """Let nothing more of it leave.

    One that was never started is not paused, even if we are broken off: to go on with
    it would be to send to a part of its audience.
    """
    with transaction.atomic():
        run = lock_run(run_id)
        if run is None or run.status in ENDED_RUNS:
            raise _wrong(run_id, wanted="cancelled")
        cancelled = Run.objects.filter(pk=run_id)
        if run.status is RunStatus.PREPARING:
            cancelled.update(cancelling=True)
            return
        cancelled.update(cancelling=True, status=RunStatus.PAUSING, pause_cause="")
        _free_claims(run_id)


@transaction.atomic
def _end_unstarted(run_id: int) -> None:
    run = lock_run(run_id)
    if run is not None and run.status is RunStatus.PREPARING:
        end_run(run_id, RunStatus.CANCELLED)


def stop_waiting(run_id: int) -> int:
    """Give up on those who would be tried again; return how many.

    :raises RunStateWrong: if the run was not started yet or has ended.
    """
    with transaction.atomic():
        run = lock_run(run_id)
        if run is None or run.status in (*ENDED_RUNS, RunStatus.PREPARING):
            raise _wrong(run_id, wanted="shortened")
    expired = 0
    deferred = Q(status=DeliveryStatus.DEFERRED)
    while moved := _settle_chunk(run_id, deferred, DeliveryStatus.EXPIRED):
        expired += moved
    return expired


def _settle_chunk(run_id: int, which: Q, status: DeliveryStatus) -> int:
    """Settle at most a chunk of the run's deliveries without a letter of theirs."""
    with transaction.atomic():
        run = lock_run(run_id)
        if run is None or run.status in ENDED_RUNS:
            return 0
        if status is DeliveryStatus.CANCELLED and not run.is_cancelling:
            return 0  # Somebody resumed the run meanwhile.
        rows = Delivery.objects.filter(which, run_id=run_id)
        picked = list(rows.order_by("pk").values_list("pk", "status")[:CHUNK])
        Delivery.objects.filter(pk__in=[pk for pk, _ in picked]).update(
            status=status, settled_at=clock.now(), policy_wait=False
        )
        moves: Moves = Moves({status: len(picked)})
        moves.subtract(DeliveryStatus(was) for _, was in picked)
        shift(run_id, moves)
        return len(picked)


def rebind_open(run_id: int, letter_ref: str) -> int:
    """Send another letter to all who are left, deferred ones too; return how many.

    A binding made for the former letter no longer counts, so that each of them gets a
    new Message-ID.  Whether the relay minds this letter is as open as at the beginning.

    :raises RunStateWrong: unless the run is paused.
    """
    with transaction.atomic():
        paused = Run.objects.filter(pk=run_id, status=RunStatus.PAUSED)
        other = paused.exclude(letter_ref=letter_ref)
        other.update(accepted_before=F("accepted"))
        changed = paused.update(letter_ref=letter_ref)
        if not changed:
            raise _wrong(run_id, wanted="corrected")
        run = Run.objects.get(pk=run_id)
        return run.pending + run.deferred


def add_stop(scope: str, address_key: str) -> None:
    """Let this address get nothing more of this scope (``""``: of any).

    Once the surrounding transaction is committed, no intent for it commits any more.
    """
    with transaction.atomic():
        Stop.objects.bulk_create(
            [Stop(scope=scope, address_key=address_key, created_at=clock.now())],
            ignore_conflicts=True,
        )
        # An intent's transaction locks its run first: wait for those under way, and
        # let later ones see this stop.
        runs = Run.objects.filter(status__in=UNFINISHED_RUNS).order_by("pk")
        if scope:
            runs = runs.filter(stop_scope=scope)
        list(runs.select_for_update().values_list("pk"))


def lift_stops(scope: str, address_keys: Collection[str]) -> None:
    """Take back ``add_stop`` of exactly this scope for all of these, at once."""
    Stop.objects.filter(scope=scope, address_key__in=address_keys).delete()


def erase_address(address_key: str) -> None:
    """Forget an address: what is open is withheld, and a hash takes its place.

    The same address always has the same hash, so that the account still adds up.  A
    letter that is leaving at this moment cannot be called back; if its answer is to try
    later, it is withheld then (``ledger``).
    """
    erased = erased_name(address_key)
    rows = Delivery.objects.filter(address_key=address_key)
    with transaction.atomic():
        for run_id in list(rows.order_by("run_id").values_list("run_id", flat=True)):
            lock_run(run_id)
            _withhold(rows.filter(run_id=run_id), run_id)
        forget_words(rows)
        rows.update(address_key=erased, recipient=erased, person_ref="")
        Stop.objects.filter(address_key=address_key).delete()


def _withhold(rows: QuerySet[Delivery], run_id: int) -> None:
    moves: Moves = Moves()
    for status in (
        DeliveryStatus.PENDING,
        DeliveryStatus.CLAIMED,
        DeliveryStatus.DEFERRED,
    ):
        withheld = rows.filter(status=status).update(
            status=DeliveryStatus.WITHHELD, settled_at=clock.now(), policy_wait=False
        )
        moves[status] -= withheld
        moves[DeliveryStatus.WITHHELD] += withheld
    shift(run_id, moves)


def discard_run(run_id: int) -> None:
    """End a run that was never started, as cancelled.

    :raises RunStateWrong: if it was started.
    """
    with transaction.atomic():
        run = lock_run(run_id)
        if run is None or run.status is not RunStatus.PREPARING:
            raise _wrong(run_id, wanted="discarded")
    cancel_rest(run_id)


def _free_claims(run_id: int) -> None:
    claims = Delivery.objects.filter(
        pk__in=claims_of_run(run_id), status=DeliveryStatus.CLAIMED
    )
    freed = claims.update(status=DeliveryStatus.PENDING, worker=None)
    shift(run_id, {DeliveryStatus.CLAIMED: -freed, DeliveryStatus.PENDING: freed})


def _wrong(run_id: int, *, wanted: str) -> RunStateWrong:
    status = Run.objects.filter(pk=run_id).values_list("status", flat=True).first()
    return RunStateWrong(run_id=run_id, status=status or "unknown", wanted=wanted)
