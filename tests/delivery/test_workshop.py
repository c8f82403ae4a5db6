"""Costly letters are made ahead: a few, in threads, each once, with the right bytes."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from gonets.delivery.ports import Binding, Envelope, LetterUnfit, Recipient
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


@pytest.fixture
def letter() -> CostlyLetter:
    return CostlyLetter()


@pytest.fixture
async def make_workshop(
    letter: CostlyLetter,
) -> AsyncIterator[Callable[..., Workshop]]:
    made: list[Workshop] = []

    def make(*, connections: int = 4, threads: int = 2) -> Workshop:
        workshop = Workshop(
            letters={"first": letter}, connections=connections, threads=threads
        )
        made.append(workshop)
        return workshop

    yield make
    letter.gate.set()
    for workshop in made:
        workshop.close()


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


async def test_everybody_gets_their_own_letter_made_once_in_another_thread(
    letter, make_workshop
):
    workshop, ahead = make_workshop(), Ahead()
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
    workshop, ahead = make_workshop(connections=connections), Ahead()
    claims = [bound(number) for number in range(500)]

    workshop.prepare(ahead, claims)
    await until(lambda: all(one.made.done() for one in ahead.begun.values()))

    most = max(LEAST_AHEAD, AHEAD_PER_CONNECTION * connections)
    assert most / 2 < len(letter.made) <= most
    assert set(letter.made) == set(range(len(letter.made)))  # those whose turn is next

    await workshop.envelope(ahead, claims[0])
    await until(lambda: all(one.made.done() for one in ahead.begun.values()))
    assert len(letter.made) <= most + 1


async def test_a_letter_taken_out_of_its_turn_is_made_at_once_and_not_again(
    letter, make_workshop
):
    workshop, ahead = make_workshop(), Ahead()
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
    workshop, ahead = make_workshop(), Ahead()
    claims = [bound(1), bound(2, name="unfit"), bound(3)]
    workshop.prepare(ahead, claims)

    assert (await workshop.envelope(ahead, claims[0])).recipient == "1@x.example"
    with pytest.raises(LetterUnfit):
        await workshop.envelope(ahead, claims[1])
    assert (await workshop.envelope(ahead, claims[2])).recipient == "3@x.example"


async def test_a_delivery_that_was_bound_anew_gets_no_bytes_of_before(make_workshop):
    workshop, ahead = make_workshop(), Ahead()
    workshop.prepare(ahead, [bound(1)])

    later = NOW + timedelta(minutes=5)
    envelope = await workshop.envelope(ahead, bound(1, date=later))

    assert str(later).encode() in envelope.content


async def test_several_threads_are_at_work_at_the_same_time(letter, make_workshop):
    workshop, ahead = make_workshop(), Ahead()
    letter.gate.clear()

    workshop.prepare(ahead, [bound(number) for number in range(50)])

    await until(lambda: len(letter.threads) == 2)


async def test_whoever_closes_the_workshop_does_not_wait_for_it(letter, make_workshop):
    workshop, ahead = make_workshop(), Ahead()
    letter.gate.clear()
    workshop.prepare(ahead, [bound(number) for number in range(50)])
    await until(lambda: len(letter.threads) == 2)

    workshop.close()
    letter.gate.set()
    await asyncio.sleep(0.05)

    assert len(letter.made) < 50


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not reached():  # noqa: ASYNC110 - other threads change it
            await asyncio.sleep(0.002)
