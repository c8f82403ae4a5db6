"""Runs in the database of the test, without a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from django.db.transaction import atomic

from gonets.delivery import actions, ledger, recovery
from gonets.delivery.account import lock_run
from gonets.delivery.entries import intent_of
from gonets.delivery.models import Relay, Run
from gonets.delivery.parts import Group
from gonets.delivery.ports import Binding, Letter, Recipient, Withheld
from gonets.delivery.statements import keep_plans
from gonets.delivery.states import DeliveryStatus
from gonets.delivery.stock import take_stock
from gonets.delivery.tray import Tray
from gonets.delivery.types import Acceptance, BoundClaim, NewRecipient, Outcome
from gonets.kernel import plans
from tests.support.smtp_certificates import Authority
from tests.support.smtp_oracle import Oracle, Script

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_plans_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests count the queries of an ordinary session on this connection."""
    monkeypatch.setattr(plans, "_plans", WeakKeyDictionary())


@pytest.fixture
def relay(db: None) -> Relay:
    return Relay.objects.create(name="relay", url="smtp://127.0.0.1:2700")


@pytest.fixture
def make_run(relay: Relay) -> Callable[..., Run]:
    def make(*names: str, origin: str = "issue:1", started: bool = True) -> Run:
        run = actions.open_run(
            origin_key=origin,
            letter_ref="first",
            stop_scope="news",
            relay=relay,
            now=NOW,
        )
        actions.add_recipients(run.pk, people(*names))
        if started:
            actions.start_run(run.pk)
        run.refresh_from_db()
        return run

    return make


def people(*names: str) -> list[NewRecipient]:
    return [
        NewRecipient(address=f"{name}@x.example", address_key=f"{name}@x.example")
        for name in names
    ]


class PlainLetters:
    """Binds letters to what is the same for everybody."""

    def letter(self, letter_ref: str) -> Letter:
        raise NotImplementedError

    def bind(
        self, *, run_id: int, letter_ref: str, recipients: Sequence[Recipient]
    ) -> list[Binding | Withheld]:
        return [
            Binding(
                letter_ref=letter_ref,
                message_id=f"<{one.delivery_id}@x.example>",
                date=NOW,
                values={"name": "Юля"},
            )
            for one in recipients
        ]


class Hand:
    """A worker's hand: what the engine does with the ledger, step by step."""

    def __init__(self, form: str = "in shorthand") -> None:
        keep_plans()
        self.worker_id = recovery.enlist(place="here", pid=1)
        self.tray = Tray()
        self._form = form

    def claim(
        self, run: Run, limit: int = 100, relay: Relay | None = None
    ) -> list[BoundClaim]:
        who = {"worker_id": self.worker_id, "relay_id": relay.pk if relay else None}
        stock = take_stock(PlainLetters(), self.tray, run_id=run.pk, limit=limit, **who)
        if self._form != "in shorthand":
            write_out(run)
        if self._form == "written out":
            self.tray.of(run.pk).all_written_out()
        return stock.ready

    def intend(self, *bound: BoundClaim) -> set[int]:
        return self.record(intents=bound)

    def settle(self, bound: BoundClaim, status: DeliveryStatus, **details: Any) -> None:
        claim = bound.claim
        if status is DeliveryStatus.ACCEPTED:
            words = {
                name: details.get(name, "") for name in ("enhanced_code", "answer")
            }
            self.accept(bound, **words)
            return
        outcome = Outcome(
            delivery_id=claim.delivery_id,
            run_id=claim.run_id,
            fence=claim.fence,
            status=status,
            at=NOW,
            **{"stage": "dot", "code": 250, **details},
        )
        self.record(outcomes=[outcome])

    def accept(
        self, *bound: BoundClaim, enhanced_code: str = "", answer: str = ""
    ) -> None:
        claims = [claim for claim, _binding in bound]
        self.record(
            acceptances=[
                Acceptance(
                    one.delivery_id, one.run_id, one.fence, 250, enhanced_code, answer
                )
                for one in claims
            ]
        )

    def record(
        self,
        *,
        acceptances: Iterable[Acceptance] = (),
        outcomes: Iterable[Outcome] = (),
        intents: Iterable[BoundClaim] = (),
    ) -> set[int]:
        group = Group(
            worker_id=self.worker_id,
            acceptances=list(acceptances),
            outcomes=list(outcomes),
            intents=[intent_of(bound) for bound in intents],
        )
        grants = ledger.record(group, self.tray)
        return {
            intent.delivery_id
            for intent, grant in zip(group.intents, grants, strict=True)
            if grant is ledger.Grant.GIVEN
        }


def write_out(run: Run) -> None:
    """Have everything in the deliveries' own rows, as whoever acts on a run has."""
    with atomic():
        lock_run(run.pk)


@pytest.fixture(params=["in shorthand", "written out", "written out by others"])
def make_hand(db: None, request: pytest.FixtureRequest) -> Callable[[], Hand]:
    return partial(Hand, request.param)


@pytest.fixture
def hand(make_hand: Callable[[], Hand]) -> Hand:
    return make_hand()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def make_oracle() -> Iterator[Callable[..., Oracle]]:
    made: list[Oracle] = []

    def make(**script: Any) -> Oracle:
        oracle = Oracle(Script(**script))
        made.append(oracle)
        return oracle

    yield make
    for oracle in made:
        oracle.close()
    assert [oracle.breaches for oracle in made if oracle.breaches] == []
