"""A lane in its stride, and whatever ends it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from gonets.delivery import lane
from gonets.delivery.errors import LedgerUnavailable
from gonets.delivery.ledger import Grant
from gonets.delivery.states import DeliveryStatus
from gonets.delivery.transports.replies import acceptance_and_open_offer
from tests.support.slow_motion import (
    ACCEPTED,
    OPEN,
    PATIENT,
    USUAL,
    in_order,
    scene,
)


async def test_letters_follow_each_other_and_none_leaves_before_its_grant() -> None:
    async with scene() as now:
        now.relay.say(USUAL)
        await now.settled(1)
        assert now.books.accepted == [1]
        assert b"<2@x.example>" in await now.relay.offer()

        number, tell = await now.books.asked.get()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await now.relay.letter()
        tell(Grant.GIVEN)
        await now.relay.letter()
        now.relay.say(USUAL)
        await now.finish()

        assert number == 2
        assert now.books.accepted == [1, 2, 3, 4]
        assert in_order(now.relay) == [1, 2, 3, 4]


async def test_the_answers_may_be_cut_at_any_byte(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lane, "WALK", 0)
    cuts = range(1, len(USUAL))
    async with scene(letters=2 * len(cuts) + 1) as now:
        for at in cuts:
            now.relay.say(USUAL[:at])
            await asyncio.sleep(0.001)
            now.relay.say(USUAL[at:])
            await now.books.answer()
            await now.relay.letter()
            now.relay.say(USUAL)  # Between two cuts it is in its stride again.
            await now.books.answer()
            await now.relay.letter()

        assert now.books.accepted == in_order(now.relay)[:-1] == [*range(1, 2 * at + 1)]


async def test_a_relay_that_answers_in_pieces_gets_its_letters_one_by_one() -> None:
    async with scene(letters=lane.WALK + 10) as now:
        for _one in range(lane.WALK + 9):
            now.relay.say(ACCEPTED)
            await asyncio.sleep(0.001)
            now.relay.say(OPEN)
            await now.books.answer()
            await now.relay.letter()

        assert in_order(now.relay) == [*range(1, lane.WALK + 11)]


async def test_a_letter_that_is_put_off_does_not_count_as_accepted() -> None:
    async with scene() as now:
        now.relay.say(b"450 4.2.0 Later\r\n" + OPEN)
        await now.settled(1)
        await now.books.answer()
        await now.relay.letter()

        assert now.books.accepted == []
        assert now.books.statuses() == {1: DeliveryStatus.DEFERRED}
        assert in_order(now.relay) == [1, 2]


async def test_a_refused_offer_lets_the_relay_be_asked_anew() -> None:
    async with scene() as now:
        no = b"250 2.1.0 Ok\r\n550 5.1.1 Nobody\r\n554 5.5.1 No recipients\r\n"
        now.relay.say(ACCEPTED + no)
        await now.settled(2)
        assert b"<2@x.example>" in await now.relay.offer()
        assert b"RSET\r\n" in await now.relay.offer()
        now.relay.say(b"250 2.0.0 Ok\r\n" + OPEN)
        await now.books.answer()
        await now.relay.letter()

        assert now.books.accepted == [1]
        assert now.books.statuses() == {2: DeliveryStatus.REFUSED}
        assert in_order(now.relay) == [1, 3]


@pytest.mark.parametrize(
    "late",
    [b"250 2.0.0 Ok\r\n", USUAL, b"421 4.3.2 Bye\r\n"],
    ids=["a word", "all again", "bye"],
)
async def test_what_comes_while_the_books_are_asked_answers_nothing(
    late: bytes,
) -> None:
    async with scene() as now:
        now.relay.say(USUAL)
        await now.settled(1)
        now.relay.say(late)
        await asyncio.sleep(0.02)
        await now.books.answer()

        assert await now.relay.is_left()
        await now.settled(3)
        assert now.books.accepted == [1]
        assert set(now.books.statuses().values()) == {DeliveryStatus.PENDING}


async def test_half_a_word_that_comes_too_early_is_read_on_later() -> None:
    async with scene() as now:
        now.relay.say(USUAL)
        await now.settled(1)
        now.relay.say(b"2")
        await asyncio.sleep(0.02)
        await now.books.answer()
        await now.relay.letter()
        now.relay.say(USUAL[1:])
        await now.settled(2)
        await now.finish()

        assert now.books.accepted == [1, 2, 3, 4]


async def test_words_behind_the_answers_cut_the_connection() -> None:
    async with scene() as now:
        now.relay.say(USUAL + b"250 2.0.0 Ok\r\n")

        assert await now.relay.is_left()
        assert now.books.accepted == [1]
        assert DeliveryStatus.UNCERTAIN not in now.books.statuses().values()


async def test_a_run_paused_before_the_answers_keeps_the_offered_letter_back() -> None:
    async with scene() as now:
        now.pause()
        now.relay.say(USUAL)
        await now.settled(2)

        assert now.books.accepted == [1]
        assert now.books.statuses() == {2: DeliveryStatus.PENDING}
        assert now.books.asked.empty()
        await now.relay.offer()
        assert await now.relay.is_left()


@pytest.mark.parametrize(
    "answer", [Grant.DENIED, Grant.HALTED, LedgerUnavailable("gone")], ids=repr
)
async def test_a_letter_that_is_not_granted_never_leaves(
    answer: Grant | LedgerUnavailable,
) -> None:
    async with scene() as now:
        now.relay.say(USUAL)
        await now.settled(1)
        await now.relay.offer()
        assert await now.books.answer(answer) == 2
        await now.settled(3)

        assert await now.relay.is_left()
        back = {2: DeliveryStatus.PENDING, 3: DeliveryStatus.PENDING}
        assert now.books.statuses() == back


async def test_what_was_granted_leaves_though_its_run_is_paused_now() -> None:
    async with scene() as now:
        now.relay.say(USUAL)
        await now.settled(1)
        now.pause()
        await now.books.answer()
        await now.relay.letter()
        now.relay.say(USUAL)
        await now.settled(3)

        assert now.books.accepted == [1, 2]
        assert now.books.statuses() == {3: DeliveryStatus.PENDING}


async def test_a_connection_lost_before_the_grant_loses_nobody() -> None:
    async with scene() as now:
        now.relay.say(USUAL)
        await now.settled(1)
        now.relay.hang_up()
        await asyncio.sleep(0.02)
        await now.books.answer()
        await now.settled(3)

        back = {2: DeliveryStatus.PENDING, 3: DeliveryStatus.PENDING}
        assert now.books.statuses() == back


@pytest.mark.parametrize(
    ("behind", "trouble"),
    [
        (b"421 4.7.0 Too many messages in this connection\r\n", ""),
        (b"250 Ok\r\n421 4.7.0 Enough in this session\r\n421 Bye\r\n", ""),
        (b"421 4.3.2 Shutting down\r\n", "421 4.3.2 Shutting down"),
    ],
    ids=["at MAIL", "at RCPT", "for good"],
)
async def test_a_connection_that_has_carried_enough_is_replaced_by_another(
    behind: bytes, trouble: str
) -> None:
    async with scene() as now:
        now.relay.say(ACCEPTED + behind)
        now.relay.hang_up_gently()
        await now.settled(2)

        assert now.books.accepted == [1]
        assert now.books.statuses() == {2: DeliveryStatus.PENDING}
        assert (now.sender.changed_condition() or [""])[0] == trouble
        if not trouble:
            await now.relay.meet()
            await now.books.answer()
            await now.relay.letter()
            assert in_order(now.relay) == [1, 3]


async def test_silence_behind_a_letter_leaves_it_uncertain_alone() -> None:
    async with scene(limits=replace(PATIENT, dot=0.2)) as now:
        now.relay.say(USUAL)
        await now.settled(1)
        await now.books.answer()
        await now.relay.letter()
        await now.settled(3)

        assert now.books.statuses() == {
            2: DeliveryStatus.UNCERTAIN,
            3: DeliveryStatus.PENDING,
        }


async def test_a_letter_that_cannot_be_made_holds_up_nobody() -> None:
    async with scene(unfit="3@") as now:
        now.relay.say(USUAL)
        await now.settled(2)  # The first, and the one that cannot be made.
        await now.books.answer()
        await now.relay.letter()
        now.relay.say(ACCEPTED)
        await now.settled(3)

        assert await now.relay.offer()
        assert now.books.accepted == [1, 2]
        assert now.books.statuses()[3] is not DeliveryStatus.PENDING


async def test_a_costly_letter_is_made_elsewhere_and_follows_all_the_same() -> None:
    third_is_slow = ["", "first", "first", "slow", "first"].__getitem__
    async with scene(third_is_slow, costly="slow") as now:
        now.relay.say(USUAL)
        await now.settled(1)
        await now.finish()

        assert now.books.accepted == [1, 2, 3, 4]


async def test_a_connection_gets_no_more_letters_than_it_may() -> None:
    async with scene(per_connection=3) as now:
        now.relay.say(USUAL)
        await now.books.answer()
        await now.relay.letter()
        now.relay.say(USUAL)  # The third is on offer, and nothing may follow it.
        await now.books.answer()
        await now.relay.letter()
        now.relay.say(ACCEPTED)
        await now.settled(3)
        quit_line = await now.relay.reader.readline()
        now.relay.say(b"221 2.0.0 Bye\r\n")
        await now.relay.meet()
        await now.books.answer()
        await now.relay.letter()

        assert quit_line == b"QUIT\r\n"
        assert in_order(now.relay) == [1, 2, 3, 4]


async def test_a_lane_that_is_ended_hears_no_late_grant() -> None:
    async with scene() as now:
        now.relay.say(USUAL)
        await now.settled(1)
        await now.relay.offer()
        await now.sender.drain(within=0)
        await now.books.answer()

        assert await now.relay.is_left()
        assert in_order(now.relay) == [1]


@pytest.mark.parametrize(
    "received",
    [
        b"",
        ACCEPTED,
        OPEN,
        USUAL[:-1],
        USUAL + b"2",
        USUAL + ACCEPTED,
        b"250-2.0.0 Ok\r\n" + USUAL,
        b"354 Go ahead\r\n" + OPEN,
        b"450 4.2.0 Later\r\n" + OPEN,
        ACCEPTED + OPEN.replace(b"354", b"250"),
        ACCEPTED + OPEN.replace(b"250 2.1.5", b"550 5.1.1"),
        ACCEPTED + OPEN.replace(b"250 2.1.0", b"354 2.1.0"),
        b"2x0 Ok\r\n" + OPEN,
        b"250 " + b"x" * 3000 + b"\r\n" + OPEN,
        ACCEPTED + OPEN.replace(b"Go ahead", b"x" * 3000),
    ],
)
def test_only_an_acceptance_with_an_open_offer_is_the_usual(received: bytes) -> None:
    assert acceptance_and_open_offer(received) is None


def test_an_acceptance_with_an_open_offer_is_read_as_by_the_reader() -> None:
    several = b"250-2.1.0 one\r\n250 2.1.0 two\r\n250 Ok\r\n354 Go\r\n"

    for received in (USUAL, ACCEPTED + several, USUAL.replace(b"\r\n", b"\n")):
        reply = acceptance_and_open_offer(received)
        assert reply is not None
        assert str(reply) == "250 2.0.0 Ok: queued as 1"


async def test_a_relay_that_is_left_in_mid_letter_leaves_nobody_behind() -> None:
    async with scene() as now:
        now.relay.say(USUAL)  # The first one has left; the second waits for its grant.
        await now.settled(1)
        await now.books.asked.get()

        await now.sender.drain(within=0)

        assert now.books.accepted == [1]
        assert now.books.statuses() == dict.fromkeys((2, 3), DeliveryStatus.PENDING)


async def test_a_relay_that_is_left_before_its_answer_leaves_one_uncertain() -> None:
    async with scene() as now:
        await now.sender.drain(within=0)

        assert now.books.statuses() == {
            1: DeliveryStatus.UNCERTAIN,
            2: DeliveryStatus.PENDING,
        }
