"""Somebody is erased whose letter is on its way: the answer comes afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gonets.delivery import actions, recovery
from gonets.delivery.models import Attempt, Delivery, Run
from gonets.delivery.queries import run_progress
from gonets.delivery.states import DeliveryStatus, RunStatus, Stage
from gonets.delivery.types import BoundClaim
from tests.delivery.conftest import NOW, Hand

S = DeliveryStatus
MakeRun = Callable[..., Run]
QUOTED = "<ann@x.example> is not known here"


@pytest.fixture
def run(make_run: MakeRun) -> Run:
    return make_run("ann", "bob", "zoe")


@pytest.fixture
def letters(run: Run, hand: Hand) -> tuple[BoundClaim, BoundClaim]:
    """Ann's and Bob's letters, which are on their way when Ann is erased."""
    ann, bob = hand.claim(run, limit=2)
    hand.intend(ann, bob)
    actions.erase_address("ann@x.example")
    return ann, bob


def of(bound: BoundClaim) -> Delivery:
    return Delivery.objects.get(pk=bound.claim.recipient.delivery_id)


def assert_forgotten(bound: BoundClaim) -> None:
    row = of(bound)
    assert (row.answer, row.bound_values) == ("", "")
    assert set(row.tries.values_list("answer", flat=True)) <= {""}


@pytest.mark.parametrize(
    ("status", "details", "then"),
    [
        (S.ACCEPTED, {"answer": QUOTED}, S.ACCEPTED),
        (S.REFUSED, {"code": 550, "answer": QUOTED}, S.REFUSED),
        (S.UNCERTAIN, {"code": 0, "answer": QUOTED}, S.UNCERTAIN),
        (S.DEFERRED, {"code": 450, "answer": QUOTED, "not_before": NOW}, S.WITHHELD),
        (
            S.DEFERRED,
            {"code": 550, "answer": QUOTED, "not_before": NOW, "policy_wait": True},
            S.WITHHELD,
        ),
        (S.PENDING, {"code": 0, "stage": ""}, S.WITHHELD),
    ],
    ids=["accepted", "refused", "uncertain", "put off", "policy", "not sent"],
)
def test_no_word_and_no_further_try_comes_of_an_answer_that_comes_too_late(
    run: Run,
    hand: Hand,
    letters: tuple[BoundClaim, BoundClaim],
    status: DeliveryStatus,
    details: dict[str, Any],
    then: DeliveryStatus,
) -> None:
    ann, bob = letters

    hand.settle(ann, status, **details)
    hand.settle(bob, S.ACCEPTED, answer="Ok: queued")

    assert of(ann).status == then
    assert_forgotten(ann)
    assert not of(ann).policy_wait
    assert (of(bob).status, of(bob).answer) == (S.ACCEPTED, "Ok: queued")
    progress = run_progress(run.pk)
    assert progress.pending + progress.claimed == 1
    assert progress.audience_size == 3


def test_others_keep_their_words_and_their_next_try(
    hand: Hand, letters: tuple[BoundClaim, BoundClaim]
) -> None:
    _ann, bob = letters

    hand.settle(
        bob, S.DEFERRED, code=450, answer="Later", not_before=NOW + timedelta(minutes=1)
    )

    assert (of(bob).status, of(bob).answer) == (S.DEFERRED, "Later")
    assert of(bob).bound_values
    assert Attempt.objects.get().answer == "Later"


def test_a_worker_that_dies_leaves_no_word_of_them_either(
    hand: Hand, letters: tuple[BoundClaim, BoundClaim]
) -> None:
    ann, bob = letters

    recovery.give_up(hand.worker_id)

    assert of(ann).status == of(bob).status == S.UNCERTAIN
    assert_forgotten(ann)
    assert of(bob).bound_values


def test_a_late_word_that_it_was_not_sent_withholds_an_uncertain_one(
    run: Run, hand: Hand, letters: tuple[BoundClaim, BoundClaim]
) -> None:
    ann, _bob = letters
    recovery.give_up(hand.worker_id)

    hand.settle(ann, S.PENDING, code=0, stage="")

    assert of(ann).status == S.WITHHELD
    assert of(ann).stage in ("", Stage.DOT)
    assert Run.objects.get(pk=run.pk).status == RunStatus.RUNNING
