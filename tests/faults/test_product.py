"""The whole product killed at once, again and again, while it sends an issue."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.browser.prepared import PreparedFolders
from tests.browser.product import Product
from tests.faults.accounts import Comparison
from tests.support.engine import ROOT
from tests.support.smtp_oracle import Oracle

pytestmark = pytest.mark.faults

AUDIENCE = 400
CONNECTIONS = 4


@pytest.fixture
def oracle(make_oracle: Callable[..., Oracle]) -> Oracle:
    return make_oracle(delay=0.05)


@pytest.fixture
def product(
    tmp_path: Path, oracle: Oracle, prepared: PreparedFolders
) -> Iterator[Product]:
    product = Product(tmp_path, language="en", demo=False, relay_url=oracle.url)
    prepared.copy_for(product)
    product.start()
    yield product
    product.stop()


def send(product: Product) -> int:
    sent = subprocess.run(
        [sys.executable, "-m", "tests.support.product_sender", str(AUDIENCE)],
        cwd=ROOT,
        env=product.environment_variables(),
        check=True,
        capture_output=True,
    )
    return int(sent.stdout)


def ask(product: Product, question: str, *values: object) -> list[dict[str, Any]]:
    file = product.folder / "var" / "gonets.sqlite3"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(question, values)]


def progress_of(product: Product, run_id: int) -> dict[str, Any]:
    return ask(product, "SELECT * FROM gonets_delivery_run WHERE id = ?", run_id)[0]


def account_of(product: Product, run_id: int) -> dict[str, str]:
    rows = ask(
        product,
        "SELECT address_key, status FROM gonets_delivery_delivery WHERE run_id = ?",
        run_id,
    )
    return {row["address_key"]: row["status"] for row in rows}


def wait_until(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_product_that_is_killed_again_and_again_repeats_and_forgets_nobody(
    product: Product, oracle: Oracle
) -> None:
    run_id = send(product)

    for _kill in range(2):
        before = len(oracle.accepted)
        wait_until(lambda least=before: len(oracle.accepted) > least + 10)
        time.sleep(random.uniform(0, 0.2))
        product.kill()
        product.start()
    wait_until(lambda: progress_of(product, run_id)["status"] == "finished")

    comparison = Comparison(
        taken=oracle.copies(),
        account=account_of(product, run_id),
        progress=progress_of(product, run_id),
    )
    assert comparison.faults() == []
    assert len(comparison.having("uncertain")) <= 2 * CONNECTIONS
