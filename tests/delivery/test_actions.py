"""What people may do to a run, and what it costs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from gonets.delivery import actions
from gonets.delivery.errors import RunAlreadyOpen, RunStateWrong
from gonets.delivery.listing import AccountQuestion, account_page, attempts_of
from gonets.delivery.models import Delivery, Relay, Run, Stop
from gonets.delivery.queries import (
    run_progress,
    unfinished_runs,
    worker_last_seen,
)
from gonets.delivery.resolutions import resolve_uncertain
from gonets.delivery.signals import run_ended, run_paused, run_started
from gonets.delivery.states import DeliveryStatus, Resolution, RunStatus
from gonets.kernel import clock
from tests.delivery.conftest import Hand, people

S = DeliveryStatus
MakeRun = Callable[..., Run]


@contextmanager
def told() -> Iterator[list[str]]:
    facts: list[str] = []

    def listener(name: str) -> Callable[..., None]:
        def note(**_fact: Any) -> None:
            facts.append(name)

        return note

    listeners = {
        name: (signal, listener(name))
        for name, signal in (
            ("started", run_started),
            ("paused", run_paused),
            ("ended", run_ended),
        )
    }
    for signal, note in listeners.values():
        signal.connect(note, weak=False)
    yield facts
    for signal, note in listeners.values():
        signal.disconnect(note)


def test_the_same_address_is_in_an_audience_once(make_run: MakeRun) -> None:
    run = make_run("ann", "bob", started=False)

    assert actions.add_recipients(run.pk, people("ann", "cid", "cid")) == 1
    run.refresh_from_db()
    assert (run.audience_size, run.pending) == (3, 3)


def test_a_large_audience_is_frozen_in_chunks(make_run: MakeRun) -> None:
    run = make_run(started=False)

    added = actions.add_recipients(run.pk, people(*(f"r{n}" for n in range(2500))))

    assert added == 2500 == run.deliveries.count()


def readers(*names: str) -> QuerySet[Stop, Any]:
    """Return a query for people: any four columns serve."""
    now = clock.now()
    for name in names:
        Stop.objects.create(scope=name, address_key=f"{name}@x.example", created_at=now)
    rows = Stop.objects.filter(scope__in=names)
    return rows.values_list("pk", "address_key", "address_key", "scope")


def test_the_database_copies_an_audience_itself(make_run: MakeRun) -> None:
    run = make_run("ann", started=False)
    found = readers("cid", "bob", "ann")

    assert actions.copy_recipients(run.pk, found) == 2
    assert actions.copy_recipients(run.pk, found.order_by("address_key")) == 0
    run.refresh_from_db()
    assert (run.audience_size, run.pending) == (3, 3)
    rows = run.deliveries.order_by("pk").values_list("recipient", "person_ref")
    assert list(rows)[1:] == [("cid@x.example", "cid"), ("bob@x.example", "bob")]


def test_a_query_that_contradicts_itself_adds_nobody(make_run: MakeRun) -> None:
    run = make_run("ann", started=False)

    assert actions.copy_recipients(run.pk, readers("bob").filter(pk__in=[])) == 0
    run.refresh_from_db()
    assert run.audience_size == 1


def test_nobody_is_copied_into_a_run_that_has_begun(make_run: MakeRun) -> None:
    run = make_run("ann")

    with pytest.raises(RunStateWrong):
        actions.copy_recipients(run.pk, readers("bob"))
    assert run.deliveries.count() == 1


def test_a_second_run_of_the_same_origin_names_the_first(make_run: MakeRun) -> None:
    run = make_run("ann")

    with pytest.raises(RunAlreadyOpen) as second:
        make_run("bob")

    assert second.value.run_id == run.pk


def test_an_ended_run_does_not_stand_in_the_way_of_the_next(make_run: MakeRun) -> None:
    first = make_run("ann")
    actions.cancel_rest(first.pk)

    assert make_run("ann").pk != first.pk


def test_an_empty_audience_is_finished_at_once(make_run: MakeRun) -> None:
    run = make_run()

    assert run.status == RunStatus.FINISHED
    assert run_progress(run.pk).percent == 100


def test_starting_pausing_and_ending_are_told_once_each(
    make_run: MakeRun,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    with told() as facts, django_capture_on_commit_callbacks(execute=True):
        run = make_run("ann")
        actions.start_run(run.pk)
        actions.pause_run(run.pk)
        actions.pause_run(run.pk)
        actions.resume_run(run.pk)
        actions.cancel_rest(run.pk)

    assert facts == ["started", "paused", "started", "paused", "ended"]


@pytest.mark.parametrize(
    "action", [actions.pause_run, actions.resume_run, actions.cancel_rest]
)
def test_an_ended_run_can_only_be_looked_at(
    make_run: MakeRun, action: Callable[[int], Any]
) -> None:
    run = make_run("ann")
    actions.cancel_rest(run.pk)

    with pytest.raises(RunStateWrong, match="cancelled"):
        action(run.pk)


def test_a_run_in_preparation_can_neither_be_paused_nor_resumed(
    make_run: MakeRun,
) -> None:
    run = make_run("ann", started=False)

    for action in (actions.pause_run, actions.resume_run, actions.stop_waiting):
        with pytest.raises(RunStateWrong):
            action(run.pk)
    actions.discard_run(run.pk)
    assert run_progress(run.pk).status is RunStatus.CANCELLED


def test_a_started_run_takes_no_more_recipients(make_run: MakeRun) -> None:
    run = make_run("ann")

    with pytest.raises(RunStateWrong):
        actions.add_recipients(run.pk, people("bob"))


def test_giving_up_on_deferred_ones_lets_the_run_finish(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run("ann", "bob")
    for bound, status in zip(hand.claim(run), (S.ACCEPTED, S.DEFERRED), strict=True):
        hand.intend(bound)
        hand.settle(bound, status, not_before=clock.now())

    assert actions.stop_waiting(run.pk) == 1

    progress = run_progress(run.pk)
    assert (progress.accepted, progress.expired) == (1, 1)
    assert progress.status is RunStatus.FINISHED


def test_cancelling_counts_and_keeps_the_percentage_of_what_was_done(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run(*"abcdefg")
    for bound in hand.claim(run, limit=2):
        hand.intend(bound)
        hand.settle(bound, S.ACCEPTED)

    assert actions.cancel_rest(run.pk) == 5

    progress = run_progress(run.pk)
    assert progress.status is RunStatus.CANCELLED
    assert progress.percent == 28  # 2 of 7, rounded down
    assert progress.waiting == 0


def test_a_correction_needs_a_pause_and_makes_old_bindings_void(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run("ann", "bob")
    (ann,) = hand.claim(run, limit=1)
    hand.intend(ann)
    hand.settle(ann, S.DEFERRED, code=451, not_before=clock.now())

    with pytest.raises(RunStateWrong):
        actions.rebind_open(run.pk, "second")
    actions.pause_run(run.pk)
    left = actions.rebind_open(run.pk, "second")
    actions.resume_run(run.pk)

    claimed = [one.claim for one in hand.claim(run)]
    assert (left, len(claimed)) == (2, 2)
    assert {claim.letter_ref for claim in claimed} == {"second"}
    assert [claim.binding for claim in claimed] == [None, None]


def test_a_decision_about_an_uncertain_letter_stands_beside_its_status(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run("ann", "bob")
    user = get_user_model().objects.create(username="editor")
    ann, bob = hand.claim(run)
    hand.intend(ann, bob)
    hand.settle(ann, S.UNCERTAIN, code=0)
    hand.settle(bob, S.ACCEPTED)
    ids = [ann.claim.delivery_id, bob.claim.delivery_id]

    resolved = resolve_uncertain(ids, Resolution.COUNT_AS_ACCEPTED, user)
    again = resolve_uncertain(ids, Resolution.SEND_AGAIN, user)

    delivery = Delivery.objects.get(pk=ids[0])
    assert (resolved, again) == (1, 0)
    assert (delivery.status, delivery.resolved_by_id) == (S.UNCERTAIN, user.pk)


def test_an_erased_address_is_withheld_and_only_a_hash_remains(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run("ann", "bob")
    hand.claim(run, limit=1)
    actions.add_stop("news", "ann@x.example")

    actions.erase_address("ann@x.example")

    erased = Delivery.objects.get(status=S.WITHHELD)
    assert "ann" not in f"{erased.recipient}{erased.address_key}"
    assert not Stop.objects.filter(address_key="ann@x.example").exists()
    assert run_progress(run.pk).withheld == 1


def test_a_run_that_was_half_discarded_can_only_be_discarded(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run("ann", "bob", "cleo", started=False)
    monkeypatch.setattr(actions, "_settle_chunk", _power_fails)
    with pytest.raises(ZeroDivisionError):
        actions.discard_run(run.pk)
    monkeypatch.undo()

    for go_on in (actions.resume_run, actions.start_run):
        with pytest.raises(RunStateWrong):
            go_on(run.pk)
    with pytest.raises(RunStateWrong):
        actions.add_recipients(run.pk, people("dora"))
    actions.cancel_rest(run.pk)

    progress = run_progress(run.pk)
    assert (progress.status, progress.cancelled) == (RunStatus.CANCELLED, 3)
    assert progress.started_at is None


def test_a_run_that_is_being_discarded_is_never_paused_and_so_never_resumed(
    make_run: MakeRun, django_capture_on_commit_callbacks: Any
) -> None:
    run = make_run("ann", "bob", started=False)

    with told() as facts, django_capture_on_commit_callbacks(execute=True):
        actions.discard_run(run.pk)

    assert facts == ["ended"]


def _power_fails(*_args: object) -> None:
    raise ZeroDivisionError


def test_the_database_refuses_an_account_that_does_not_add_up(
    make_run: MakeRun,
) -> None:
    run = make_run("ann")

    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(accepted=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(status=RunStatus.FINISHED)


def found(run: Run, **wanted: Any) -> list[Delivery]:
    return account_page(AccountQuestion(run_id=run.pk, **wanted)).deliveries


def test_the_account_can_be_searched_by_status_and_address(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run("ann", "bob", "ben")
    (ann,) = hand.claim(run, limit=1)
    hand.settle(ann, S.REFUSED, stage="rcpt", code=550, answer="No such user")

    refused = found(run, statuses=[S.REFUSED])
    named_b = found(run, search="B")

    assert [one.recipient for one in refused] == ["ann@x.example"]
    assert [one.recipient for one in named_b] == ["ben@x.example", "bob@x.example"]
    assert [one.answer for one in attempts_of(refused[0].pk)] == ["No such user"]
    assert list(unfinished_runs()) == [run]


def test_percent_is_rounded_down_and_time_left_needs_a_recent_rate(
    make_run: MakeRun, hand: Hand
) -> None:
    run = make_run(*(f"r{number}" for number in range(300)))
    bound = hand.claim(run, limit=299)
    hand.intend(*bound)
    hand.accept(*bound)

    without = run_progress(run.pk)
    Run.objects.filter(pk=run.pk).update(rate=0.5, rated_at=clock.now())
    with_rate = run_progress(run.pk)

    assert (without.percent, without.seconds_left) == (99, None)
    assert (with_rate.rate, with_rate.seconds_left) == (0.5, 2)


def test_a_worker_is_seen(hand: Hand, relay: Relay) -> None:
    seen = worker_last_seen()

    assert seen is not None
    assert (clock.now() - seen).total_seconds() < 10
