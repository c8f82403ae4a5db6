"""Pages on which all is as usual take a shorter way, to the very same end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from gonets.delivery import actions, ledger, recovery
from gonets.delivery.models import Delivery, Run
from gonets.delivery.parts import Group, Part
from gonets.delivery.states import DeliveryStatus, RunStatus
from tests.delivery.conftest import Hand, write_out

# Outside of a test's own transaction: the shorter way makes one of its own.
pytestmark = pytest.mark.django_db(transaction=True)

MakeRun = Callable[..., Run]


@pytest.fixture(params=["in shorthand", "written out"])
def make_hand(db: None, request: pytest.FixtureRequest) -> Callable[[], Hand]:
    return partial(Hand, request.param)


@pytest.fixture
def careful(monkeypatch: pytest.MonkeyPatch) -> list[Group]:
    """The groups that had to be looked at."""
    looked_at: list[Group] = []
    carefully = ledger._record_carefully

    def note(group: Group, parts: list[Part]) -> list[ledger.Grant]:
        looked_at.append(group)
        return carefully(group, parts)

    monkeypatch.setattr(ledger, "_record_carefully", note)
    return looked_at


def counters(run: Run) -> dict[str, int]:
    run.refresh_from_db()
    return {
        status.value: getattr(run, status.value)
        for status in DeliveryStatus
        if getattr(run, status.value)
    }


def test_intents_and_acceptances_of_a_running_run_need_no_second_look(
    make_run: MakeRun, hand: Hand, careful: list[Group]
) -> None:
    run = make_run(*"abcd")
    bound = hand.claim(run)

    granted = hand.intend(*bound[:3])
    hand.settle(bound[0], DeliveryStatus.ACCEPTED, answer="Ok: queued as 1")

    assert granted == {one.claim.delivery_id for one in bound[:3]}
    assert counters(run) == {"claimed": 1, "intent": 2, "accepted": 1}
    assert careful == []
    write_out(run)
    assert run.deliveries.get(status="accepted").answer == "Ok: queued as 1"


def test_the_last_acceptance_is_looked_at_and_ends_the_run(
    make_run: MakeRun, hand: Hand, careful: list[Group]
) -> None:
    run = make_run("ann")
    (bound,) = hand.claim(run)
    hand.intend(bound)

    hand.settle(bound, DeliveryStatus.ACCEPTED)

    assert counters(run) == {"accepted": 1}
    assert run.status == RunStatus.FINISHED
    assert len(careful) == 1


def test_one_who_was_stopped_does_not_hold_up_the_others(
    make_run: MakeRun, hand: Hand, careful: list[Group]
) -> None:
    run = make_run(*"abc")
    bound = hand.claim(run)
    actions.add_stop("news", "b@x.example")

    granted = hand.intend(*bound)

    assert granted == {bound[0].claim.delivery_id, bound[2].claim.delivery_id}
    assert counters(run) == {"intent": 2, "withheld": 1}
    assert len(careful) == 1


def test_nothing_of_a_page_stays_if_the_run_has_been_paused(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run(*"ab")
    ann, bob = hand.claim(run)
    hand.intend(ann)
    actions.pause_run(run.pk)

    granted = hand.intend(bob)

    assert granted == set()
    assert counters(run) == {"intent": 1, "pending": 1}
    assert Delivery.objects.get(pk=bob.claim.delivery_id).attempts == 0


def test_an_acceptance_told_twice_is_counted_once(
    make_run: MakeRun, hand: Hand, careful: list[Group]
) -> None:
    run = make_run(*"ab")
    ann, bob = hand.claim(run)
    hand.intend(ann, bob)

    for _time in range(2):
        hand.settle(ann, DeliveryStatus.ACCEPTED)

    assert counters(run) == {"intent": 1, "accepted": 1}
    assert len(careful) == 1


def test_a_worker_that_has_begun_anew_hears_the_answers_to_its_former_letters(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run(*"abc")
    ann, bob = hand.claim(run, limit=2)
    hand.intend(ann, bob)
    former, hand.worker_id = hand.worker_id, recovery.enlist(place="here", pid=1)
    hand.claim(run)

    hand.accept(ann)
    hand.settle(bob, DeliveryStatus.REFUSED, code=550)

    run.refresh_from_db()
    assert (run.accepted, run.refused, run.intent) == (1, 1, 0)
    assert recovery.retire(former)


def test_nothing_of_somebody_erased_stays_behind_with_a_usual_answer(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run(*"abc")
    ann, bob = hand.claim(run, limit=2)
    hand.intend(ann)
    actions.erase_address("a@x.example")
    hand.intend(bob)  # That everything was written out is noticed here.

    hand.accept(ann, answer="<a@x.example> is happy")

    erased = Delivery.objects.get(pk=ann.claim.delivery_id)
    assert erased.status == DeliveryStatus.ACCEPTED
    assert (erased.answer, erased.bound_values) == ("", "")
