"""A rehearsal by the running product: a process of its own, real SMTP, and kills."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gonets.server.children import NICENESS
from tests.browser.prepared import PreparedFolders
from tests.browser.product import Product
from tests.support.postbox import Postbox

pytestmark = pytest.mark.faults

ROOT = Path(__file__).resolve().parent.parent.parent
Ask = Callable[..., Any]


@pytest.fixture
def relay() -> Iterator[Postbox]:
    """The world outside: a rehearsal may ask it, and must give it nothing."""
    with Postbox() as relay:
        yield relay
        assert not relay.letters


@pytest.fixture
def product(
    tmp_path: Path, relay: Postbox, prepared: PreparedFolders
) -> Iterator[Product]:
    url = f"smtp://127.0.0.1:{relay.port}"
    running = Product(tmp_path, language="en", demo=False, relay_url=url)
    prepared.copy_for(running)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def ask(product: Product) -> Iterator[Ask]:
    """Return who does things in the product's database, in a process of their own."""
    environment = product.environment_variables()
    environment["PYTHONPATH"] = f"{ROOT}:{environment.get('PYTHONPATH', '')}"
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.product_desk"],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as desk:
        orders, answers = desk.stdin, desk.stdout
        assert orders is not None
        assert answers is not None

        def ask(name: str, **arguments: object) -> Any:
            orders.write(json.dumps([name, arguments]) + "\n")
            return json.loads(answers.readline())

        yield ask
        orders.close()


def wait_for(product: Product, wanted: str, *, within: float = 90) -> None:
    """Wait until the only rehearsal is as this condition of SQL wants it."""
    until = time.monotonic() + within
    with closing(sqlite3.connect(product.folder / "var" / "gonets.sqlite3")) as base:
        question = f"SELECT 1 FROM gonets_publishing_rehearsal WHERE {wanted}"
        while base.execute(question).fetchone() is None:
            assert time.monotonic() < until, product.log.read_text()[-3000:]
            time.sleep(0.02)


def rehearsing(product: Product) -> list[int]:
    """Return the processes that rehearse for this product."""
    mark = f"GONETS_DATA={product.folder / 'var'}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = mark in (process / "environ").read_bytes().split(b"\0")
            if is_ours and b"rehearse" in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue  # It has ended meanwhile.
    return found


def test_a_thousand_people_are_rehearsed_and_nothing_leaves(product, ask):
    issue_id = ask("issue_for", people=1_000)
    ask("spoil", left=100, blocked=50, unfit=25)
    before = ask("traces")

    ask("rehearse", issue_id=issue_id)
    wait_for(product, "status = 'finished'")
    report = ask("report", issue_id=issue_id)

    assert (report["audience"], report["made"]) == (850, 825)
    assert report["found"] == [
        ["unfit", "the name, the address or a personal part cannot be used", 25],
        ["doubtful", "the domain of the address cannot get mail", 850],
        ["withheld", "has unsubscribed", 100],
        ["withheld", "the address is blocked", 50],
    ]
    assert report["by_name"] == 1_025
    assert ask("traces") == before
    until = time.monotonic() + 20
    while rehearsing(product):
        assert time.monotonic() < until, "the process that rehearsed is still there"
        time.sleep(0.1)


def test_a_product_stopped_in_between_hands_it_back(product, ask):
    issue_id = ask("issue_for", people=6_000)
    ask("rehearse", issue_id=issue_id)
    wait_for(product, "looked_up_to > 0")

    assert product.stop() == 0

    halfway = ask("report", issue_id=issue_id)
    assert halfway["status"] == "waiting"
    assert 0 < halfway["looked_at"] < 6_000
    assert not rehearsing(product)


def test_a_product_killed_in_between_goes_on_and_counts_everybody_once(product, ask):
    people = 3_000
    issue_id = ask("issue_for", people=people)
    ask("rehearse", issue_id=issue_id)
    wait_for(product, "looked_up_to > 0")
    (process,) = rehearsing(product)
    niceness = os.getpriority(os.PRIO_PROCESS, process)

    product.kill()
    halfway = ask("report", issue_id=issue_id)
    product.start()
    wait_for(product, "status = 'finished'")
    report = ask("report", issue_id=issue_id)

    assert niceness == min(os.nice(0) + NICENESS, 19)
    assert 0 < halfway["looked_at"] < people
    assert (report["looked_at"], report["made"]) == (people, people)
