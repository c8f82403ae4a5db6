"""Runs in the database of the test, without a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from gonets.delivery import actions, claims, ledger, recovery
from gonets.delivery.models import Relay, Run
from gonets.delivery.ports import Binding
from gonets.delivery.states import DeliveryStatus
from gonets.delivery.types import (
    Acceptance,
    BoundClaim,
    Intent,
    NewRecipient,
    Outcome,
)
from tests.support.smtp_certificates import Authority
from tests.support.smtp_oracle import Oracle, Script

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


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


class Hand:
    """A worker's hand: what the engine does with the ledger, step by step."""

    def __init__(self) -> None:
        self.worker_id = recovery.enlist(place="here", pid=1)

    def claim(self, run: Run, limit: int = 100) -> list[BoundClaim]:
        taken = claims.claim_some(run.pk, worker_id=self.worker_id, limit=limit)
        return [
            BoundClaim(
                claim=claim,
                binding=claim.binding
                or Binding(
                    letter_ref=claim.letter_ref,
                    message_id=f"<{claim.delivery_id}@x.example>",
                    date=NOW,
                    values={"name": "Юля"},
                ),
            )
            for claim in taken
        ]

    def intend(self, *bound: BoundClaim) -> set[int]:
        return self.record(intents=bound)

    def settle(self, bound: BoundClaim, status: DeliveryStatus, **details: Any) -> None:
        claim = bound.claim
        if status is DeliveryStatus.ACCEPTED:
            answer = (details.get("enhanced_code", ""), details.get("answer", ""))
            self.record(
                acceptances=[
                    Acceptance(
                        claim.delivery_id, claim.run_id, claim.fence, 250, *answer
                    )
                ]
            )
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

    def record(
        self,
        *,
        acceptances: Iterable[Acceptance] = (),
        outcomes: Iterable[Outcome] = (),
        intents: Iterable[BoundClaim] = (),
    ) -> set[int]:
        group = ledger.Group(
            worker_id=self.worker_id,
            acceptances=list(acceptances),
            outcomes=list(outcomes),
            intents=[Intent.of(bound) for bound in intents],
        )
        grants = ledger.record(group)
        return {
            intent.delivery_id
            for intent, grant in zip(group.intents, grants, strict=True)
            if grant is ledger.Grant.GIVEN
        }


@pytest.fixture
def hand(db: None) -> Hand:
    return Hand()


@pytest.fixture
def make_hand(db: None) -> Callable[[], Hand]:
    return Hand


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
