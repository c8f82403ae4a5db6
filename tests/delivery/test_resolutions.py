"""Deciding about uncertain letters, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import translation

from gonets.delivery import actions
from gonets.delivery.inquiries import ask_relay_log, open_relay_log
from gonets.delivery.listing import undecided
from gonets.delivery.models import Decision, Delivery, Run
from gonets.delivery.relay_logs.base import (
    LogAnswer,
    LogFinding,
    LogQuestion,
    LogUnreadable,
)
from gonets.delivery.resolutions import (
    resolve_by_log,
    resolve_uncertain,
    undo_resolutions,
)
from gonets.delivery.states import DecisionSource, DeliveryStatus, Resolution
from tests.delivery.conftest import Hand, people

S = DeliveryStatus
MakeRun = Callable[..., Run]
ACCEPTED, AGAIN = Resolution.COUNT_AS_ACCEPTED, Resolution.SEND_AGAIN


@pytest.fixture
def user(db: None) -> Any:
    return get_user_model().objects.create(username="editor")


@pytest.fixture
def run(make_run: MakeRun, hand: Hand) -> Run:
    """An ended run of which nobody knows whether Ann and Bob have the letter."""
    run = make_run("ann", "bob", "cid")
    ann, bob, cid = hand.claim(run)
    hand.intend(ann, bob, cid)
    for one in (ann, bob):
        hand.settle(one, S.UNCERTAIN, code=0)
    hand.settle(cid, S.ACCEPTED)
    run.refresh_from_db()
    return run


def ids(run: Run) -> list[int]:
    return list(undecided(run.pk).order_by("pk").values_list("pk", flat=True))


def test_each_decision_is_kept_with_who_and_when(run: Run, user: Any) -> None:
    ann, bob = ids(run)

    assert resolve_uncertain([ann], ACCEPTED, user) == 1
    assert resolve_uncertain([ann, bob], AGAIN, user) == 1

    kept = Decision.objects.order_by("pk").values_list(
        "delivery", "resolution", "source", "by"
    )
    person = DecisionSource.PERSON
    assert list(kept) == [
        (ann, ACCEPTED, person, user.pk),
        (bob, AGAIN, person, user.pk),
    ]
    assert ids(run) == []


def test_what_the_log_says_is_evidence_and_what_it_does_not_say_is_kept_too(
    run: Run, user: Any
) -> None:
    ann, bob = ids(run)
    answers = {
        ann: LogAnswer(finding=LogFinding.NOT_ACCEPTED, evidence="lost connection"),
        bob: LogAnswer(finding=LogFinding.UNKNOWN, evidence="not in the log"),
    }

    assert resolve_by_log(answers, user) == 1

    assert Delivery.objects.get(pk=ann).resolution == Resolution.NOT_ACCEPTED
    assert ids(run) == [bob]
    kept = Decision.objects.order_by("delivery").values_list("resolution", "evidence")
    assert list(kept) == [
        (Resolution.NOT_ACCEPTED, "lost connection"),
        ("", "not in the log"),
    ]


def test_a_decision_can_be_taken_back_and_made_anew(run: Run, user: Any) -> None:
    ann, bob = ids(run)
    resolve_uncertain([ann, bob], AGAIN, user)

    assert undo_resolutions([ann], user) == 1
    assert undo_resolutions([ann], user) == 0
    resolve_uncertain([ann], ACCEPTED, user)

    assert Delivery.objects.get(pk=ann).resolution == ACCEPTED
    assert Delivery.objects.get(pk=bob).resolution == AGAIN
    undone = Decision.objects.get(delivery=ann, resolution=AGAIN)
    assert (undone.undone_by, Decision.objects.count()) == (user, 3)


@pytest.mark.parametrize("started", [True, False], ids=["sent again", "being frozen"])
def test_what_has_been_sent_on_its_strength_is_not_taken_back(
    run: Run, user: Any, make_run: MakeRun, started: bool
) -> None:
    ann, _bob = ids(run)
    resolve_uncertain([ann], AGAIN, user)
    make_run(*(["ann"] if started else []), started=started)

    assert undo_resolutions([ann], user) == 0


def test_a_later_run_to_others_does_not_stand_in_the_way(
    run: Run, user: Any, make_run: MakeRun
) -> None:
    ann, _bob = ids(run)
    resolve_uncertain([ann], AGAIN, user)
    make_run("zoe")

    assert undo_resolutions([ann], user) == 1


def test_an_erased_address_leaves_no_words_in_the_account(
    run: Run, user: Any, make_run: MakeRun, hand: Hand
) -> None:
    ann, _bob = ids(run)
    line = LogAnswer(finding=LogFinding.ACCEPTED, evidence="to=<ann@x.example>, sent")
    resolve_by_log({ann: line}, user)
    second = make_run("ann", origin="issue:2")
    (bound,) = hand.claim(second)
    hand.settle(bound, S.REFUSED, stage="rcpt", code=550, answer="<ann@x.example> gone")

    actions.erase_address("ann@x.example")

    tables = (
        Delivery.objects.all(),
        Decision.objects.all(),
        Delivery.objects.get(run=second).tries.all(),
    )
    assert not any("ann" in str(row) for rows in tables for row in rows.values())


class Memory:
    """A log that knows some letters by heart."""

    def __init__(self) -> None:
        self.asked: list[LogQuestion] = []

    def check(self) -> None: ...

    def ask(self, questions: Any) -> list[LogAnswer]:
        self.asked += questions
        return [LogAnswer(finding=LogFinding.ACCEPTED) for _one in questions]


def test_the_log_is_asked_for_what_was_offered_from_here(run: Run) -> None:
    ann, bob = ids(run)
    Delivery.objects.filter(pk=bob).update(message_id="")
    log = Memory()

    answers = ask_relay_log(log, list(undecided(run.pk)))

    assert [one.message_id for one in log.asked] == [f"<{ann}@x.example>"]
    assert [one.attempts for one in log.asked] == [1]
    assert answers[bob].finding is LogFinding.UNKNOWN


def test_of_what_another_copy_did_no_refusal_here_is_a_proof(run: Run) -> None:
    Delivery.objects.filter(pk__in=ids(run)).update(stage="")
    log = Memory()

    ask_relay_log(log, list(undecided(run.pk)))

    assert all(one.attempts > 10**6 for one in log.asked)


@pytest.mark.parametrize(
    "written", ["exim:/var/log/x", "postfix", "postfix:", "/var/log/mail.log"]
)
def test_a_log_that_nobody_knows_is_named_with_what_to_write(written: str) -> None:
    with pytest.raises(LogUnreadable, match="postfix"), translation.override("en"):
        open_relay_log(written)


def test_a_large_audience_is_decided_about_in_chunks(
    make_run: MakeRun, user: Any
) -> None:
    run = make_run(started=False)
    actions.add_recipients(run.pk, people(*(f"r{n}" for n in range(600))))
    run.deliveries.update(status=S.UNCERTAIN)

    assert resolve_uncertain(ids(run), ACCEPTED, user) == 600
    assert Decision.objects.count() == 600
