"""What the desk shows of a letter is what a mail server got, byte for byte."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.prepared import PreparedFolders
from tests.browser.product import Product
from tests.support.engine import ROOT
from tests.support.postbox import Postbox

pytestmark = pytest.mark.faults

AUDIENCE = 7


@pytest.fixture(scope="module")
def shared_postbox() -> Iterator[Postbox]:
    with Postbox() as box:
        yield box


@pytest.fixture
def postbox(shared_postbox: Postbox) -> Postbox:
    shared_postbox.clear()
    return shared_postbox


@pytest.fixture(scope="module")
def product(
    tmp_path_factory: pytest.TempPathFactory,
    shared_postbox: Postbox,
    prepared: PreparedFolders,
) -> Iterator[Product]:
    product = Product(
        tmp_path_factory.mktemp("product"),
        language="ru",
        demo=False,
        relay_url=shared_postbox.url,
    )
    prepared.copy_for(product)
    product.start()
    yield product
    product.stop()


def call(product: Product, module: str, *arguments: str, order: str = "") -> str:
    called = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=product.environment_variables(),
        input=order,
        check=True,
        capture_output=True,
        text=True,
    )
    return called.stdout


def got_by(postbox: Postbox, *, people: int) -> dict[str, str]:
    """Wait for so many letters; return each reader's SHA-256."""
    until = time.monotonic() + 60
    while len(postbox.recipients()) < people:
        assert time.monotonic() < until
        time.sleep(0.05)
    return {
        letter.recipient: hashlib.sha256(letter.content).hexdigest()
        for letter in postbox.letters
    }


def shown_by(product: Product, *run_ids: int, **options: Any) -> dict[str, Any]:
    order = json.dumps(["letters_as_shown", {"run_ids": run_ids, **options}])
    answer = call(product, "tests.support.product_desk", order=order)
    shown: dict[str, Any] = json.loads(answer)
    return {to: set(views.values()) for to, views in shown.items()}


def test_every_view_of_a_sent_letter_is_of_the_bytes_that_the_server_got(
    product: Product, postbox: Postbox
) -> None:
    run_id = int(call(product, "tests.support.product_sender", str(AUDIENCE)))
    got = got_by(postbox, people=AUDIENCE)

    shown = shown_by(product, run_id)

    assert len(set(got.values())) == AUDIENCE
    assert shown == {to: {digest} for to, digest in got.items()}


def test_so_it_is_for_every_kind_of_letter(product: Product, postbox: Postbox) -> None:
    """Signed, of own templates, imported, with an event, corrected in mid-send."""
    postbox.seconds = 0.1
    sent = json.loads(call(product, "tests.support.product_letters", "2"))
    got = got_by(postbox, people=sent["people"])

    shown = shown_by(product, *sent["runs"].values(), views=["light", "file"])

    assert len(set(got.values())) == sent["people"]
    assert shown == {to: {digest} for to, digest in got.items()}
    assert_each_is_of_its_kind(postbox)


def assert_each_is_of_its_kind(postbox: Postbox) -> None:
    one = {letter.recipient: letter for letter in postbox.letters}
    assert "DKIM-Signature" in one["signed1@x.example"].message
    assert "DKIM-Signature" not in one["plain1@x.example"].message
    assert "<!--[if mso]><style>td" in one["imported1@x.example"].part("html")
    assert "By hand, Reader 1." in one["own_text1@x.example"].part("plain")
    assert "Fair" in one["event1@x.example"].part("html")
    subjects = {
        letter.message["Subject"] == "The second wording"
        for to, letter in one.items()
        if to.startswith("corrected")
    }
    assert subjects == {True, False}
