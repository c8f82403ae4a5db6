"""The ledger: who may pass the intent, and what may be written afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from gonets.delivery import actions, claims, recovery
from gonets.delivery.models import Attempt, Delivery, Run, Worker
from gonets.delivery.queries import run_progress
from gonets.delivery.states import DeliveryStatus, RunStatus
from gonets.kernel import clock
from tests.delivery.conftest import Hand, write_out

S = DeliveryStatus
MakeRun = Callable[..., Run]


def statuses(run: Run) -> list[str]:
    write_out(run)
    return list(run.deliveries.order_by("pk").values_list("status", flat=True))


def test_a_letter_goes_from_waiting_to_accepted(make_run: MakeRun, hand: Hand) -> None:
    run = make_run("ann")

    (bound,) = hand.claim(run)
    granted = hand.intend(bound)
    hand.settle(bound, S.ACCEPTED, enhanced_code="2.0.0", answer="Ok: queued as 1")

    delivery = run.deliveries.get()
    assert granted == {delivery.pk}
    assert (delivery.status, delivery.answer) == (S.ACCEPTED, "Ok: queued as 1")
    assert (delivery.attempts, delivery.message_id[0]) == (1, "<")
    assert run_progress(run.pk).status is RunStatus.FINISHED


def test_outcomes_and_intents_of_many_are_one_record(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run(*"abcdef")
    bound = hand.claim(run)

    assert len(hand.intend(*bound[:3])) == 3
    for one in bound[:2]:
        hand.settle(one, S.ACCEPTED)
    hand.settle(bound[2], S.REFUSED, code=550, answer="no")

    assert statuses(run) == ["accepted", "accepted", "refused"] + ["claimed"] * 3
    assert Attempt.objects.get().answer == "no"


def test_no_intent_passes_once_the_run_is_paused(make_run: MakeRun, hand: Hand) -> None:
    run = make_run("ann", "bob")
    ann, bob = hand.claim(run)
    hand.intend(ann)

    actions.pause_run(run.pk)

    assert hand.intend(bob) == set()
    assert run_progress(run.pk).status is RunStatus.PAUSING
    hand.settle(ann, S.ACCEPTED)
    assert run_progress(run.pk).status is RunStatus.PAUSED
    assert statuses(run) == ["accepted", "pending"]


def test_a_claim_from_before_a_pause_is_worth_nothing_after_it(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run("ann")
    (old,) = hand.claim(run)
    actions.pause_run(run.pk)
    actions.resume_run(run.pk)

    (new,) = hand.claim(run)

    assert hand.intend(old) == set()
    assert len(hand.intend(new)) == 1
    hand.settle(old, S.REFUSED, stage="rcpt", code=550)
    assert statuses(run) == ["intent"]


@pytest.mark.parametrize("scope", ["news", ""])
def test_whoever_is_stopped_before_the_intent_is_withheld(
    make_run: MakeRun, hand: Hand, scope: str
) -> None:
    run = make_run("ann", "bob")
    bound = hand.claim(run)

    actions.add_stop(scope, "ann@x.example")
    granted = hand.intend(*bound)

    assert granted == {bound[1].claim.delivery_id}
    assert statuses(run) == ["withheld", "intent"]


def test_a_stop_of_another_scope_or_a_lifted_one_stops_nobody(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run("ann")
    actions.add_stop("other", "ann@x.example")
    actions.add_stop("news", "ann@x.example")
    actions.lift_stops("news", ["ann@x.example"])

    assert len(hand.intend(*hand.claim(run))) == 1


def test_a_worker_that_slept_through_its_lease_cannot_pass(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run("ann")
    bound = hand.claim(run)

    with time_machine.travel(clock.now() + recovery.LEASE + timedelta(seconds=1)):
        asleep = hand.intend(*bound)
        assert recovery.renew(hand.worker_id)
        awake = hand.intend(*bound)

    assert asleep == set()
    assert len(awake) == 1


def test_recovery_frees_claims_and_makes_intents_uncertain(
    make_run: MakeRun, make_hand: Callable[[], Hand]
) -> None:
    run = make_run("ann", "bob", "cid")
    dead, living = make_hand(), make_hand()
    ann, bob, _cid = dead.claim(run)
    dead.intend(ann)

    uncertain = recovery.give_up(dead.worker_id)

    assert len(uncertain) == 1
    assert statuses(run) == ["uncertain", "pending", "pending"]
    assert not recovery.renew(dead.worker_id)
    assert dead.intend(bob) == set()
    assert len(living.intend(*living.claim(run))) == 2


def test_only_workers_whose_lease_has_expired_are_recovered(
    make_run: MakeRun, make_hand: Callable[[], Hand]
) -> None:
    run = make_run("ann")
    first, second = make_hand(), make_hand()
    first.intend(*first.claim(run))

    assert recovery.recover_expired(but=second.worker_id) == []
    with time_machine.travel(clock.now() + recovery.LEASE + timedelta(seconds=1)):
        recovery.renew(second.worker_id)
        (uncertain,) = recovery.recover_expired(but=second.worker_id)
    assert uncertain == run.deliveries.get().pk
    assert Worker.objects.filter(ended_at=None).count() == 1


def test_what_was_claimed_after_its_worker_was_given_up_is_freed_too(
    make_run: MakeRun, make_hand: Callable[[], Hand]
) -> None:
    run = make_run("ann", "bob")
    slow, living = make_hand(), make_hand()
    recovery.give_up(slow.worker_id)
    slow.claim(run)  # It has not noticed yet.

    recovery.recover_expired(but=living.worker_id)

    assert statuses(run) == ["pending", "pending"]


def test_a_worker_that_goes_on_under_another_id_waits_for_its_last_answers(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run("ann", "bob")
    ann, _bob = hand.claim(run)
    hand.intend(ann)

    assert not recovery.retire(hand.worker_id)
    assert statuses(run) == ["intent", "pending"]
    hand.settle(ann, S.ACCEPTED)
    assert recovery.retire(hand.worker_id)

    assert Worker.objects.filter(ended_at=None).count() == 0


@pytest.mark.parametrize("late", [S.ACCEPTED, S.REFUSED])
def test_a_late_definite_answer_settles_its_own_uncertain_row(
    make_run: MakeRun, hand: Hand, late: DeliveryStatus
) -> None:
    run = make_run("ann")
    (bound,) = hand.claim(run)
    hand.intend(bound)
    recovery.give_up(hand.worker_id)

    hand.settle(bound, late)

    assert statuses(run) == [late]
    assert run_progress(run.pk).status is RunStatus.FINISHED


def test_an_ended_run_is_not_opened_again_by_a_late_outcome(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run("ann")
    (bound,) = hand.claim(run)
    hand.intend(bound)
    recovery.give_up(hand.worker_id)

    hand.settle(bound, S.DEFERRED, code=451)

    assert statuses(run) == ["uncertain"]
    assert run_progress(run.pk).status is RunStatus.FINISHED


def test_an_outcome_that_is_recorded_twice_counts_once(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run("ann", "bob")
    ann, _bob = hand.claim(run)
    hand.intend(ann)

    hand.settle(ann, S.ACCEPTED)
    hand.settle(ann, S.ACCEPTED)

    assert run_progress(run.pk).accepted == 1


def test_what_was_certainly_not_handed_over_goes_back(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run("ann", "bob")
    ann, bob = hand.claim(run)
    hand.intend(ann)

    hand.settle(ann, S.PENDING, stage="", code=0)
    hand.settle(bob, S.PENDING, stage="", code=0)

    assert statuses(run) == ["pending", "pending"]
    assert Attempt.objects.count() == 0


def test_a_deferred_delivery_waits_for_its_time_and_keeps_its_binding(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run("ann")
    (bound,) = hand.claim(run)
    hand.intend(bound)
    soon = clock.now() + timedelta(minutes=1)

    hand.settle(bound, S.DEFERRED, code=451, not_before=soon)

    assert hand.claim(run) == []
    with time_machine.travel(soon + timedelta(seconds=1)):
        (again,) = hand.claim(run)
    assert again.binding == bound.binding
    assert again.claim.attempts == 1


def test_a_try_that_ended_before_its_intent_counts_too(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run("ann")
    (bound,) = hand.claim(run)

    hand.settle(bound, S.DEFERRED, stage="rcpt", code=450, not_before=clock.now())

    delivery = run.deliveries.get()
    assert delivery.attempts == 1
    assert delivery.first_attempt_at is not None


def test_letters_in_flight_when_the_rest_is_cancelled_are_cancelled_if_deferred(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run("ann", "bob", "cid")
    ann, bob, _cid = hand.claim(run)
    hand.intend(ann, bob)

    actions.cancel_rest(run.pk)
    hand.settle(ann, S.DEFERRED, code=451, not_before=clock.now())
    hand.settle(bob, S.ACCEPTED)

    assert statuses(run) == ["cancelled", "accepted", "cancelled"]
    assert run_progress(run.pk).status is RunStatus.CANCELLED


def test_policy_refusals_stand_or_are_taken_back_together(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run("ann", "bob")
    for bound in hand.claim(run):
        hand.intend(bound)
        hand.settle(bound, S.DEFERRED, code=550, policy_wait=True)

    claimable_while_undecided = hand.claim(run)
    returned = claims.return_policy_waits(run.pk)
    as_new = list(Delivery.objects.values_list("status", "attempts"))
    for bound in hand.claim(run):
        hand.intend(bound)
        hand.settle(bound, S.DEFERRED, code=550, policy_wait=True)
    claims.refuse_policy_waits(run.pk)

    assert claimable_while_undecided == []
    assert returned == 2
    assert as_new == [("pending", 0)] * 2
    assert statuses(run) == ["refused", "refused"]
    assert run_progress(run.pk).status is RunStatus.FINISHED


def test_a_run_that_vanished_grants_nothing(make_run: MakeRun, hand: Hand) -> None:
    run = make_run("ann")
    bound = hand.claim(run)
    Delivery.objects.all().delete()
    run.delete()

    assert hand.intend(*bound) == set()
    assert hand.claim(run) == []
