"""Working on the letter: own blocks, a picture, a personal part, and back again."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from PIL import Image
from playwright.sync_api import Locator, expect

from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.browser.test_preview import field, open_an_issue, state

WORD = (
    "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]>"
    "<span style='mso-list:Ignore'>·&nbsp;</span><![endif]>Хлеб<o:p></o:p></p>"
    "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]>"
    "<span style='mso-list:Ignore'>·&nbsp;</span><![endif]><b>Соль</b></p>"
)


def test_an_editor_adds_what_the_site_does_not_have(
    make_product: Callable[..., Product], open_desk: Callable[..., Desk]
) -> None:
    desk = open_desk(make_product(language="ru"))
    desk.log_in()
    open_an_issue(desk)

    the_reader_is_spoken_to_by_name(desk)
    a_list_from_word_stays_a_list(desk)
    a_picture_is_cropped_and_described(desk)
    what_was_taken_out_comes_back(desk)
    the_letter_has_it_all(desk)


def the_reader_is_spoken_to_by_name(desk: Desk) -> None:
    frame, intro = field(desk, "intro")
    frame.locator(intro).click()
    desk.page.keyboard.press("Control+End")
    desk.page.locator("[data-format=personal]").click()
    dialog = desk.page.locator("#personal-dialog")
    expect(dialog.locator("[name=value]").first).to_be_checked()
    desk.check("personal-part")
    dialog.locator("[name=fallback]").fill("соседи")
    dialog.locator("button[value=insert]").click()

    chip = frame.locator(f"{intro} [data-personal]")
    expect(chip).to_have_attribute(
        "data-personal", '{{ subscriber.name | default("соседи") }}'
    )
    state(desk.page, "saved")


def a_list_from_word_stays_a_list(desk: Desk) -> None:
    insert(desk, "text")
    block = desk.letter().locator(".kind-text [data-edit]")
    expect(block).to_be_focused()
    block.evaluate(
        """(field, html) => {
            const data = new DataTransfer();
            data.setData("text/html", html);
            data.setData("text/plain", "Хлеб Соль");
            const event = new ClipboardEvent("paste", {
                clipboardData: data, bubbles: true, cancelable: true });
            field.dispatchEvent(event);
        }""",
        WORD,
    )

    expect(block.locator("ul > li")).to_have_text(["Хлеб", "Соль"])
    state(desk.page, "saved")
    desk.check("letter-with-a-block")


def a_picture_is_cropped_and_described(desk: Desk) -> None:
    insert(desk, "picture", after=1)
    dialog = desk.page.locator("#picture-dialog")
    dialog.locator("[data-picture-file]").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": a_picture()}
    )
    expect(dialog.locator("canvas")).to_be_visible()
    dialog.locator("[data-ratio='3']").click()
    dialog.locator("canvas").press("ArrowUp")
    desk.check("picture-cropped")
    take = dialog.locator("[data-takes-picture]")
    take.click()
    expect(dialog.locator("[data-picture-error]")).not_to_be_empty()
    dialog.locator("#picture-description").fill("Набережная вечером")
    take.click()

    picture = desk.letter().locator(".kind-picture img")
    expect(picture).to_have_attribute("alt", "Набережная вечером")
    assert picture.evaluate("image => image.naturalWidth / image.naturalHeight") == 3


def what_was_taken_out_comes_back(desk: Desk) -> None:
    letter = desk.letter()
    letter.locator(".kind-picture img").focus()
    desk.page.keyboard.press("Alt+F10")
    bar = desk.page.locator("[data-format-bar]")
    expect(bar).to_be_visible()
    bar.locator("[data-act=remove]").press("Enter")
    expect(letter.locator(".kind-picture")).to_have_count(0)
    desk.page.locator("#toasts button").click()
    expect(desk.letter().locator(".kind-picture")).to_have_count(1)

    desk.page.fill("#subject", "Другая тема")
    state(desk.page, "saved")
    desk.page.locator("[data-steps-back]").click()
    expect(desk.page.locator("#subject")).not_to_have_value("Другая тема")
    desk.page.locator("[data-steps-forth]").click()
    expect(desk.page.locator("#subject")).to_have_value("Другая тема")


def the_letter_has_it_all(desk: Desk) -> None:
    state(desk.page, "saved")
    desk.page.locator("button[data-view=text]").click()
    text = desk.page.frame_locator("#letter").locator("pre")
    expect(text).to_contain_text("• Хлеб")
    expect(text).to_contain_text("[Набережная вечером]")


def insert(desk: Desk, kind: str, *, after: int = 0) -> None:
    signs: Locator = desk.page.locator(".block-sign")
    expect(signs.nth(after)).to_be_visible()
    signs.nth(after).press("Enter")
    desk.page.locator(f"[data-block-menu] [data-kind={kind}]").click()


def a_picture() -> bytes:
    file = BytesIO()
    Image.effect_noise((900, 600), 80).convert("RGB").save(file, "PNG")
    return file.getvalue()
