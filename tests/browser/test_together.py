"""Several people, and a relay with a will of its own, in one issue at the same time."""

from __future__ import annotations

import re
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Route, expect

from tests.browser.accounts import account_of
from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.browser.slow_line import held_back, let_go
from tests.support.postbox import Letter, Postbox
from tests.support.smtp_certificates import Authority

MakeProduct = Callable[..., Product]
OpenDesk = Callable[..., Desk]

PRESS_SEND = "setTimeout(() => document.getElementById('send-button').click())"
SMALLER = 1
"""The row of the demo's newsletter with fewer subscribers."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def product(
    make_lasting_product: MakeProduct, quick_postbox: Postbox, authority: Authority
) -> Product:
    return make_lasting_product(
        language="ru",
        relay_url=quick_postbox.url,
        environment={"SSL_CERT_FILE": str(authority.folder / "ca.pem")},
    )


@pytest.fixture
def desk(product: Product, open_desk: OpenDesk) -> Desk:
    desk = open_desk(product)
    desk.log_in()
    return desk


@pytest.fixture
def postbox(quick_postbox: Postbox) -> Iterator[Postbox]:
    """The world outside, empty; it may be slowed down and hurries again afterwards."""
    quick_postbox.clear()
    yield quick_postbox
    quick_postbox.seconds = 0.0


def colleague_of(desk: Desk, name: str, open_desk: OpenDesk) -> Desk:
    """Let in another editor and sit down beside them."""
    page = desk.page
    page.goto("/users/add/")
    page.locator("[name=username]").fill(name)
    page.locator("main form .button-primary").click()
    password = page.locator(".figure code").inner_text()
    colleague = open_desk(desk.product)
    colleague.log_in(user=name, password=password)
    return colleague


def test_two_editors_see_each_other_and_lose_no_word(
    desk: Desk, open_desk: OpenDesk
) -> None:
    colleague = colleague_of(desk, "vera", open_desk)
    desk.prepare_issue()
    colleague.page.goto(desk.page.url)
    for each, other in ((desk, "V"), (colleague, "A")):
        expect(each.page.locator(".avatar")).to_contain_text(other)
    change_materials_together(desk, colleague)

    desk.press("materials ok")
    click_before_it_can_be_written_in(colleague)
    titles = [desk.letter().locator("[data-edit$='.title']").nth(n) for n in (0, 1)]
    theirs = colleague.letter().locator("[data-edit$='.title']")
    expect(titles[1]).to_have_attribute("data-here", re.compile("vera"))
    colleague.page.keyboard.type("Вера ")
    titles[0].click()
    desk.page.keyboard.press("Home")
    desk.page.keyboard.type("Анна ")
    expect(titles[1]).to_contain_text("Вера")
    desk.page.keyboard.type("и Пётр ")
    expect(titles[0]).to_contain_text("Анна и Пётр")
    expect(theirs.first).to_contain_text("Анна и Пётр")
    write_while_the_letter_is_drawn_anew(colleague)
    expect(titles[1]).to_contain_text("и Ольга")
    forget_what_was_hurried(desk, colleague)
    desk.check("two at a letter")

    write_the_same_field(desk, colleague)
    colleague.page.goto("/")
    expect(desk.page.locator(".avatar")).to_have_count(0)
    bring_an_earlier_version_back(desk)


def click_before_it_can_be_written_in(desk: Desk) -> None:
    """On a slow line the letter is there before the script, its pictures long after."""
    pictures = held_back(desk, "**/media/pictures/**")
    script = held_back(desk, "**/js/preview.js")
    desk.press("materials ok")
    desk.letter().locator("[data-edit$='.title']").nth(1).click()
    let_go(script)
    focused = desk.letter().locator("[data-edit]:focus")
    expect(focused).to_have_attribute("contenteditable", "true")
    let_go(pictures)
    desk.page.unroute_all()


def write_while_the_letter_is_drawn_anew(desk: Desk) -> None:
    page = desk.page
    held = held_back(desk, "**/letter/?view=edit*")
    page.locator("button[data-view=edit]").click()
    while not held:
        page.wait_for_timeout(50)
    desk.letter().locator("[data-edit$='.title']").nth(1).click()
    page.keyboard.press("End")
    page.keyboard.type(" и")
    let_go(held)
    page.unroute_all()
    expect(page.locator("[data-stage]:not(.is-loading)")).to_be_visible()
    page.keyboard.type(" Ольга")


def bring_an_earlier_version_back(desk: Desk) -> None:
    page = desk.page
    desk.click(page.locator(".together a"))
    rows = page.locator(".version")
    expect(rows.first).to_contain_text("vera")
    forget_what_was_hurried(desk)
    desk.check("versions")
    desk.click(rows.nth(1).locator("a"))
    expect(page.locator(".version-list li").first).to_be_visible()
    desk.check("version")
    desk.click(page.locator("[data-opens-dialog=restore]"))
    desk.check("bringing a version back")
    desk.click(page.locator("#restore .button-primary"))
    expect(page.locator("#messages")).to_contain_text("вернулась")
    expect(page.locator("[name=subject]")).not_to_have_value("Тема Веры")


def forget_what_was_hurried(*desks: Desk) -> None:
    """A list fetched anew before it has come, or a link not followed, is no fault."""
    for desk in desks:
        hurried = ("htmx:sendAbort", "htmx:afterRequest", "Blocked opening")
        desk.errors[:] = [each for each in desk.errors if not each.startswith(hurried)]


def change_materials_together(desk: Desk, colleague: Desk) -> None:
    entries = desk.page.locator("[data-entry]")
    offered = entries.count()
    desk.click(entries.first.locator("[data-selects]"))
    desk.press("remove")
    expect(entries).to_have_count(offered - 1)
    theirs = colleague.page.locator("[data-entry]")
    expect(theirs).to_have_count(offered - 1)
    toast = colleague.page.locator(".toast").last
    expect(toast).to_contain_text(desk.product.user)

    # Whose step it is stands in the question.
    colleague.page.locator("h1").click()
    colleague.page.keyboard.press("Control+z")
    expect(toast).to_contain_text(desk.product.user)
    toast.locator("button").click()
    expect(theirs).to_have_count(offered)
    expect(entries).to_have_count(offered)


def write_the_same_field(desk: Desk, colleague: Desk) -> None:
    def hold(route: Route) -> None:
        del route  # Nobody is told of what the other writes.

    colleague.page.route("**/together/**", hold)
    subject = desk.page.locator("[name=subject]")
    subject.fill("Тема Анны")
    expect(desk.page.locator("[data-save-state=saved]")).to_be_visible()
    colleague.page.locator("[name=subject]").fill("Тема Веры")
    clash = colleague.page.locator(".clash")
    expect(clash.locator("textarea").first).to_have_value("Тема Веры")
    expect(clash.locator("textarea").last).to_have_value("Тема Анны")
    colleague.check("two wordings of one subject")
    clash.locator("button").first.click()
    expect(clash).to_have_count(0)
    colleague.page.unroute("**/together/**")  # Those that were held go on.
    expect(subject).to_have_value("Тема Веры")


def test_two_who_press_send_at_once_start_one_run(
    desk: Desk, open_desk: OpenDesk, postbox: Postbox
) -> None:
    colleague = open_desk(desk.product)
    colleague.log_in()
    issue = desk.prepare_letter(subject="Вдвоём", number=SMALLER)
    for each in (desk, colleague):
        each.page.goto(f"/issues/{issue}/send/")
    for each in (desk, colleague):
        each.page.evaluate(PRESS_SEND)
    for each in (desk, colleague):
        expect(each.page.locator(".run-status")).to_be_visible()
        each.wait_for_the_end()

    account = account_of(desk, issue)
    assert sorted(postbox.recipients()) == sorted(account.accepted)
    assert sorted(account.all) == sorted(set(account.accepted))


def test_who_leaves_during_a_run_gets_nothing_more(
    desk: Desk, postbox: Postbox
) -> None:
    desk.prepare_letter(subject="Прежний выпуск", number=SMALLER)
    desk.send()
    desk.wait_for_the_end()
    former = {letter.recipient: letter for letter in postbox.letters}
    postbox.clear()
    postbox.seconds = 0.04
    issue = desk.prepare_letter(subject="Новый выпуск", number=SMALLER)
    audience = desk.send()
    desk.wait_for_percent(5)

    leaver = next(reversed(waiting_of(desk, issue)))
    leave_in_one_click(former[leaver])
    desk.wait_for_the_end()

    account = account_of(desk, issue)
    assert account.withheld == [leaver]
    assert leaver not in postbox.recipients()
    assert len(postbox.recipients()) == len(account.accepted) == audience - 1


def waiting_of(desk: Desk, issue: int) -> list[str]:
    account = account_of(desk, issue)
    settled = {*account.accepted, *account.refused, *account.uncertain}
    return [address for address in account.all if address not in settled]


def leave_in_one_click(letter: Letter) -> None:
    """Do what a mail program does (RFC 8058)."""
    address = str(letter.message["List-Unsubscribe"]).strip("<>")
    request = urllib.request.Request(address, data=b"List-Unsubscribe=One-Click")
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def test_a_pause_is_heard_while_the_page_is_looking_at_the_run(
    desk: Desk, postbox: Postbox
) -> None:
    postbox.seconds = 0.04
    desk.prepare_letter(subject="Пауза", number=SMALLER)
    desk.send()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    desk.page.route("**/live/**", hold)
    while not held:
        desk.page.wait_for_timeout(50)
    desk.press("pause")
    desk.page.wait_for_timeout(200)
    desk.page.unroute("**/live/**")

    paused = re.compile("^Рассылка приостановлена")
    expect(desk.page.locator(".run-status")).to_have_text(paused)
    desk.press("continue")
    desk.wait_for_the_end()
    assert set(Counter(postbox.recipients()).values()) == {1}


@pytest.mark.filterwarnings("ignore:Requiring AUTH", "ignore:Session.login_data")
def test_a_relay_that_refuses_the_log_in_pauses_the_run_and_says_why(
    desk: Desk, authority: Authority
) -> None:
    certificate = authority.server("127.0.0.1")
    with Postbox(certificate=certificate, password="верный") as strict:
        use_relay(desk, port=strict.port, password="неверный")
        desk.prepare_letter(subject="Пароль", number=SMALLER)
        audience = desk.send()
        reason = desk.page.locator("#run-controls .notice[role=alert]")
        expect(reason).to_contain_text("отклоняет вход", timeout=30_000)
        desk.check("run paused by the relay")
        assert strict.letters == []

        progress = desk.page.url
        use_relay(desk, port=strict.port, password="верный")
        desk.page.goto(progress)
        desk.press("continue")
        desk.wait_for_the_end()
        assert len(set(strict.recipients())) == len(strict.recipients()) == audience
    remove_relay(desk)
    switch_relay(desk, to="on")


def use_relay(desk: Desk, *, port: int, password: str) -> None:
    """Let letters leave through this server alone."""
    page = desk.page
    switch_relay(desk, to="off")
    page.goto("/settings/")
    change = page.locator(".relay-card", has_text=f":{port}").locator("a.button").first
    if change.count():
        change.click()
    else:
        page.goto("/settings/relays/new/")
    page.locator("[name=security]").select_option("tls")
    for name, text in {
        "host": "127.0.0.1",
        "port": str(port),
        "user": "desk",
        "password": password,
        "name": "Strict",
        "letters_per_second": "",
    }.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("[formaction*=check]").click()
    answer = "отклоняет вход" if password == "неверный" else "Вход принят"
    expect(page.locator("#check-result")).to_contain_text(answer)
    page.locator(".relay-form .button-primary").first.click()
    expect(page.locator("#messages .notice, #messages *").first).to_be_visible()


def switch_relay(desk: Desk, *, to: str) -> None:
    """Switch the server of the configuration off or on, if it is not so already."""
    desk.page.goto("/settings/")
    card = desk.page.locator(".relay-card", has_text="GONETS_RELAY_URL")
    button = card.locator(f"button[name=to][value={to}]")
    if button.count():
        button.click()
        expect(desk.page.locator("#messages")).to_be_visible()


def remove_relay(desk: Desk) -> None:
    desk.page.goto("/settings/")
    desk.page.locator(".relay-card", has_text="Strict").locator(
        "a[href*=remove]"
    ).click()
    desk.page.locator("main .button-danger").click()
    expect(desk.page.locator("#messages")).to_be_visible()


def test_a_date_can_be_set_and_taken_off_again(desk: Desk) -> None:
    issue = desk.prepare_letter(subject="По расписанию", number=SMALLER)
    desk.page.goto(f"/issues/{issue}/schedule/")
    desk.click(desk.page.locator("main form .button-primary"))
    expect(desk.page.locator("h1")).to_have_text(desk.caption("planned"))
    row = desk.select("По расписанию")
    expect(row.locator(".status-text")).to_have_text(
        re.compile(r"^Рассылка назначена на \S")
    )
    desk.click(desk.page.locator("button[value=unschedule]"))
    row = desk.select("По расписанию")
    expect(row.get_by_text(desk.caption("postponed"), exact=True)).to_be_visible()


def test_a_material_that_is_deleted_meanwhile_keeps_its_words_in_the_issue(
    desk: Desk, postbox: Postbox
) -> None:
    page = desk.page
    desk.prepare_issue(SMALLER)
    materials = page.url
    title = page.locator("[data-entry]").first.get_attribute("data-title") or ""
    page.goto("/materials/")
    page.locator("[type=search]").first.fill(title)
    page.locator(".row-title").filter(has_text=title).first.click()
    page.locator("[data-opens-dialog=delete-material]").click()
    page.locator("#delete-material .button-danger").click()
    expect(page.locator("h1")).not_to_have_text(title)

    page.goto(materials)
    entry = page.locator("[data-entry]").filter(has_text=title)
    expect(entry.locator(".chip")).to_be_visible()
    desk.check("material gone from the site")
    desk.press("materials ok")
    desk.send()
    desk.wait_for_the_end()
    assert title in postbox.letters[0].part("plain")
