"""Claiming deliveries and making them ready to be offered: bound, or withheld."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from gonets.delivery.account import LockedRun, hold_run, look_at_run, shift
from gonets.delivery.claims import claim_of, take_due
from gonets.delivery.entries import intent_of
from gonets.delivery.holding import fences_held
from gonets.delivery.ports import Binding, LetterSource, Recipient, Withheld
from gonets.delivery.shorthand import (
    Hold,
    add_handful,
    begin,
    claim_at_once,
    drop_settled,
    is_there,
    waiting_behind_handfuls,
    write_accepted,
    write_claims,
    write_out,
)
from gonets.delivery.statements import forgettable, the_database
from gonets.delivery.states import DeliveryStatus, RunStatus, Stage
from gonets.delivery.tray import MANY, SOME, RunTray, Tray
from gonets.delivery.types import BoundClaim, Claim, Held, Outcome
from gonets.kernel import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What was claimed; ``is_last``: at the moment there is no more to be claimed."""

    ready: list[BoundClaim]
    withheld: list[Outcome]
    is_last: bool = False

    def __reduce__(self) -> Any:
        """Let it cross to the other process as plain values, which takes a third."""
        rows = [
            (*claim[:2], *claim[2], *claim[3:6], *binding)
            for claim, binding in self.ready
        ]
        return _stock_of, (rows, self.is_last)


def _stock_of(rows: list[tuple[Any, ...]], is_last: bool) -> Stock:  # noqa: FBT001
    ready = [
        BoundClaim(
            Claim._make((*row[:2], Recipient(*row[2:6]), *row[6:9], None)),
            Binding._make(row[9:]),
        )
        for row in rows
    ]
    return Stock(ready=ready, withheld=[], is_last=is_last)


def take_stock(
    letters: LetterSource,
    tray: Tray,
    *,
    run_id: int,
    worker_id: int,
    relay_id: int | None,
    limit: int,
) -> Stock:
    """Claim up to ``limit`` deliveries for a relay, and bind their letters.

    Those due for another try come first.  The *withheld* ones are still to be settled.

    :raises LetterUnfit: if the whole letter cannot be made; nothing is claimed then.
    """
    usual = _take_usual(
        letters,
        tray.of(run_id),
        run_id=run_id,
        worker_id=worker_id,
        relay_id=relay_id,
        limit=limit,
    )
    if usual is not None:
        return usual
    with forgettable(), transaction.atomic():
        run = hold_run(run_id)
        if run is None or run.status is not RunStatus.RUNNING:
            return Stock(ready=[], withheld=[], is_last=True)
        due = take_due(run, worker_id=worker_id, relay_id=relay_id, limit=limit)
        fresh = [
            claim_of(run, *row)
            for row in waiting_behind_handfuls(run_id, limit=limit - len(due))
        ]
        stock = bind_claims(letters, due + fresh)
        sorting = _Sorting(run, tray.of(run_id), worker_id=worker_id, relay_id=relay_id)
        sorting.sort(stock, fresh={claim.delivery_id for claim in fresh})
        sorting.write()
        taken = {
            DeliveryStatus.DEFERRED: -len(due),
            DeliveryStatus.PENDING: -len(fresh),
            DeliveryStatus.CLAIMED: len(due) + len(fresh),
        }
        shift(run_id, taken)
    sorting.fill_tray()
    return replace(stock, is_last=len(due) + len(fresh) < limit)


def _take_usual(
    letters: LetterSource,
    tray: RunTray,
    *,
    run_id: int,
    worker_id: int,
    relay_id: int | None,
    limit: int,
) -> Stock | None:
    """Claim as PostgreSQL can with three messages; None: it is not as usual.

    Who waits is looked up, and their letters are bound, before the run is held: others
    need not wait meanwhile.  The claim itself sees whether anything has changed.
    """
    run = _usual_run(tray, run_id, worker_id)
    if run is None:
        return None
    rows = waiting_behind_handfuls(run_id, limit=limit)
    stock = bind_claims(letters, [claim_of(run, *row) for row in rows])
    if len(stock.ready) < limit:
        return None
    held = [
        Held(intent_of(bound), bound.claim.recipient.address_key, relay_id)
        for bound in stock.ready
    ]
    needed = tray.first_needed(held[0].intent.delivery_id, with_taken=True)
    seen = (run_id, run.letter_ref, run.pending, tray.row_id)
    if not claim_at_once(Hold(*seen, worker_id, relay_id, needed), held):
        return None
    tray.stop_scope = run.stop_scope
    tray.brief |= {one.intent.delivery_id: one for one in held}
    return stock


def _usual_run(tray: RunTray, run_id: int, worker_id: int) -> LockedRun | None:
    database = the_database()
    if database.vendor != "postgresql" or database.in_atomic_block:
        return None
    if not tray.row_id or tray.worker_id != worker_id or tray.written_out:
        return None
    if len(tray.taken) >= 2 * MANY:
        return None
    return look_at_run(run_id)


class _Sorting:
    """What was claimed: in shorthand, or in the deliveries' own rows."""

    def __init__(
        self, run: LockedRun, tray: RunTray, *, worker_id: int, relay_id: int | None
    ) -> None:
        self._run = run
        self._tray = tray
        self._worker_id = worker_id
        self._relay_id = relay_id
        self._brief: list[Held] = []
        self._others: list[Held] = []
        self._withheld: list[tuple[int, int]] = []  # and not claimed yet
        self._begun = 0  # the row with which the worker begins anew
        self._is_written = False  # whether what has been accepted was written out
        self._fences: dict[int, int] = {}  # of what it holds in the deliveries' rows

    def sort(self, stock: Stock, *, fresh: Collection[int]) -> None:
        for bound in stock.ready:
            held = Held(
                intent_of(bound), bound.claim.recipient.address_key, self._relay_id
            )
            is_fresh = held.intent.delivery_id in fresh
            (self._brief if is_fresh else self._others).append(held)
        self._withheld = [
            (one.delivery_id, one.fence)
            for one in stock.withheld
            if one.delivery_id in fresh
        ]

    def write(self) -> None:
        run_id, worker_id, tray = self._run.run_id, self._worker_id, self._tray
        is_open = tray.worker_id == worker_id and is_there(tray.row_id)
        if is_open and len(tray.taken) >= SOME:
            write_accepted(tray.row_id, tray.taken)
            self._is_written = True
        if self._withheld:
            write_claims(self._withheld, worker_id=worker_id, relay_id=self._relay_id)
        if self._brief:
            if is_open:
                first = self._brief[0].intent.delivery_id
                needed = tray.first_needed(first, with_taken=not self._is_written)
                drop_settled(run_id, worker_id, before=needed)
            else:
                # Under its former name, too: the tray forgets that it was in shorthand.
                for holder in {worker_id, tray.worker_id}:
                    write_out(run_id, worker_id=holder)
                self._begun = begin(run_id, worker_id)
            add_handful(worker_id, self._brief)
        if tray.written_out:
            self._fences = fences_held(worker_id, tray.written_out)

    def fill_tray(self) -> None:
        """Once it is committed."""
        tray = self._tray
        tray.keep_written_out(self._fences)
        if self._begun:
            tray.begin(self._worker_id, self._begun)
        elif self._is_written:
            tray.accepted_written()
        tray.stop_scope = self._run.stop_scope
        tray.brief |= {one.intent.delivery_id: one for one in self._brief}
        tray.written_out |= {one.intent.delivery_id: one for one in self._others}


def bind_claims(letters: LetterSource, claims: Sequence[Claim]) -> Stock:
    """Bind what has not been bound by an earlier attempt."""
    stock = Stock(ready=[], withheld=[])
    unbound = []
    for claim in claims:
        if claim.binding is None:
            unbound.append(claim)
        else:
            stock.ready.append(BoundClaim(claim, claim.binding))
    if unbound:
        _bind(letters, unbound, stock)
    return stock


def _bind(letters: LetterSource, claims: list[Claim], stock: Stock) -> None:
    bindings = letters.bind(
        run_id=claims[0].run_id,
        letter_ref=claims[0].letter_ref,
        recipients=[claim.recipient for claim in claims],
    )
    for claim, binding in zip(claims, bindings, strict=True):
        if isinstance(binding, Binding):
            stock.ready.append(BoundClaim(claim, binding))
        else:
            stock.withheld.append(_withheld(claim, binding))


def _withheld(claim: Claim, withheld: Withheld) -> Outcome:
    return Outcome(
        delivery_id=claim.delivery_id,
        run_id=claim.run_id,
        fence=claim.fence,
        status=DeliveryStatus.WITHHELD,
        at=clock.now(),
        stage=Stage.RENDER,
        answer=withheld.reason,
        letter_ref=claim.letter_ref,
    )
