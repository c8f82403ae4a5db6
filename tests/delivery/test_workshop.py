"""Costly letters are made ahead: a few, elsewhere, each once, with the right bytes.

The benches stand in threads here; that they are processes is shown with the faults.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from gonets.delivery.benches import Benches, stand_at
from gonets.delivery.ports import Binding, Envelope, LetterUnfit, Recipient, Withheld
from gonets.delivery.types import BoundClaim, Claim
from gonets.delivery.workshop import (
    AHEAD_PER_CONNECTION,
    LEAST_AHEAD,
    Ahead,
    Workshop,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class CostlyLetter:
    """Counts what is made; while ``gate`` is closed, everybody waits there."""

    is_costly = True

    def __init__(self) -> None:
        self.made: Counter[int] = Counter()
        self.threads: set[int] = set()
        self.gate = threading.Event()
        self.gate.set()
        self._lock = threading.Lock()

    def envelope_for(self, recipient: Recipient, binding: Binding) -> Envelope:
        with self._lock:
            self.made[recipient.delivery_id] += 1
            self.threads.add(threading.get_ident())
        assert self.gate.wait(5)
        if recipient.address == "unfit@x.example":
            raise LetterUnfit("This letter cannot be made.")
        content = f"{recipient.address} {binding.date}".encode()
        return Envelope(sender="", recipient=recipient.address, content=content)


class Letters:
    """What benches ask for the one letter; ``is_there`` as a database may not be."""

    def __init__(self, letter: CostlyLetter) -> None:
        self.is_there = True
        self._letter = letter

    def letter(self, letter_ref: str) -> CostlyLetter:
        if not self.is_there:
            raise OSError
        return self._letter

    def bind(self, **_asked: object) -> list[Binding | Withheld]:
        raise NotImplementedError


@pytest.fixture
def letter() -> CostlyLetter:
    return CostlyLetter()


@pytest.fixture
def letters(letter: CostlyLetter) -> Letters:
    return Letters(letter)


@pytest.fixture
async def benches(letter: CostlyLetter, letters: Letters) -> AsyncIterator[Benches]:
    benches = Benches(letters=letters)
    yield benches
    letter.gate.set()
    await benches.close()


@pytest.fixture
def make_workshop(
    letter: CostlyLetter, letters: Letters, benches: Benches
) -> Callable[..., Awaitable[Workshop]]:
    async def make(*, connections: int = 4, count: int = 2) -> Workshop:
        for _one in range(count):
            near, far = socket.socketpair()
            threading.Thread(target=_stand_at, args=(far, letters)).start()
            await benches.add(near)
        return Workshop(
            letters={"first": letter}, connections=connections, benches=benches
        )

    return make


def _stand_at(far: socket.socket, letters: Letters) -> None:
    with far:
        stand_at(far, letters)


def bound(number: int, *, name: str = "", date: datetime = NOW) -> BoundClaim:
    address = f"{name or number}@x.example"
    claim = Claim(
        run_id=1,
        fence=1,
        recipient=Recipient(
            delivery_id=number, address=address, address_key=address, person_ref=""
        ),
        letter_ref="first",
        attempts=0,
        first_attempt_at=None,
        binding=None,
    )
    binding = Binding(letter_ref="first", message_id="<1@x>", date=date, values={})
    return BoundClaim(claim=claim, binding=binding)


async def test_everybody_gets_their_own_letter_made_once_and_elsewhere(
    letter, make_workshop
):
    workshop, ahead = await make_workshop(), Ahead()
    claims = [bound(number) for number in range(100)]
    workshop.prepare(ahead, claims)

    envelopes = [await workshop.envelope(ahead, one) for one in claims]

    assert [one.recipient for one in envelopes] == [
        one.claim.recipient.address for one in claims
    ]
    assert set(letter.made.values()) == {1}
    assert len(letter.made) == 100
    assert threading.get_ident() not in letter.threads
    assert not ahead.unmade
    assert not ahead.begun


@pytest.mark.parametrize("connections", [1, 4, 20])
async def test_no_more_is_made_ahead_than_a_few_letters_per_connection(
    letter, make_workshop, connections
):
    workshop, ahead = await make_workshop(connections=connections), Ahead()
    claims = [bound(number) for number in range(500)]

    workshop.prepare(ahead, claims)
    await until(lambda: all(one.making.done() for one in ahead.begun.values()))

    most = max(LEAST_AHEAD, AHEAD_PER_CONNECTION * connections)
    assert most / 2 < len(letter.made) <= most
    assert set(letter.made) == set(range(len(letter.made)))  # those whose turn is next

    await workshop.envelope(ahead, claims[0])
    await until(lambda: all(one.making.done() for one in ahead.begun.values()))
    assert len(letter.made) <= most + 1


async def test_a_letter_taken_out_of_its_turn_is_made_at_once_and_not_again(
    letter, make_workshop
):
    workshop, ahead = await make_workshop(), Ahead()
    claims = [bound(number) for number in range(100)]
    workshop.prepare(ahead, claims)

    envelope = await workshop.envelope(ahead, claims[99])

    assert envelope.recipient == "99@x.example"
    for one in claims[:99]:
        await workshop.envelope(ahead, one)
    assert set(letter.made.values()) == {1}


async def test_a_letter_that_cannot_be_made_is_told_to_whoever_asks_for_it(
    make_workshop,
):
    workshop, ahead = await make_workshop(), Ahead()
    claims = [bound(1), bound(2, name="unfit"), bound(3)]
    workshop.prepare(ahead, claims)

    assert (await workshop.envelope(ahead, claims[0])).recipient == "1@x.example"
    with pytest.raises(LetterUnfit):
        await workshop.envelope(ahead, claims[1])
    assert (await workshop.envelope(ahead, claims[2])).recipient == "3@x.example"


async def test_a_delivery_that_was_bound_anew_gets_no_bytes_of_before(make_workshop):
    workshop, ahead = await make_workshop(), Ahead()
    workshop.prepare(ahead, [bound(1)])

    later = NOW + timedelta(minutes=5)
    envelope = await workshop.envelope(ahead, bound(1, date=later))

    assert str(later).encode() in envelope.content


async def test_several_benches_are_at_work_at_the_same_time(letter, make_workshop):
    workshop, ahead = await make_workshop(), Ahead()
    letter.gate.clear()

    workshop.prepare(ahead, [bound(number) for number in range(50)])

    await until(lambda: len(letter.threads) == 2)


async def test_whoever_closes_the_benches_waits_for_what_is_begun_and_no_more(
    letter, benches, make_workshop
):
    workshop, ahead = await make_workshop(), Ahead()
    letter.gate.clear()
    workshop.prepare(ahead, [bound(number) for number in range(500)])
    await until(lambda: len(letter.threads) == 2)

    letter.gate.set()
    await benches.close()

    assert len(letter.made) <= LEAST_AHEAD


@pytest.mark.parametrize("count", [0, 2])
async def test_what_no_bench_makes_is_made_where_it_is_wanted(
    letter, letters, make_workshop, count
):
    letters.is_there = False
    workshop, ahead = await make_workshop(count=count), Ahead()
    claims = [bound(number) for number in range(100)]
    workshop.prepare(ahead, claims)

    envelopes = [await workshop.envelope(ahead, one) for one in claims]

    assert len({one.recipient for one in envelopes}) == 100
    assert letter.threads == {threading.get_ident()}


async def test_the_letters_of_a_bench_that_is_gone_are_made_all_the_same(
    letter, benches, make_workshop
):
    near, far = socket.socketpair()
    await benches.add(near)
    workshop, ahead = await make_workshop(count=1), Ahead()
    claims = [bound(number) for number in range(100)]
    workshop.prepare(ahead, claims)

    far.close()

    envelopes = [await workshop.envelope(ahead, one) for one in claims]
    assert len({one.recipient for one in envelopes}) == 100
    assert set(letter.made.values()) == {1}


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not reached():  # noqa: ASYNC110 - other threads change it
            await asyncio.sleep(0.002)
