"""When the engine looks at the runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest

from gonets.delivery import engine as engine_module
from gonets.delivery.benches import Benches
from gonets.delivery.engine import Engine
from gonets.delivery.options import SendingOptions
from gonets.delivery.watch import RunState, Situation, situation
from tests.support.slow_motion import Letters


class Books:
    """Books that count the looks."""

    tell_news = True

    def __init__(self) -> None:
        self.now = Situation()
        self.looks: asyncio.Queue[Situation] = asyncio.Queue()
        self.news = 0
        self.glances = asyncio.Event()

    async def do(self, action: Callable[..., Any], *_args: Any, **_how: Any) -> Any:
        if action is situation:
            self.looks.put_nowait(self.now)
            return self.now
        return None

    async def ask(self, *_question: Any) -> None:
        """There is room enough on the disk."""

    def has_news(self) -> bool:
        self.glances.set()
        news, self.news = self.news, 0
        return bool(news)


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
async def stop(books: Books, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """Let an engine run that looks by itself only once."""
    for every in ("LOOK_EVERY", "IDLE_LOOK_EVERY"):
        monkeypatch.setattr(engine_module, every, 600)
    monkeypatch.setattr(engine_module, "GLANCE_EVERY", 0.001)
    letters, stop = Letters(), asyncio.Event()
    named: Mapping[str, Any] = {"books": books, "letters": letters}
    engine = Engine(benches=Benches(letters=letters), options=SendingOptions(), **named)
    running = asyncio.create_task(engine.run(stop))
    yield stop
    stop.set()
    await asyncio.wait_for(running, 10)


@pytest.mark.usefixtures("stop")
async def test_an_idle_worker_looks_as_soon_as_somebody_has_written(
    books: Books,
) -> None:
    await books.looks.get()
    books.news = 1

    await asyncio.wait_for(books.looks.get(), 10)
    assert books.looks.empty()


async def test_a_worker_that_is_told_to_end_does_not_glance_any_more(
    books: Books, stop: asyncio.Event
) -> None:
    await asyncio.wait_for(books.glances.wait(), 10)
    stop.set()
    await asyncio.sleep(0.01)
    books.glances.clear()

    await asyncio.sleep(0.01)
    assert not books.glances.is_set()


@pytest.mark.usefixtures("stop")
async def test_a_worker_at_work_keeps_to_its_own_time(
    books: Books,
) -> None:
    await books.looks.get()
    books.now = Situation(runs=(A_RUN,), relays={}, weights={})
    books.news = 1
    await asyncio.wait_for(books.looks.get(), 10)
    books.news = 1

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(books.looks.get(), 0.05)


A_RUN = RunState(
    run_id=1,
    relay_id=None,
    letter_ref="letter",
    pending=1,
    accepted=0,
    has_accepted=False,
    settled=0,
    has_work=True,
    policy_waits=0,
)
