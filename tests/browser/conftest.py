"""Chromium, the running product, and a desk to sit at."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.browser.desk import PATIENCE_MS, Desk
from tests.browser.prepared import PreparedFolders
from tests.browser.product import Product
from tests.support.postbox import Postbox

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # No page lives long enough to earn back what compiling its scripts well costs.
    "--js-flags=--no-opt --no-maglev",
]
OUTPUT = Path(__file__).parent / "output"
"""Where a failed story leaves its last screenshot and what the product said."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def playwright_() -> Iterator[Playwright]:
    """Not for longer: while it is there, no test of this process can have a loop."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def chromium(playwright_: Playwright) -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    browser = playwright_.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    """The world outside: an SMTP server that takes about a hundred letters a second."""
    with Postbox(seconds=0.04) as box:
        yield box


@pytest.fixture(scope="module")
def quick_postbox() -> Iterator[Postbox]:
    """The world outside of a whole module, which takes every letter at once."""
    with Postbox() as box:
        yield box


@pytest.fixture
def make_product(
    tmp_path: Path, prepared: PreparedFolders
) -> Iterator[Callable[..., Product]]:
    """Return a maker of running products; all are stopped at the end."""
    yield from _makers(tmp_path, prepared)


@pytest.fixture(scope="module")
def make_lasting_product(
    tmp_path_factory: pytest.TempPathFactory,
    prepared: PreparedFolders,
) -> Iterator[Callable[..., Product]]:
    """Return a maker of products that serve every test of a module."""
    yield from _makers(tmp_path_factory.mktemp("lasting"), prepared)


def _makers(
    folder: Path, prepared: PreparedFolders
) -> Iterator[Callable[..., Product]]:
    made: list[Product] = []

    def make(*, from_nothing: bool = False, **options: object) -> Product:
        product = Product(folder=folder / f"product-{len(made)}", **options)  # type: ignore[arg-type]
        made.append(product)
        if not from_nothing:
            prepared.copy_for(product)
        product.start()
        return product

    yield make
    for product in made:
        product.stop()


@pytest.fixture
def open_desk(
    chromium: Browser, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Desk]]:
    """Return an opener of desks; each is a browser of its own, closed at the end."""
    desks: list[Desk] = []

    def open_(product: Product, **options: object) -> Desk:
        desk = Desk.open(chromium, product, **options)  # type: ignore[arg-type]
        desks.append(desk)
        return desk

    yield open_
    for number, desk in enumerate(desks):
        if getattr(request.node, "failed", False):
            OUTPUT.mkdir(exist_ok=True)
            name = f"{request.node.name}-{number}"
            desk.page.screenshot(path=OUTPUT / f"{name}.png")
            shutil.copy(desk.product.log, OUTPUT / f"{name}.log")
        desk.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and report.failed:
        item.failed = True  # type: ignore[attr-defined]
    return report
