"""Claims, intents and acceptances in shorthand, and what becomes of them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError

from gonets.delivery import (
    actions,
    claims,
    ledger,
    plain_pages,
    recovery,
    shorthand,
    stock,
)
from gonets.delivery.models import Delivery, Handful, OnTheWay, Run
from gonets.delivery.statements import BriefTransaction
from gonets.delivery.states import DeliveryStatus as S
from gonets.delivery.states import RunStatus
from gonets.delivery.types import Acceptance, BoundClaim
from tests.delivery.conftest import NOW, Hand, write_out

# Outside of a test's own transaction: usual pages make one of their own.
pytestmark = pytest.mark.django_db(transaction=True)

MakeRun = Callable[..., Run]
STEPS = ["claim", "intend", "accept", "refuse", "defer", "return", "pause", "stop"]
STEPS += ["give back", "write out", "write accepted", "kill", "turn"]
STEPS += ["speak late", "lose the connection"]


def statuses(run: Run) -> list[str]:
    rows = Delivery.objects.filter(run=run).order_by("pk")
    return list(rows.values_list("status", flat=True))


def test_rows_stay_as_they_were_until_somebody_locks_the_run(make_run: MakeRun) -> None:
    run, hand = make_run(*"abcd"), Hand()
    bound = hand.claim(run, limit=3)
    hand.intend(*bound[:2])
    hand.settle(bound[0], S.ACCEPTED, answer="Ok: queued as 1")
    assert statuses(run) == ["pending"] * 4

    write_out(run)

    assert statuses(run) == ["accepted", "intent", "claimed", "pending"]
    first, second, third, _fourth = Delivery.objects.order_by("pk")
    assert (first.code, first.answer, first.attempts) == (250, "Ok: queued as 1", 1)
    assert first.message_id == second.message_id.replace(str(second.pk), str(first.pk))
    assert second.bound_values == '{"name":"Юля"}'
    assert (second.worker_id, third.worker_id) == (hand.worker_id, hand.worker_id)
    assert (first.fence, second.fence, third.fence) == (1, 1, 1)
    assert not Handful.objects.exists()
    assert not OnTheWay.objects.exists()


def test_nobody_is_claimed_twice_by_two_workers(make_run: MakeRun) -> None:
    run, one, other = make_run(*"abcdef"), Hand(), Hand()

    taken = [*one.claim(run, limit=2), *other.claim(run, limit=2)]
    taken += [*one.claim(run, limit=1), *other.claim(run, limit=9)]

    ids = [bound.claim.delivery_id for bound in taken]
    assert len(set(ids)) == len(ids) == 6


def test_nobody_is_claimed_twice_after_coming_back_with_a_letter(
    make_run: MakeRun,
) -> None:
    run, one, other = make_run(*"abcd"), Hand(), Hand()
    bound = one.claim(run, limit=3)
    one.intend(bound[2])
    one.settle(bound[2], S.PENDING)  # Its letter is kept; those before have none yet.
    recovery.give_up(one.worker_id)

    taken = [*other.claim(run, limit=3), *Hand().claim(run, limit=3)]

    ids = [bound.claim.delivery_id for bound in taken]
    assert len(set(ids)) == len(ids) == 4


def test_what_was_accepted_is_written_out_when_there_is_time(make_run: MakeRun) -> None:
    run, hand = make_run(*"abc"), Hand()
    bound = hand.claim(run)
    hand.intend(*bound)
    hand.settle(bound[1], S.ACCEPTED)

    ledger.write_accepted(hand.tray)

    assert statuses(run) == ["pending", "accepted", "pending"]
    assert OnTheWay.objects.get().accepted == ""
    assert hand.tray.with_taken() == []


@pytest.mark.parametrize("are_many", [True, False])
def test_a_claim_writes_out_what_was_accepted_only_if_there_was_no_time_before(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch, *, are_many: bool
) -> None:
    monkeypatch.setattr(stock, "SOME", 2 if are_many else 3)
    # On PostgreSQL a usual claim leaves them until they are twice as many.
    monkeypatch.setattr(stock, "MANY", 1 if are_many else 2)
    run, hand = make_run(*"abcd"), Hand()
    bound = hand.claim(run, limit=2)
    hand.intend(*bound)
    for one in bound:
        hand.settle(one, S.ACCEPTED)

    hand.claim(run, limit=1)

    shown = S.ACCEPTED if are_many else S.PENDING
    assert statuses(run) == [shown, shown, "pending", "pending"]
    # What is noted only needs its handful.
    assert Handful.objects.count() == (1 if are_many else 2)
    write_out(run)
    assert statuses(run) == ["accepted", "accepted", "claimed", "pending"]


def test_who_ends_a_run_writes_out_what_others_had_accepted(make_run: MakeRun) -> None:
    run, one, other = make_run(*"abcd"), Hand(), Hand()
    mine, theirs = one.claim(run, limit=2), other.claim(run, limit=2)
    one.intend(*mine)
    other.intend(*theirs)
    one.settle(mine[0], S.ACCEPTED)
    for letter in theirs:
        other.settle(letter, S.ACCEPTED)

    one.settle(mine[1], S.ACCEPTED)

    run.refresh_from_db()
    assert run.status == RunStatus.FINISHED
    assert statuses(run) == ["accepted"] * 4
    ledger.write_accepted(other.tray)
    assert statuses(run) == ["accepted"] * 4
    assert not Handful.objects.exists()
    assert not OnTheWay.objects.exists()


def test_a_dead_worker_leaves_uncertain_only_what_was_on_its_way(
    make_run: MakeRun,
) -> None:
    run, hand = make_run(*"abcd"), Hand()
    bound = hand.claim(run, limit=3)
    hand.intend(*bound[:2])
    hand.settle(bound[0], S.ACCEPTED)

    uncertain = recovery.give_up(hand.worker_id)

    assert uncertain == [bound[1].claim.delivery_id]
    assert statuses(run) == ["accepted", "uncertain", "pending", "pending"]
    assert recovery.recover_expired(but=0) == []


def test_a_refusal_writes_out_its_own_page_alone(make_run: MakeRun) -> None:
    run, hand = make_run(*"abcd"), Hand()
    bound = hand.claim(run)
    hand.intend(*bound[:3])

    hand.settle(bound[0], S.REFUSED, code=550)

    assert statuses(run) == ["refused", "pending", "pending", "pending"]
    assert OnTheWay.objects.exists()
    write_out(run)
    assert statuses(run) == ["refused", "intent", "intent", "claimed"]


def test_erasing_leaves_no_word_of_a_person_in_shorthand(make_run: MakeRun) -> None:
    run, hand = make_run(*"ab"), Hand()
    hand.claim(run)

    actions.erase_address("a@x.example")

    assert not Handful.objects.exists()
    assert statuses(run) == ["withheld", "claimed"]


@pytest.mark.parametrize("is_taken", [True, False])
def test_a_page_of_which_nobody_knows_whether_it_was_committed_counts_once(
    make_run: MakeRun, *, is_taken: bool
) -> None:
    run, hand = make_run(*"abcdef"), Hand()
    bound = hand.claim(run, limit=5)
    hand.intend(*bound[:2])
    accepted = _acceptances(bound[:2])

    with _breaking_off(is_taken=is_taken), pytest.raises(OperationalError):
        hand.record(acceptances=accepted, intents=bound[2:4])
    hand.tray.doubt()

    # What the books and the lanes do then: say it again, and take back what stayed.
    hand.settle(bound[4], S.REFUSED, code=550)
    hand.record(acceptances=accepted)
    for one in bound[2:4]:
        hand.settle(one, S.PENDING)

    ledger.write_accepted(hand.tray)
    write_out(run)
    run.refresh_from_db()
    ends = ["accepted", "accepted", "pending", "pending", "refused", "pending"]
    assert statuses(run) == ends
    assert (run.accepted, run.intent, run.claimed) == (2, 0, 0)
    assert (run.refused, run.pending) == (1, 3)


Someone = tuple[Hand, list[BoundClaim], list[BoundClaim]]
"""Who has claimed these, and has those on their way."""


class Walk:
    """Random steps of two workers and of others, beside what is known for certain."""

    def __init__(self, run: Run, chance: random.Random) -> None:
        self.run, self.chance, self.hand = run, chance, Hand()
        self.ready: list[BoundClaim] = []
        self.leaving: list[BoundClaim] = []
        self.colleague: Someone = Hand(), [], []
        self.sleepers: list[Someone] = []  # given up, and not aware of it
        self.ends: dict[int, str] = {}
        self.left: Counter[int] = Counter()  # how often a letter may have left

    def step(self, name: str) -> None:
        getattr(self, name.replace(" ", "_"))()

    def _some(self, among: list[BoundClaim], most: int = 4) -> list[BoundClaim]:
        count = min(len(among), self.chance.randint(1, most))
        some = self.chance.sample(among, count)
        among[:] = [one for one in among if one not in some]
        return some

    def turn(self) -> None:
        mine = self.hand, self.ready, self.leaving
        self.hand, self.ready, self.leaving = self.colleague
        self.colleague = mine

    def claim(self) -> None:
        taken = self.hand.claim(self.run, limit=self.chance.randint(1, 7))
        again = {one.claim.delivery_id for one in taken}
        held = [one for one in self.ready if one.claim.delivery_id not in again]
        self.ready = held + taken  # What was freed meanwhile is worth nothing.
        for one in again:
            assert self.ends.pop(one, "deferred") == "deferred"

    def intend(self) -> None:
        some = self._some(self.ready)
        granted = self.hand.intend(*some) if some else set()
        for one in some:
            if one.claim.delivery_id in granted:
                self.leaving.append(one)
                self.left[one.claim.delivery_id] += 1

    def accept(self) -> None:
        some = self._some(self.leaving)
        self.hand.record(acceptances=_acceptances(some))
        self.ends |= {one.claim.delivery_id: "accepted" for one in some}

    def refuse(self) -> None:
        for one in self._some(self.leaving):
            self.hand.settle(one, S.REFUSED, code=550)
            self.ends[one.claim.delivery_id] = "refused"

    def defer(self) -> None:
        for one in self._some(self.leaving, 1):
            self.hand.settle(one, S.DEFERRED, code=450, not_before=NOW)
            self.left[one.claim.delivery_id] -= 1
            self.ends[one.claim.delivery_id] = "deferred"

    def return_(self) -> None:
        for one in self._some(self.leaving, 1):  # cut off before its letter left
            self.hand.settle(one, S.PENDING)
            self.left[one.claim.delivery_id] -= 1

    def pause(self) -> None:
        self.run.refresh_from_db()
        if self.run.status == RunStatus.RUNNING:
            actions.pause_run(self.run.pk)
            actions.resume_run(self.run.pk)

    def stop(self) -> None:
        rows = Delivery.objects.filter(run=self.run)
        one = self.chance.choice(list(rows))
        actions.add_stop("news", one.address_key)

    def give_back(self) -> None:
        some = self._some(self.ready)
        claims.give_back(
            self.run.pk, [(one.claim.delivery_id, one.claim.fence) for one in some]
        )

    def write_out(self) -> None:
        write_out(self.run)

    def finish(self) -> None:
        """Let both send all that there is, a few at a time and by turns."""
        for _time in range(200):
            self.run.refresh_from_db()
            if self.run.status != RunStatus.RUNNING:
                return
            for name in ("claim", "intend", "accept", "turn"):
                self.step(name)

    def write_accepted(self) -> None:
        ledger.write_accepted(self.hand.tray)

    def kill(self) -> None:
        if self.chance.random() < 0.3:
            recovery.give_up(self.hand.worker_id)
            for one in self.leaving:
                self.ends[one.claim.delivery_id] = "uncertain"
            self.sleepers.append((self.hand, self.ready, self.leaving))
            self.hand, self.ready, self.leaving = Hand(), [], []

    def speak_late(self) -> None:
        if self.sleepers:
            hand, ready, leaving = self.chance.choice(self.sleepers)
            assert not ready or not hand.intend(*ready)
            some = self._some(leaving)
            hand.record(acceptances=_acceptances(some))
            self.ends |= {one.claim.delivery_id: "accepted" for one in some}

    def lose_the_connection(self) -> None:
        """While a page was committed, or not: nothing of it may leave."""
        some = self._some(self.leaving)
        fresh = self.chance.sample(self.ready, min(2, len(self.ready)))
        with _breaking_off(is_taken=self.chance.random() < 0.5):
            try:
                self.hand.record(acceptances=_acceptances(some), intents=fresh)
            except OperationalError:
                self.hand.tray.doubt()
        self.hand.record(acceptances=_acceptances(some))
        self.ends |= {one.claim.delivery_id: "accepted" for one in some}
        for one in fresh:
            self.hand.settle(one, S.PENDING)
        self.ready = [one for one in self.ready if one not in fresh]


def _acceptances(some: Iterable[BoundClaim]) -> list[Acceptance]:
    claims = [one.claim for one in some]
    return [
        Acceptance(one.delivery_id, one.run_id, one.fence, 250, "", "Ok")
        for one in claims
    ]


@contextmanager
def _breaking_off(*, is_taken: bool) -> Iterator[None]:
    """Let the answer to a commit be lost; it was carried out, or was not."""
    leave, pass_on = BriefTransaction.__exit__, shorthand.pass_on_and_intend

    def break_off(self: BriefTransaction, *how: Any) -> None:
        if not is_taken:
            self.take_back()
        leave(self, *how)
        raise OperationalError

    def break_off_at_once(*page: Any, **counts: int) -> bool:
        if is_taken:
            pass_on(*page, **counts)
        raise OperationalError

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BriefTransaction, "__exit__", break_off)
        patched.setattr(plain_pages, "pass_on_and_intend", break_off_at_once)
        yield


@pytest.mark.parametrize("seed", range(40))
def test_whatever_happens_the_rows_say_what_happened(
    make_run: MakeRun, seed: int
) -> None:
    chance = random.Random(seed)
    run = make_run(*(f"p{number}" for number in range(25)))
    walk = Walk(run, chance)

    for _step in range(60):
        name = chance.choice(STEPS)
        walk.step("return_" if name == "return" else name)
    if seed % 2:
        walk.finish()

    write_out(run)
    run.refresh_from_db()
    found = dict(Delivery.objects.filter(run=run).values_list("pk", "status"))
    assert {pk: found[pk] for pk in walk.ends} == walk.ends
    leaving = [*walk.leaving, *walk.colleague[2]]
    on_the_way = {one.claim.delivery_id for one in leaving}
    assert {pk for pk, status in found.items() if status == "intent"} == on_the_way
    assert max(walk.left.values(), default=0) <= 1
    counted = Counter(found.values())
    assert {s.value: getattr(run, s.value) for s in S} == {
        s.value: counted[s] for s in S
    }
