"""Letters of a usual claim are bound before the run is held: what happens meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from django.db import connection

from gonets.delivery import actions, claims, stock
from gonets.delivery.models import Delivery, Handful, Run
from gonets.delivery.ports import Binding, Recipient, Withheld
from gonets.delivery.states import DeliveryStatus as S
from gonets.delivery.states import RunStatus
from gonets.delivery.stock import Stock, take_stock
from tests.delivery.conftest import Hand, PlainLetters, write_out

# Outside of a test's own transaction: usual claims make one of their own.
pytestmark = pytest.mark.django_db(transaction=True)

MakeRun = Callable[..., Run]
NAMES = [f"p{number}" for number in range(10)]


class MeddledLetters(PlainLetters):
    """Something happens once, while letters are bound."""

    def __init__(self, happen: Callable[[], object]) -> None:
        self._happen = [happen]

    def bind(
        self, *, run_id: int, letter_ref: str, recipients: Sequence[Recipient]
    ) -> list[Binding | Withheld]:
        if self._happen:
            self._happen.pop()()
        return super().bind(run_id=run_id, letter_ref=letter_ref, recipients=recipients)


@pytest.fixture
def only_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer, who holds every run")


@pytest.fixture
def claimed_meanwhile(
    make_run: MakeRun,
) -> Callable[[Callable[[Run], object]], tuple[Run, Hand, list[int]]]:
    """Claim two, and then three more while something happens; return whom it got."""

    def claim(happen: Callable[[Run], object]) -> tuple[Run, Hand, list[int]]:
        run, hand = make_run(*NAMES), Hand()
        hand.claim(run, limit=2)
        taken = take(run, hand, MeddledLetters(lambda: happen(run)))
        run.refresh_from_db()
        return run, hand, [bound.claim.delivery_id for bound in taken.ready]

    return claim


def take(run: Run, hand: Hand, letters: PlainLetters) -> Stock:
    who = {"worker_id": hand.worker_id, "relay_id": None}
    return take_stock(letters, hand.tray, run_id=run.pk, limit=3, **who)


def people_of(run: Run) -> list[int]:
    return [*run.deliveries.order_by("pk").values_list("pk", flat=True)]


def counted(run: Run) -> dict[str, int]:
    return {status: getattr(run, status) for status in S.values if getattr(run, status)}


@pytest.mark.parametrize("is_usual", [True, False])
def test_a_usual_claim_is_like_any_other(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch, *, is_usual: bool
) -> None:
    if not is_usual:
        monkeypatch.setattr(stock, "_take_usual", lambda *_all, **_named: None)
    run, hand = make_run(*NAMES), Hand()
    first = hand.claim(run, limit=2)
    hand.intend(first[0])
    hand.accept(*first[:1])

    second = hand.claim(run, limit=3)
    hand.intend(*second)
    hand.accept(*second)
    third = hand.claim(run, limit=3)

    ids = [bound.claim.delivery_id for bound in [*first, *second, *third]]
    assert ids == people_of(run)[:8]
    run.refresh_from_db()
    assert counted(run) == {"pending": 2, "claimed": 4, "accepted": 4}
    assert Handful.objects.count() == 3
    write_out(run)
    shown = [*run.deliveries.order_by("pk").values_list("status", flat=True)]
    claimed, accepted = ["claimed"] * 3, ["accepted"] * 3
    assert shown[:8] == ["accepted", "claimed", *accepted, *claimed]


@pytest.mark.usefixtures("only_postgresql")
def test_a_usual_claim_does_not_hold_the_run_while_letters_are_bound(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, hand = make_run(*NAMES), Hand()
    hand.claim(run, limit=2)
    monkeypatch.delattr(stock, "hold_run")

    assert len(hand.claim(run, limit=3)) == 3


@pytest.mark.usefixtures("only_postgresql")
def test_nobody_is_claimed_whom_another_worker_took_meanwhile(
    claimed_meanwhile: Callable[..., tuple[Run, Hand, list[int]]],
) -> None:
    theirs: list[int] = []

    def take_some(run: Run) -> None:
        taken = Hand().claim(run, limit=2)
        theirs.extend(bound.claim.delivery_id for bound in taken)

    run, _hand, mine = claimed_meanwhile(take_some)

    assert [*theirs, *mine] == people_of(run)[2 : 5 + len(theirs)]
    assert run.claimed == 5 + len(theirs)


@pytest.mark.usefixtures("only_postgresql")
def test_nobody_is_claimed_twice_who_was_taken_and_written_out_meanwhile(
    claimed_meanwhile: Callable[..., tuple[Run, Hand, list[int]]],
) -> None:
    theirs: list[int] = []

    def take_some_and_fall_asleep(run: Run) -> None:
        other = Hand()
        theirs.extend(one.claim.delivery_id for one in other.claim(run, limit=2))
        write_out(run)

    _run, _hand, mine = claimed_meanwhile(take_some_and_fall_asleep)

    assert len(mine) == 3
    assert not {*theirs} & {*mine}


@pytest.mark.usefixtures("only_postgresql")
def test_what_came_back_meanwhile_is_taken_by_its_new_fence(
    claimed_meanwhile: Callable[..., tuple[Run, Hand, list[int]]],
) -> None:
    def take_and_give_back(run: Run) -> None:
        taken = Hand().claim(run, limit=2)
        held = [(one.claim.delivery_id, one.claim.fence) for one in taken]
        claims.give_back(run.pk, held)

    run, hand, mine = claimed_meanwhile(take_and_give_back)

    ready = {
        held.intent.delivery_id: held for held in hand.tray.of(run.pk).brief.values()
    }
    write_out(run)
    for pk, fence in Delivery.objects.filter(pk__in=mine).values_list("pk", "fence"):
        assert ready[pk].intent.fence == fence


@pytest.mark.usefixtures("only_postgresql")
def test_nothing_is_claimed_of_a_run_that_was_paused_meanwhile(
    claimed_meanwhile: Callable[..., tuple[Run, Hand, list[int]]],
) -> None:
    run, _hand, mine = claimed_meanwhile(lambda run: actions.pause_run(run.pk))

    assert mine == []
    assert run.status == RunStatus.PAUSED
    assert counted(run) == {"pending": 10}


@pytest.mark.usefixtures("only_postgresql")
def test_a_letter_that_was_corrected_meanwhile_is_bound_again(
    claimed_meanwhile: Callable[..., tuple[Run, Hand, list[int]]],
) -> None:
    def correct(run: Run) -> None:
        actions.pause_run(run.pk)
        actions.rebind_open(run.pk, "second")
        actions.resume_run(run.pk)

    run, hand, mine = claimed_meanwhile(correct)

    tray = hand.tray.of(run.pk)
    refs = {tray.brief[one].intent.letter_ref for one in mine}
    assert refs == {"second"}
    assert len(mine) == 3


@pytest.mark.usefixtures("only_postgresql")
def test_somebody_who_was_erased_meanwhile_is_not_claimed(
    claimed_meanwhile: Callable[..., tuple[Run, Hand, list[int]]],
) -> None:
    run, _hand, mine = claimed_meanwhile(
        lambda _run: actions.erase_address("p3@x.example")
    )

    assert people_of(run)[3] not in mine
    assert len(mine) == 3
    assert counted(run)["withheld"] == 1
