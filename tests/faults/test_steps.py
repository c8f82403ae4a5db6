"""Workers killed at every step of a letter: at a system call, or as the relay sees.

The steps: claim, intent, body, dot, answer, outcome.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable

import pytest
from django.conf import settings

from tests.faults.accounts import readers, uncertain_after_check
from tests.support.engine import Engine
from tests.support.engine_nursery import ForkedWorker
from tests.support.smtp_oracle import Oracle
from tests.support.tracing import killing_at, needs_strace, traced, wait_until_stopped

pytestmark = pytest.mark.faults

on_sqlite = pytest.mark.skipif(
    settings.TEST_DATABASE == "postgres", reason="PostgreSQL syncs in its own process"
)
# On the way of a letter there are these; where several threads make a call, the first
# that has made so many of them dies, and all others with it.  On its way a letter
# is read for twice: only steps of an odd number come to all moments of it.
CALLS = [
    ("fdatasync", range(1, 15), {"nothing claimed", "taken, not heard"}),
    ("pwrite64", range(2, 62, 4), {"nothing claimed", "claimed", "taken, not heard"}),
    ("write,writev,sendto,sendmsg", range(4, 40, 3), {"intended"}),
    ("read,recvfrom", range(20, 69, 7), {"taken, not heard"}),
]


@on_sqlite
@needs_strace
@pytest.mark.parametrize(("calls", "numbers", "steps"), CALLS)
def test_a_worker_killed_at_any_system_call_loses_and_repeats_nobody(
    engine: Engine,
    make_oracle: Callable[..., Oracle],
    calls: str,
    numbers: range,
    steps: set[str],
) -> None:
    oracle = make_oracle()
    run_id = engine.do("run", url=oracle.url, addresses=readers(600), connections=1)
    seen: Counter[str] = Counter()

    for number in numbers:
        die_at(engine, calls, number)
        seen[step_of(engine, run_id, oracle)] += 1
    engine.start_worker()
    engine.wait_for(run_id, "finished")

    assert uncertain_after_check(engine, run_id, oracle) <= len(numbers)
    assert steps <= set(seen), f"reached only: {dict(seen)}"


def die_at(engine: Engine, calls: str, number: int) -> None:
    trace = engine.folder / "trace"
    with traced(engine.fork_stopped(), killing_at(calls, number), trace) as worker:
        assert worker.wait(60) != 0  # It, or the process that keeps its books.


def step_of(engine: Engine, run_id: int, oracle: Oracle) -> str:
    """Tell how far the letter on the way had come when its worker died."""
    account = engine.do("account", run_id)
    left = [address for address, status in account.items() if status == "intent"]
    assert len(left) <= 1
    if left:
        return "taken, not heard" if left[0] in oracle.copies() else "intended"
    return "claimed" if "claimed" in account.values() else "nothing claimed"


@pytest.fixture
def run_of_one_connection(engine: Engine) -> Callable[..., int]:
    def make(oracle: Oracle, *, people: int, letter: str = "first") -> int:
        addresses = readers(people)
        run_id: int = engine.do(
            "run", url=oracle.url, addresses=addresses, connections=1, letter=letter
        )
        return run_id

    return make


def wait_until(happened: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.001)


def test_a_letter_cut_off_in_its_body_is_uncertain_and_was_not_taken(
    engine: Engine,
    make_oracle: Callable[..., Oracle],
    run_of_one_connection: Callable[..., int],
) -> None:
    oracle = make_oracle(extensions=("PIPELINING",))  # and no limit of size
    run_id = run_of_one_connection(oracle, people=3, letter="large")
    worker = engine.start_worker()

    wait_until(lambda: any(line.startswith(b"xxx") for _, _, line in oracle.heard))
    engine.kill(worker)
    engine.start_worker()
    engine.wait_for(run_id, "finished")

    assert len(oracle.accepted) == 2
    assert uncertain_after_check(engine, run_id, oracle) == 1


@pytest.mark.parametrize("is_answered", [False, True], ids=["dot", "answer"])
def test_a_letter_taken_by_the_relay_whose_answer_is_not_read_is_uncertain(
    engine: Engine,
    make_oracle: Callable[..., Oracle],
    run_of_one_connection: Callable[..., int],
    is_answered: bool,
) -> None:
    workers: list[ForkedWorker] = []

    def answer(recipient: str) -> bytes:
        if recipient == "reader7@x.example":
            workers[0].send_signal(signal.SIGSTOP if is_answered else signal.SIGKILL)
            wait_until_stopped(workers[0].pid)
        return b"250 2.0.0 Ok: queued"

    oracle = make_oracle(dot=answer)
    run_id = run_of_one_connection(oracle, people=20)
    workers.append(engine.start_worker())
    wait_until(lambda: oracle.copies()["reader7@x.example"])
    time.sleep(0.05)  # The answer is in the worker's socket.
    engine.kill(workers[0])
    engine.start_worker()
    engine.wait_for(run_id, "finished")

    account = engine.do("account", run_id)
    assert account["reader7@x.example"] == "uncertain"
    assert uncertain_after_check(engine, run_id, oracle) == 1
