"""Old runs are folded into totals; nobody is needed any more who is removed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from gonets.delivery import actions
from gonets.delivery.folding import MOST_ENDINGS, Ending, general_answer, summed_up
from gonets.delivery.ledger import record
from gonets.delivery.models import Attempt, Decision, Delivery, Run
from gonets.delivery.parts import Group
from gonets.delivery.queries import run_progress, run_totals
from gonets.delivery.resolutions import resolve_uncertain, undo_resolutions
from gonets.delivery.retention import fold_runs
from gonets.delivery.states import DeliveryStatus, Resolution, RunStatus
from gonets.delivery.types import Outcome
from gonets.kernel import clock
from tests.delivery.conftest import Hand

S = DeliveryStatus
MakeRun = Callable[..., Run]
NAMES = ("ann", "bob", "cid", "dan")


@pytest.fixture
def ended(make_run: MakeRun, hand: Hand) -> Callable[..., Run]:
    """Two accepted, one refused, one uncertain; ended so many days ago."""

    def make(*, days: int, origin: str = "issue:1", decided: bool = True) -> Run:
        run = make_run(*NAMES, origin=origin)
        bound = hand.claim(run)
        hand.intend(*bound)
        for one, status in zip(
            bound, (S.ACCEPTED, S.ACCEPTED, S.REFUSED, S.UNCERTAIN), strict=True
        ):
            recipient = one.claim.recipient.address
            code = 550 if status is S.REFUSED else 250
            hand.settle(one, status, code=code, answer=f"<{recipient}> A1B2C3 said no")
        if decided:
            resolve_uncertain([bound[3].claim.delivery_id], again(), None)
        at = clock.now() - timedelta(days=days)
        Run.objects.filter(pk=run.pk).update(ended_at=at)
        return run

    return make


def again() -> Resolution:
    return Resolution.SEND_AGAIN


def fold(days: int = 400, *, may_go_on: Callable[[], bool] = lambda: True) -> int:
    before = clock.now() - timedelta(days=days)
    return fold_runs(ended_before=before, may_go_on=may_go_on)


def test_the_addresses_go_and_the_totals_stay(ended: Callable[..., Run]) -> None:
    run = ended(days=401)

    assert fold() == 1

    run.refresh_from_db()
    assert run.folded_at is not None
    for table in (Delivery, Attempt, Decision):
        assert not table.objects.exists()
    progress = run_progress(run.pk)
    assert (progress.audience_size, progress.accepted, progress.uncertain) == (4, 2, 1)
    totals = run_totals(run.pk)
    assert [(one.status, one.code, one.answer, one.addresses) for one in totals] == [
        ("accepted", 250, "", 2),
        ("refused", 550, "<…> … said no", 1),
        ("uncertain", 250, "<…> … said no", 1),
    ]
    assert totals[2].resolution == again()


def young(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(ended_at=clock.now())


def unfinished(run: Run) -> None:
    Run.objects.create(
        origin_key=run.origin_key,
        letter_ref="second",
        relay=run.relay,
        created_at=clock.now(),
        status=RunStatus.PREPARING,
    )


def sent_again_lately(run: Run) -> None:
    unfinished(run)
    actions.discard_run(Run.objects.latest("pk").pk)


def undone(run: Run) -> None:
    undo_resolutions(run.deliveries.values_list("pk", flat=True), None)


@pytest.mark.parametrize("happens", [young, unfinished, sent_again_lately, undone])
def test_what_may_still_be_asked_for_stays(
    ended: Callable[..., Run], happens: Callable[[Run], None]
) -> None:
    run = ended(days=401)
    happens(run)

    assert fold() == 0
    assert run.deliveries.count() == len(NAMES)


def test_another_issue_does_not_hold_it_up(ended: Callable[..., Run]) -> None:
    ended(days=401)
    ended(days=10, origin="issue:2")
    ended(days=401, origin="issue:3", decided=False)

    assert fold() == 1
    kept = Delivery.objects.order_by("run").values_list("run__origin_key", flat=True)
    assert set(kept) == {"issue:2", "issue:3"}


def test_what_was_broken_off_is_carried_on(
    ended: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gonets.delivery.retention.CHUNK", 1)
    run = ended(days=401)
    turns = iter([True] * 4)

    fold(may_go_on=lambda: next(turns, False))
    run.refresh_from_db()
    assert (run.folding_at is None, run.folded_at) == (False, None)
    left = run.deliveries.count()
    assert 0 < left < len(NAMES)

    assert fold() == 1
    assert not run.deliveries.exists()
    assert sum(one.addresses for one in run_totals(run.pk)) == len(NAMES)


def answer_late(run: Run) -> None:
    late = run.deliveries.get(status=S.UNCERTAIN)
    accepted = Outcome(
        delivery_id=late.pk,
        run_id=run.pk,
        fence=late.fence,
        status=S.ACCEPTED,
        at=clock.now(),
        stage="dot",
        code=250,
    )
    record(Group(worker_id=0, outcomes=[accepted]))


@pytest.mark.parametrize(
    "turn", [pytest.param(2, id="they are counted"), pytest.param(3, id="it is marked")]
)
def test_an_answer_that_comes_late_leaves_totals_and_counters_alike(
    ended: Callable[..., Run], turn: int
) -> None:
    run, turns = ended(days=401), count(1)

    def may_go_on() -> bool:
        if next(turns) == turn:
            answer_late(run)
        return True

    fold(may_go_on=may_go_on)
    fold()

    told: Counter[str] = Counter()
    for one in run_totals(run.pk):
        told[one.status] += one.addresses
    progress = run_progress(run.pk)
    assert told["uncertain"] == progress.uncertain
    assert told["accepted"] == progress.accepted
    assert not run.deliveries.exists()


def test_letters_go_first(ended: Callable[..., Run], make_run: MakeRun) -> None:
    run = ended(days=401)
    make_run("zoe", origin="issue:9")

    assert fold() == 0
    assert run.deliveries.count() == len(NAMES)


def test_a_decision_of_a_folded_run_is_not_taken_back(
    ended: Callable[..., Run],
) -> None:
    run = ended(days=401)
    Run.objects.filter(pk=run.pk).update(folding_at=clock.now())

    undone(run)

    assert not Delivery.objects.filter(status=S.UNCERTAIN, resolution="").exists()


@pytest.mark.parametrize(
    ("answer", "general"),
    [
        ("5.1.1 <ann@x.example>: no such user", "5.1.1 <…>: no such user"),
        ("Ok: queued as 4E7F21A2B3", "Ok: queued as …"),
        ("550 blocked, see https://x.example/?ip=192.0.2.7", "550 blocked, see …=…"),
        ("Mailbox юля@почта.рф is full", "Mailbox <…> is full"),
        ("Greylisted for 300 seconds", "Greylisted for 300 seconds"),
        ("", ""),
    ],
)
def test_an_answer_is_remembered_without_the_address_it_was_about(
    answer: str, general: str
) -> None:
    told = general_answer(answer)

    assert "@" not in told
    assert "192.0" not in told
    if "https" not in answer:
        assert told == general


def test_endless_different_answers_become_few_lines() -> None:
    def ending(number: int) -> Ending:
        common: dict[str, Any] = {"resolution": "", "letter_ref": "1", "stage": "rcpt"}
        return Ending(
            status="refused", code=550, enhanced_code="", answer="x" * number, **common
        )

    endings = Counter({ending(number): 2 for number in range(1, 1000)})

    summed = summed_up(endings)

    assert len(summed) <= MOST_ENDINGS + 1
    assert summed.total() == endings.total()
