"""A real Wagtail site: from its admin's menu through the whole walk, and back."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.desk import Desk
from tests.browser.prepared import PreparedFolders
from tests.support.ports import free_port
from tests.support.postbox import Postbox
from tests.support.town import DATABASE, EXAMPLE, copy_town, site_environment

READERS = 12


@dataclass
class Town:
    """The example, as its README starts it; what a desk needs to know of a product."""

    folder: Path
    port: int
    relay_url: str
    language = "ru"
    user = "admin"
    password = "correct horse battery"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        return self.folder / "var"

    @property
    def log(self) -> Path:
        return self.folder / "site.log"

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        environment = site_environment(
            self.data, EXAMPLE_URL=self.address, EXAMPLE_RELAY_URL=self.relay_url
        )
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "manage.py", *command],
                cwd=EXAMPLE,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(self.address, timeout=5).close()
            except (OSError, urllib.error.URLError):
                time.sleep(0.2)
            else:
                return
        raise AssertionError(self.log.read_text()[-4000:])


@pytest.fixture
def town(tmp_path: Path, postbox: Postbox, prepared: PreparedFolders) -> Iterator[Town]:
    town = Town(tmp_path, free_port(), postbox.url)
    copy_town(prepared.shared / "town", town.data / DATABASE)
    assert town.start("fill").wait(300) == 0, town.log.read_text()[-4000:]
    web = town.start("runserver", "--noreload", f"127.0.0.1:{town.port}")
    worker = town.start("newsletter_worker")
    try:
        town.wait_until_ready()
        yield town
    finally:
        for process in (web, worker):
            process.terminate()
            process.wait(30)


def sign_up_on_the_front_page(desk: Desk, postbox: Postbox) -> None:
    page = desk.page
    page.goto("/")
    form = page.locator("form.gonets-sign-up").first
    form.get_by_label("Ваша почта").fill("anna@town.example")
    desk.check("sign-up-of-wagtail")
    form.get_by_role("button").click()
    expect(page.locator("h1")).to_have_text("Проверьте почту")
    deadline = time.monotonic() + 30
    while not postbox.letters and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    letter = postbox.letters[0].part("plain")
    page.goto(re.findall(r"https?://\S+/newsletters/j/\S+/", letter)[0])
    page.get_by_role("button").click()
    expect(page.locator("h1")).to_have_text("Вы подписаны")
    postbox.clear()


def test_an_editor_of_a_wagtail_site_sends_its_pages(
    town: Town, chromium: Browser, postbox: Postbox
) -> None:
    desk = Desk.open(chromium, town, language="ru")  # type: ignore[arg-type]
    page = desk.page
    sign_up_on_the_front_page(desk, postbox)
    page.goto("/admin/")
    page.locator("input[name=username]").fill(town.user)
    page.locator("input[name=password]").fill(town.password)
    page.locator("button[type=submit]").click()
    page.get_by_role("link", name="Рассылки", exact=True).click()
    expect(page.locator("h1")).to_have_text(desk.caption("newsletters"))
    desk.errors.clear()  # The log-in page and the admin are Wagtail's own.
    desk.strangers.clear()

    desk.press("prepare")
    expect(page.locator("[data-entry]")).to_have_count(4)
    desk.check("materials-of-wagtail")
    desk.press("materials ok")
    page.locator("[name=subject]").fill("Новости из Wagtail")
    expect(page.locator("[data-save-state=saved]")).to_be_visible()
    expect(desk.letter().get_by_text("Мост через Каменку").first).to_be_visible()
    desk.check("preview-of-wagtail")
    assert desk.send() == READERS + 1
    desk.wait_for_the_end()
    assert sorted(postbox.recipients()) == sorted(
        ["anna@town.example"]
        + [f"reader{number}@town.example" for number in range(1, READERS + 1)]
    )
    way_out = re.findall(
        r"https?://\S+/newsletters/u/[^/\s>]+/", postbox.letters[0].part("plain")
    )
    with urllib.request.urlopen(way_out[0]) as answer:
        assert answer.status == 200

    page.get_by_role("link", name="Назад в Wagtail").click()
    expect(page).to_have_url(re.compile("/admin/$"))
    desk.close()
