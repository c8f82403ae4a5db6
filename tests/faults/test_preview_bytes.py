"""What the desk shows of a letter is what a mail server got, byte for byte."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.prepared import PreparedFolders
from tests.browser.product import Product
from tests.support.engine import ROOT
from tests.support.postbox import Postbox

pytestmark = pytest.mark.faults

AUDIENCE = 7


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with Postbox() as box:
        yield box


@pytest.fixture
def product(
    tmp_path: Path, postbox: Postbox, prepared: PreparedFolders
) -> Iterator[Product]:
    product = Product(tmp_path, language="ru", demo=False, relay_url=postbox.url)
    prepared.copy_for(product)
    product.start()
    yield product
    product.stop()


def call(product: Product, module: str, *arguments: str) -> str:
    called = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=product.environment_variables(),
        check=True,
        capture_output=True,
        text=True,
    )
    return called.stdout


def test_every_view_of_a_sent_letter_is_of_the_bytes_that_the_server_got(
    product: Product, postbox: Postbox
) -> None:
    run_id = int(call(product, "tests.support.product_sender", str(AUDIENCE)))
    until = time.monotonic() + 60
    while len(postbox.recipients()) < AUDIENCE:
        assert time.monotonic() < until
        time.sleep(0.05)

    desk = "tests.support.product_desk"
    order = json.dumps({"run_id": run_id})
    shown: dict[str, dict[str, Any]] = json.loads(
        call(product, desk, "letters_as_shown", order)
    )

    got = {
        letter.recipient: hashlib.sha256(letter.content).hexdigest()
        for letter in postbox.letters
    }
    assert len(set(got.values())) == AUDIENCE
    assert {to: set(views.values()) for to, views in shown.items()} == {
        to: {digest} for to, digest in got.items()
    }
