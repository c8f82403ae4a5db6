"""Runs that relays share, in the ledger: who claimed what, and what goes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gonets.delivery import actions, claims, recovery
from gonets.delivery.budgets import Budgets, Gate
from gonets.delivery.models import Attempt, Delivery, DomainLimit, Relay, Run
from gonets.delivery.slowing import Caution
from gonets.delivery.states import DeliveryStatus
from gonets.delivery.tempo import Tempo
from gonets.delivery.types import BoundClaim
from gonets.delivery.watch import note_condition, note_rates, situation
from gonets.kernel import clock
from tests.delivery.conftest import Hand, people, write_out

S = DeliveryStatus
MakeRun = Callable[..., Run]


@pytest.fixture
def relays(db: None) -> list[Relay]:
    return [
        Relay.objects.create(name=name, url="smtp://x", is_enabled=True, weight=weight)
        for name, weight in (("heavy", 3), ("spare", 0))
    ]


@pytest.fixture
def shared_run(relays: list[Relay]) -> Run:
    run = actions.open_run(
        origin_key="issue:1",
        letter_ref="first",
        stop_scope="news",
        relay=None,
        now=clock.now(),
    )
    actions.add_recipients(run.pk, people("ann", "bob", "eve"))
    actions.start_run(run.pk)
    return run


def statuses(run: Run) -> list[str]:
    rows = Delivery.objects.filter(run=run).order_by("pk")
    return list(rows.values_list("status", flat=True))


def held(*bound: BoundClaim) -> list[tuple[int, int]]:
    return [(one.claim.delivery_id, one.claim.fence) for one in bound]


def test_a_run_without_a_relay_is_shared_by_those_that_are_enabled(
    shared_run: Run, relays: list[Relay]
) -> None:
    Relay.objects.create(name="off", url="smtp://x")
    removed = Relay.objects.create(name="gone", url="", is_enabled=True)
    Relay.objects.filter(pk=removed.pk).update(removed_at=clock.now())

    now = situation()

    [state] = now.runs
    assert now.carriers(state) == {relays[0].pk: 3, relays[1].pk: 0}
    assert set(now.relays) == {one.pk for one in relays}


def test_a_run_that_names_its_relay_leaves_through_it_alone(
    make_run: MakeRun, relay: Relay, relays: list[Relay]
) -> None:
    make_run("ann")

    now = situation()

    [state] = now.runs
    assert now.carriers(state) == {relay.pk: 1}
    assert relay.pk not in now.weights  # it is not enabled for the others
    Relay.objects.filter(pk=relay.pk).update(removed_at=clock.now())
    now = situation()
    assert now.carriers(now.runs[0]) == {}


def test_living_workers_divide_what_may_leave_a_second(shared_run: Run) -> None:
    Relay.objects.update(letters_per_second=12)
    DomainLimit.objects.create(
        name="Gmail",
        domains="gmail.com googlemail.com",
        letters_per_second=6,
        letters_at_once=5,
    )
    for place in ("one", "two", "three"):
        recovery.enlist(place=place, pid=1)
    recovery.give_up(recovery.enlist(place="dead", pid=1))

    now = situation()

    assert {relay.letters_per_second for relay in now.relays.values()} == {4}
    [limit] = now.limits
    assert limit.domains == ("gmail.com", "googlemail.com")
    assert (limit.letters_per_second, limit.letters_at_once) == (2, 5)


def test_a_look_asks_no_more_however_many_runs_wait_for_another_try(
    make_run: MakeRun, django_assert_num_queries: Callable[..., Any]
) -> None:
    now = clock.now()
    runs = [make_run("ann", origin=f"issue:{number}") for number in range(12)]
    Run.objects.update(pending=0, deferred=1)
    waiting = Delivery.objects.all()
    waiting.update(status=S.DEFERRED, not_before=now + timedelta(hours=1))
    Delivery.objects.filter(run=runs[3]).update(not_before=now)
    Delivery.objects.filter(run=runs[5]).update(policy_wait=True, not_before=None)

    with django_assert_num_queries(7):
        states = situation().runs
    with django_assert_num_queries(2):
        note_rates({run.pk: float(run is runs[3]) for run in runs})

    assert [state.has_work for state in states].index(True) == 3
    assert sum(state.has_work for state in states) == 1
    assert [state.policy_waits for state in states] == [0] * 5 + [1] + [0] * 6
    rates = Run.objects.order_by("pk").values_list("rate", flat=True)
    assert list(rates) == [0] * 3 + [1] + [0] * 8


def test_a_claim_says_which_relay_it_is_for(
    shared_run: Run, relays: list[Relay], hand: Hand
) -> None:
    heavy, spare = relays
    for relay in (heavy, spare):
        hand.claim(shared_run, limit=1, relay=relay)

    write_out(shared_run)
    claimed = Delivery.objects.filter(status=S.CLAIMED).order_by("pk")

    assert [one.relay for one in claimed] == [heavy, spare]


def test_what_is_given_back_can_be_claimed_by_others_and_nothing_else_is(
    shared_run: Run, hand: Hand, make_hand: Callable[[], Hand]
) -> None:
    ann, bob, eve = hand.claim(shared_run)
    hand.intend(ann)
    overtaken = bob.claim.delivery_id
    claims.give_back(shared_run.pk, held(bob))
    other = make_hand()
    [again] = other.claim(shared_run)

    freed = claims.give_back(shared_run.pk, held(ann, bob, eve))

    assert freed == 1  # Eve alone: Ann's letter may be leaving, Bob's is the other's.
    assert statuses(shared_run) == ["intent", "claimed", "pending"]
    assert again.claim.delivery_id == overtaken
    shared_run.refresh_from_db()
    counters = (shared_run.intent, shared_run.claimed, shared_run.pending)
    assert counters == (1, 1, 1)


def test_a_worker_decides_about_the_policy_refusals_that_it_has_heard(
    shared_run: Run, hand: Hand, make_hand: Callable[[], Hand]
) -> None:
    other = make_hand()
    for one in (hand, other):
        (bound,) = one.claim(shared_run, limit=1)
        one.intend(bound)
        one.settle(bound, S.DEFERRED, code=550, policy_wait=True)

    claims.refuse_policy_waits(shared_run.pk, worker_id=hand.worker_id)

    assert statuses(shared_run) == ["refused", "deferred", "pending"]
    assert claims.return_abandoned_waits(shared_run.pk) == 0
    recovery.give_up(other.worker_id)
    assert claims.return_abandoned_waits(shared_run.pk) == 1
    assert statuses(shared_run) == ["refused", "pending", "pending"]


def test_policy_refusals_are_decided_for_each_relay(
    shared_run: Run, relays: list[Relay], hand: Hand
) -> None:
    for relay in (*relays, relays[0]):
        (one,) = hand.claim(shared_run, limit=1, relay=relay)
        hand.intend(one)
        hand.settle(one, S.DEFERRED, code=550, policy_wait=True, relay_id=relay.pk)

    claims.return_policy_waits(shared_run.pk, relay_id=relays[1].pk)
    claims.refuse_policy_waits(shared_run.pk, relay_id=relays[0].pk)

    assert statuses(shared_run) == ["refused", "pending", "refused"]
    tries = Attempt.objects.order_by("pk").values_list("relay_id", flat=True)
    assert list(tries) == [relays[0].pk, relays[1].pk, relays[0].pk]


def test_how_a_relay_fares_is_kept_for_people(relays: list[Relay]) -> None:
    note_condition(relays[0].pk, trouble="535 " + "no" * 500, slowed='{"Gmail": 2}')

    relays[0].refresh_from_db()
    assert relays[0].trouble.startswith("535 no")
    assert relays[0].slowed == '{"Gmail": 2}'


def test_the_tempo_of_a_relay_keeps_to_its_limit_and_to_what_was_asked_for() -> None:
    gate = Gate(Budgets())
    tempo = Tempo(rate=None, gate=gate, caution=Caution(), now=0)
    for second in range(6):
        tempo.look(second * 80, now=float(second))

    assert tempo.slow_relay(now=6) == 40
    assert tempo.bucket.rate == 40
    tempo.limit(10)
    assert tempo.bucket.rate == 10
    assert tempo.slow_provider("Gmail", now=6) == 40
    assert tempo.paces() == {"": 40, "Gmail": 40}
    tempo.look(500, now=10_000)
    assert (tempo.paces(), tempo.bucket.rate, gate.is_open) == ({}, 10, True)
