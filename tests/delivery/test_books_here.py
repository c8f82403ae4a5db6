"""Books that are kept in the process of the letters, with SQLite."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connections

from gonets.delivery import books, books_here, recovery, statements
from gonets.delivery import stock as stock_module
from gonets.delivery.bookkeeping import Bookkeeper
from gonets.delivery.books_here import HURRIED_MILLISECONDS
from gonets.delivery.errors import LedgerUnavailable
from gonets.delivery.ledger import Grant
from gonets.delivery.models import Delivery, Handful, Run
from gonets.delivery.parts import Group
from gonets.delivery.spool import Spool
from gonets.delivery.tray import Tray
from gonets.delivery.types import Acceptance, BoundClaim
from tests.delivery.conftest import PlainLetters

pytestmark = [
    pytest.mark.skipif(settings.TEST_DATABASE == "postgres", reason="about SQLite"),
    pytest.mark.django_db(transaction=True),
]

MakeRun = Callable[..., Run]


class Told:
    """Hears what became of intents."""

    def __init__(self) -> None:
        self.answers: list[Grant | LedgerUnavailable] = []

    def __call__(self, answer: Grant | LedgerUnavailable) -> None:
        self.answers.append(answer)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


@pytest.fixture
def run(make_run: MakeRun) -> Run:
    return make_run(*"abcdef")


@pytest.fixture
async def keeper(
    run: Run, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Bookkeeper]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    keeper = Bookkeeper(spool=spool, letters=PlainLetters())
    await keeper.start()
    keeper.worker_id = await keeper.do(recovery.enlist, place="here", pid=1)
    yield keeper
    await keeper.close()


async def stock(keeper: Bookkeeper) -> list[BoundClaim]:
    run = Run.objects.get()
    return (await keeper.take_stock(run.pk, relay_id=1, limit=6)).ready


def accept(keeper: Bookkeeper, bound: BoundClaim) -> None:
    claim = bound.claim
    values = (claim.delivery_id, claim.run_id, claim.fence, 250, "2.0.0", "Ok")
    keeper.accept(Acceptance(*values))


async def turn() -> None:
    """Let the event loop do what is to be done now."""
    for _one in range(3):
        await asyncio.sleep(0)


async def wait_until(happened: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not happened():  # noqa: ASYNC110 - the database changes
            await asyncio.sleep(0.001)


async def test_the_first_page_is_recorded_in_the_same_turn(
    keeper: Bookkeeper, told: Told
) -> None:
    for one in await stock(keeper):
        keeper.intend(one, told)
    await turn()

    assert told.answers == [Grant.GIVEN] * 6
    assert Run.objects.get().intent == 6


async def test_a_page_waits_until_it_holds_as_many_letters_as_the_relay(
    keeper: Bookkeeper, told: Told
) -> None:
    first, second, third, *others = await stock(keeper)
    for one in (first, second, third):
        keeper.intend(one, told)
    await turn()

    accept(keeper, first)
    keeper.intend(others[0], told)
    await turn()
    waiting = len(told.answers)
    accept(keeper, second)
    keeper.intend(others[1], told)
    await turn()

    assert (waiting, len(told.answers)) == (3, 5)
    assert Run.objects.get().accepted == 2


async def test_a_page_waits_no_longer_than_a_moment(
    keeper: Bookkeeper, told: Told
) -> None:
    first, second, *_others = await stock(keeper)
    keeper.intend(first, told)
    await turn()

    keeper.intend(second, told)
    await wait_until(lambda: len(told.answers) == 2)

    assert told.answers == [Grant.GIVEN] * 2


async def test_acceptances_are_written_out_when_there_is_time(
    keeper: Bookkeeper, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gonets.delivery.books_here.QUIET_SECONDS", 0.01)
    first, *_others = await stock(keeper)
    keeper.intend(first, told)
    await turn()

    accept(keeper, first)
    await wait_until(Delivery.objects.filter(status="accepted").exists)


async def test_what_the_database_does_not_take_is_kept_and_written_later(
    keeper: Bookkeeper, told: Told, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gonets.delivery.books_here.RETRY_SECONDS", 0.01)
    first, second, *_others = await stock(keeper)
    keeper.intend(first, told)
    await turn()

    with monkeypatch.context() as broken:
        broken.setattr(books, "record", _refuse)
        accept(keeper, first)
        keeper.intend(second, told)
        await turn()
        kept = [one.delivery_id for one in spool.read()]
    await wait_until(lambda: Run.objects.get().accepted)

    assert isinstance(told.answers[1], LedgerUnavailable)
    assert kept == [first.claim.delivery_id]
    assert spool.read() == []


def _refuse(*_what: object) -> list[Grant]:
    raise OperationalError("database is locked")


async def test_books_that_cannot_go_on_end_and_lose_nothing(
    keeper: Bookkeeper, told: Told, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, *_others = await stock(keeper)
    keeper.intend(first, told)
    await turn()

    with monkeypatch.context() as broken:
        broken.setattr(books, "record", _fail)
        accept(keeper, first)
        keeper.intend(second, told)
        await turn()

    assert keeper.has_failed.is_set()
    assert isinstance(told.answers[1], LedgerUnavailable)
    assert [one.delivery_id for one in spool.read()] == [first.claim.delivery_id]


def _fail(*_what: object) -> list[Grant]:
    raise KeyError("what nobody has thought of")


async def test_a_claim_that_fails_halfway_leaves_nothing_behind(
    keeper: Bookkeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(stock_module, "shift", _refuse)
        with pytest.raises(LedgerUnavailable):
            await stock(keeper)

    assert not Handful.objects.exists()
    assert len(await stock(keeper)) == 6


async def test_an_error_of_an_action_reaches_who_asked(keeper: Bookkeeper) -> None:
    with pytest.raises(LedgerUnavailable, match="locked"):
        await keeper.do(_refuse)


def _patience() -> int:
    [milliseconds] = statements.Statement("PRAGMA busy_timeout").execute(()).fetchone()
    return int(milliseconds)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The patience of the books at each of their pages."""
    heard: list[int] = []

    def record(group: Group, _tray: Tray) -> list[Grant]:
        heard.append(_patience())
        return [Grant.DENIED] * len(group.intents)

    monkeypatch.setattr(books, "record", record)
    return heard


async def test_the_worker_waits_for_the_database_not_as_long_as_others(
    keeper: Bookkeeper, told: Told, heard: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books_here, "WAIT_MILLISECONDS", 1234)

    keeper.intend((await stock(keeper))[0], told)
    await keeper.flush()

    assert set(heard) == {1234}


async def test_books_that_are_about_to_end_wait_but_a_moment_for_the_database(
    keeper: Bookkeeper, told: Told, heard: list[int]
) -> None:
    keeper.hurry()
    keeper.intend((await stock(keeper))[0], told)
    await keeper.flush()
    await keeper.do(connections.close_all)

    assert set(heard) == {HURRIED_MILLISECONDS}
    assert await keeper.do(_patience) == HURRIED_MILLISECONDS


async def test_what_somebody_else_has_written_is_news_once(
    keeper: Bookkeeper, told: Told
) -> None:
    keeper.has_news()
    for one in await stock(keeper):
        keeper.intend(one, told)
    await turn()
    assert not keeper.has_news(), "it has written that itself"

    await asyncio.to_thread(_rename_letter)

    assert keeper.has_news()
    assert not keeper.has_news()


def _rename_letter() -> None:
    Run.objects.update(letter_ref="another")
    connections.close_all()
