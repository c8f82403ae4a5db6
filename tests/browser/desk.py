"""An editor at the desk: what a person does and sees, by the captions on the page."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Frame,
    Locator,
    Page,
    Request,
    expect,
)

from tests.browser.captions import CAPTIONS
from tests.browser.product import Product

WIDE = {"width": 1280, "height": 860}
PHONE = {"width": 360, "height": 780}
LOCALES = {"ru": "ru-RU", "en": "en-GB"}
PATIENCE_MS = 30_000
"""For what comes at once on an idle machine; others may be at work on this one."""
REPLACED = ("htmx:afterRequest", "htmx:sendAbort")
"""What htmx logs of a request that a newer one replaces; real failures say more."""

FAULTS_ONLY = {"resultTypes": ["violations"]}
"""Every rule of axe, but no list of the thousands of places that keep them."""

WHOLE = re.compile(r"(\d+)\s*%")

# `make screenshots` names a folder here; the guide shows what the walk has seen.
SCREENSHOTS = os.environ.get("GONETS_TEST_SCREENSHOTS", "")
MAKING = {"newsletters", "materials", "preview", "preflight", "planned"}
SENDING = {"sending", "paused", "sent", "again"}
ROUND_ABOUT = {"reasons", "picker", "blocks", "versions", "designs", "brand"}
BY_ITSELF = {"schedule", "sources"}
OF_THE_GUIDE = MAKING | SENDING | ROUND_ABOUT | BY_ITSELF


@dataclass
class Desk:
    page: Page
    product: Product
    language: str
    clicks: int = 0
    strangers: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @classmethod
    def open(
        cls,
        browser: Browser,
        product: Product,
        *,
        language: str | None = None,
        size: dict[str, int] | None = None,
        colours: str = "light",
    ) -> Desk:
        language = language or product.language
        context = browser.new_context(
            locale=LOCALES[language],
            viewport=size or WIDE,  # type: ignore[arg-type]
            color_scheme=colours,  # type: ignore[arg-type]
            reduced_motion="reduce",  # A toast half faded in has too little contrast.
            base_url=product.address,
        )
        context.set_default_timeout(PATIENCE_MS)
        desk = cls(page=context.new_page(), product=product, language=language)
        desk.page.on("request", desk._watch)
        desk.page.on("pageerror", lambda error: desk.errors.append(str(error)))
        desk.page.on("console", desk._note)
        return desk

    def close(self) -> None:
        self.page.context.close()

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(REPLACED):
            self.errors.append(message.text)

    def _watch(self, request: Request) -> None:
        own = (self.product.address, "data:", "blob:")
        if not request.url.startswith(own):
            self.strangers.append(request.url)

    # What a person does

    def caption(self, name: str, **values: object) -> str:
        return CAPTIONS[self.language][name].format(**values)

    def log_in(self, *, user: str = "", password: str = "") -> None:
        """Log in as the administrator, or as somebody else."""
        self.page.goto("/")
        form = self.page.locator("form")
        form.locator("input[name=username]").fill(user or self.product.user)
        form.locator("input[name=password]").fill(password or self.product.password)
        self.click(self.page.locator("form button[type=submit]").last)
        expect(self.page.locator("h1")).to_have_text(self.caption("newsletters"))

    def prepare_issue(self, number: int = 0) -> None:
        """Begin an issue of the newsletter in this row, up to its materials."""
        self.page.goto("/")
        choice = self.page.locator("tr[data-can] input[type=radio]").nth(number)
        if not choice.is_checked():
            self.click(choice)
        self.press("prepare")
        if self.page.url.endswith("/drafts/"):
            self.click(self.page.locator("main form button"))
        expect(self.page.locator("#entry-list")).to_be_visible()
        if not self.page.locator("[data-entry]").count():
            self.add_material()

    def add_material(self) -> None:
        """Take the newest material that the issue has not got yet."""
        self.press("add")
        picker = self.page.locator("dialog#picker")
        self.click(picker.locator("[data-picks]:not(:disabled)").first)
        self.click(picker.locator("[data-adds]"))
        expect(self.page.locator("[data-entry]").first).to_be_visible()

    def prepare_letter(self, *, subject: str, number: int = 0) -> int:
        """Bring an issue to its finished letter; return the issue's id."""
        self.prepare_issue(number)
        self.press("materials ok")
        expect(self.page.locator("[data-preview]")).to_be_visible()
        self.page.locator("[name=subject]").fill(subject)
        expect(self.page.locator("[data-save-state=saved]")).to_be_visible()
        return int(re.findall(r"/issues/(\d+)/", self.page.url)[0])

    def send(self) -> int:
        """From the finished letter to the run; return how many shall get it."""
        self.press("send")
        heading = self.page.locator("h1")
        expect(heading).to_have_text(re.compile(r"\d"))
        audience = int(re.sub(r"\D", "", heading.inner_text()))
        self.press("send")
        expect(self.page.locator(".run-status")).to_be_visible()
        return audience

    def wait_for_the_end(self) -> None:
        status = self.page.locator(".run-status")
        expect(status).to_have_text(self.caption("finished"), timeout=60_000)

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def press(self, name: str, *, within: Locator | None = None) -> None:
        """Click the button or link with this caption."""
        self.click(self.button(name, within=within))

    def button(self, name: str, *, within: Locator | None = None) -> Locator:
        scope = within or self.page.locator("main, dialog[open]")
        caption = re.compile(rf"^\s*{re.escape(self.caption(name))}\s*$")
        either = scope.get_by_role("button", name=caption).or_(
            scope.get_by_role("link", name=caption)
        )
        return either.first

    def go(self, name: str) -> None:
        """Open a page by the main menu."""
        menu = self.page.locator("[data-toggles-menu]")
        if menu.is_visible():
            self.click(menu)
        link = self.page.locator("nav").get_by_role(
            "link", name=self.caption(name), exact=True
        )
        self.click(link)

    def select(self, text: str | re.Pattern[str]) -> Locator:
        """Select the row with this text; return it."""
        row = self.page.locator("tr[data-can]").filter(has_text=text).first
        choice = row.locator("input[type=radio]")
        if not choice.is_checked():
            self.click(choice)
        return row

    # What a person sees

    def letter(self) -> Frame:
        """Return the document of the letter on the page."""
        element = self.page.locator("iframe").first.element_handle()
        frame = element.content_frame()
        assert frame is not None
        frame.wait_for_load_state("domcontentloaded")
        return frame

    def percent(self) -> int:
        shown = WHOLE.search(self.page.locator(".run-status").inner_text())
        if shown is None:
            return 100 if self.sees(self.caption("finished")) else 0
        return int(shown[1])

    def wait_for_percent(self, percent: int) -> None:
        deadline = time.monotonic() + 90
        while self.percent() < percent:
            assert time.monotonic() < deadline, "the sending does not move"
            self.page.wait_for_timeout(100)

    def sees(self, text: str) -> bool:
        return self.page.locator("main").get_by_text(text, exact=True).count() > 0

    def check_accessibility(self) -> None:
        found = Axe().run(self.page, options=FAULTS_ONLY)
        assert found.violations_count == 0, found.generate_report()

    def check_fits(self) -> None:
        """Nothing on the page is wider than the window."""
        excess = self.page.evaluate(
            "document.documentElement.scrollWidth - window.innerWidth"
        )
        assert excess <= 0, f"{self.page.url} is {excess} px too wide"

    def check(self, name: str) -> None:
        """Hold what must be true of every page, and keep its picture for the guide."""
        self.page.wait_for_load_state()
        self.check_fits()
        self.check_accessibility()
        assert not self.strangers
        assert not self.errors
        if SCREENSHOTS and name in OF_THE_GUIDE:
            folder = Path(SCREENSHOTS) / self.language
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=folder / f"{name}.png")
