"""Letters that were made elsewhere: in, shown, and out on the wire.

``tests/samples/letters`` holds one construct of e-mail design each: those in ``kept``
must come through byte for byte, in ``cut`` what says DROP must go and what says KEEP
must stay, in ``encodings`` they are files as they come.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from gonets.letters import templates
from gonets.letters.checking import design_faults
from gonets.letters.compiling import compile_letter
from gonets.letters.confined import cleaned_confined
from gonets.letters.importing import (
    BARE_CONTENT,
    CONTENT,
    FOOT,
    PUT_IN,
    cleaned_letter,
    pictures_of,
    split_embedded,
    with_pictures,
)
from gonets.letters.letter_files import NoLetter, read_letter
from gonets.letters.reading import parts_of
from gonets.letters.rendering import rendered
from gonets.letters.structure import Unrenderable, dangers_in
from gonets.letters.types import OwnDesign

from .samples import a_letter, a_reader

SAMPLES = Path(__file__).parent.parent / "samples" / "letters"
KEPT = sorted((SAMPLES / "kept").iterdir())
CUT = sorted((SAMPLES / "cut").iterdir())
ENCODINGS = sorted((SAMPLES / "encodings").iterdir())


def named(path: Path) -> str:
    return path.stem


@pytest.fixture
def rendered_here(monkeypatch):
    """For a hundred samples that need no process of their own; others have theirs."""
    monkeypatch.setattr(templates, "rendered_confined", rendered)


def letter_of(source: str):
    own = OwnDesign(kind="html", source=source, base="digest")
    return compile_letter(a_letter(own_design=own))


def on_the_wire(source: str) -> str:
    """Return the HTML as a mail program gets it; hold the bytes to what is legal."""
    compiled, reader = letter_of(source), a_reader()
    message = compiled.message_for(reader)
    assert all(len(line) <= 998 for line in message.split(b"\r\n"))
    assert b"\n" not in message.replace(b"\r\n", b"")
    assert b"\r" not in message.replace(b"\r\n", b"")
    assert b"\0" not in message
    assert all(byte < 128 for byte in message)
    html = parts_of(message).html
    meant = compiled.html_for(reader)
    assert "".join(html.split()) == "".join(meant.split())
    return html


def only_once(html: str, what: str) -> bool:
    return html.count(what) == 1


@pytest.mark.parametrize("sample", KEPT, ids=named)
@pytest.mark.usefixtures("rendered_here")
def test_what_harms_nobody_comes_through_byte_for_byte(sample):
    text = read_letter(sample.read_bytes()).html

    cleaned = cleaned_letter(text, keeps_words=True)
    html = on_the_wire(cleaned.source)

    assert cleaned.removed == {}
    assert dangers_in(html) == []
    as_it_was = cleaned.source.replace('{{ "{" }}', "{")
    for ours in (PUT_IN[BARE_CONTENT], PUT_IN[CONTENT], PUT_IN[FOOT]):
        as_it_was = as_it_was.replace(ours, "")
    for line in text.splitlines():
        assert line in as_it_was
    assert only_once(html, "https://gorod.example/u/abc.d-f_1/")
    assert "101000, Москва" in html
    assert "читальный зал № 1" in html  # the content of the issue
    assert html.count("KEEP") == text.count("KEEP")


@pytest.mark.parametrize("sample", CUT, ids=named)
@pytest.mark.usefixtures("rendered_here")
def test_what_could_harm_is_cut_out_and_the_words_stay(sample):
    text = read_letter(sample.read_bytes()).html

    html = on_the_wire(cleaned_letter(text, keeps_words=True).source)

    assert dangers_in(html) == []
    assert "DROP" not in html
    for words in re.findall(r"KEEP[\w ]*", re.sub(r"<!--.*?-->", "", text)):
        assert words.strip() in html
    assert html.count("https://gorod.example/u/abc.d-f_1/") == 1


@pytest.mark.parametrize("sample", ENCODINGS, ids=named)
def test_any_encoding_is_read(sample):
    letter = read_letter(sample.read_bytes())

    cleaned = cleaned_letter(letter.html, keeps_words=True)

    assert "KEEP Здравствуйте" in cleaned.source.replace("\a", "").replace("\x1b", "")
    assert not re.search(r"charset=(?!utf-8)", cleaned.source)


def test_a_message_brings_its_subject_and_its_pictures():
    letter = read_letter((SAMPLES / "encodings" / "message.eml").read_bytes())

    assert letter.title == "Письмо недели"
    assert list(letter.pictures) == ["logo@x"]
    assert letter.pictures["logo@x"].startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("name", "removed"),
    [
        ("script", {"script": 2}),
        ("tracking-pixel", {"pixel": 1}),
        ("events", {"event": 3}),
        ("stylesheet", {"sheet": 2}),
        ("iframe", {"frame": 1}),
        ("javascript-link", {"address": 3}),
        ("video", {"plugin": 1}),
    ],
)
def test_what_was_cut_out_is_counted(name, removed):
    text = (SAMPLES / "cut" / f"{name}.html").read_text()

    assert cleaned_letter(text, keeps_words=True).removed == removed


@pytest.mark.parametrize("name", ["unsubscribe-en", "unsubscribe-ru", "merge-tags"])
def test_the_old_way_out_leads_out_of_ours(name):
    text = (SAMPLES / "cut" / f"{name}.html").read_text()

    source = cleaned_letter(text, keeps_words=True).source

    assert source.count("{{ letter.unsubscribe_address }}") == 1
    assert "foot.html" not in source
    assert design_faults(OwnDesign(kind="html", source=source)) == []


def test_the_content_goes_where_the_letter_says():
    text = (SAMPLES / "cut" / "place.html").read_text()

    source = cleaned_letter(text, keeps_words=False).source

    assert '<td>{% include "content.html" %}</td>' in source
    assert "KEEP around" in source


def test_else_it_takes_the_place_of_the_largest_cell():
    text = (
        "<table><tr><td>Head</td></tr><tr><td><p>"
        + "Long words of the letter. " * 9
        + "</p></td></tr><tr><td>Foot</td></tr></table>"
    )

    replaced = cleaned_letter(text, keeps_words=False).source
    kept = cleaned_letter(text, keeps_words=True).source

    assert '<td>{% include "content.html" %}</td>' in replaced
    assert "Long words" not in replaced
    assert 'letter. </p>{% include "content.html" %}</td>' in kept
    for words in ("<td>Head</td>", "<td>Foot</td>"):
        assert words in replaced


@pytest.mark.parametrize("cell", ["td", "th"])
def test_a_button_is_no_place_for_the_content(cell):
    text = (
        f"<table><tr><{cell}>Where the words of the letter stand, two lines long"
        f'</{cell}></tr><tr><td bgcolor="#00f"><a href="#">A button whose words are '
        "much longer than those of the cell with the text of the letter</a></td></tr>"
        "</table>"
    )

    for keeps_words in (True, False):
        source = cleaned_letter(text, keeps_words=keeps_words).source
        assert f'{{% include "content.html" %}}</{cell}></tr><tr><td' in source


@pytest.mark.parametrize(
    "preheader",
    [
        '<div style="display: none"><table><tr><td>{}</td></tr></table></div>',
        '<table class="a preheader"><tr><td>{}</td></tr></table>',
        '<table><tr><td style="max-height:0"><p>{}</p></td></tr></table>',
        "<table><tr><td>" + "&#xA0;&zwnj;&#847;" * 90 + "</td></tr></table>",
    ],
    ids=["hidden", "by its class", "the cell", "filled up"],
)
def test_a_preheader_is_no_place_for_the_content(preheader):
    seen = "<table><tr><td>Words of the letter, two lines long here</td></tr></table>"
    hidden = preheader.format("What mailboxes show after the subject of it. " * 5)

    source = cleaned_letter(hidden + seen, keeps_words=True).source

    assert 'long here{% include "content.html" %}</td>' in source


def test_beside_a_few_words_the_content_stands_at_the_end():
    text = "<table><tr><td>Go to space</td></tr></table>"

    kept = cleaned_letter(text, keeps_words=True).source
    replaced = cleaned_letter(text, keeps_words=False).source

    assert f"</table>{PUT_IN[BARE_CONTENT]}" in kept
    assert '<td>{% include "content.html" %}</td>' in replaced


def test_a_fragment_becomes_a_whole_letter_in_its_own_language():
    html = on_the_wire(cleaned_letter("<p>KEEP</p>", keeps_words=True).source)

    assert html.startswith("<!DOCTYPE html>")
    assert '<html lang="ru" dir="ltr">' in html
    assert html.rstrip().endswith("</html>")


def test_pictures_of_other_sites_are_found_wherever_they_stand():
    source = (
        '<img src="https://i.example/a.png?x=1&amp;y=2"><td background=https://i.example/b.gif>'
        "<p style=\"background:url('https://i.example/c.jpg')\">"
        '<v:fill src="https://i.example/d.png" /><a href="https://a.example/e.png">'
        '<img src="https://i.example/a.png?x=1&amp;y=2">'
    )

    found = pictures_of(source)
    other = with_pictures(source, {found[0]: "https://ours.example/1.png"})

    for address, end in zip(found, ("y=2", "b.gif", "c.jpg", "d.png"), strict=True):
        assert address.endswith(end)
    assert other.count("https://ours.example/1.png") == 2
    assert "a.png?" not in other


def test_pictures_within_the_letter_are_taken_out():
    text, found = split_embedded('<img src="data:image/png;base64,AAAA" alt="x">')

    assert text == '<img src="cid:gonets-embedded-0" alt="x">'
    assert found == ["AAAA"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"just words", "plain"),
        (b"\x89PNG\r\n\x1a\n\0\0", "binary"),
        (b"x" * 10_000_001, "large"),
        (b"From: a@b.example\nMIME-Version: 1.0\n\nplain words", "plain"),
    ],
)
def test_what_is_no_letter_is_named(content, code):
    with pytest.raises(NoLetter) as refusal:
        read_letter(content)

    assert refusal.value.code == code


MESSAGE = (
    b"From: a@b.example\r\nSubject: Hi\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/related; boundary="x"\r\n\r\n--x\r\n'
    b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>Hi</p>\r\n--x\r\n"
    b"Content-Type: image/png\r\nContent-ID: <a@b>\r\n\r\nxx\r\n--x--\r\n"
)
BROKEN = (b"<", b">", b'"', b"=?", b"\r\n ", b"\0", b"\xff", b"(", b"[", b"*=''", b"%")


def test_a_message_with_broken_headers_is_read_or_named():
    chance = random.Random(5)
    for _try in range(600):
        message = bytearray(MESSAGE)
        for _ in range(chance.randint(1, 5)):
            place = chance.randrange(len(message))
            message[place : place + chance.randint(0, 8)] = chance.choice(BROKEN)
        try:
            assert read_letter(bytes(message)).html
        except NoLetter:
            continue


def test_no_codec_of_a_program_is_an_encoding_of_letters():
    assert r"\x3c" in read_letter(b"<meta charset=unicode_escape><p>\\x3c</p>").html


@pytest.mark.thorough
@pytest.mark.parametrize(
    "text",
    [
        "<" * 200_000,
        "<a b='" * 50_000,
        '<td title="' * 50_000,
        "<!--[if mso]>" * 20_000,
        "<style>" * 20_000,
        "<script>" * 50_000,
        "<table><tr><td>" * 20_000,
        "{{" * 100_000,
    ],
    ids=lambda text: text[:12],
)
def test_a_hostile_letter_is_read_or_refused_but_never_hangs(text):
    try:
        source = cleaned_confined(text, keeps_words=True).source
    except Unrenderable as error:
        source = error.code
    assert source


def test_300_kilobytes_of_word_come_through():
    line = (
        "<p class=MsoNormal style='margin:0cm'><span style='mso-ansi-language:RU'>"
        "Строка отчёта<o:p></o:p></span></p>\n"
    )
    text = f"<html><body><table><tr><td>{line * 2400}</td></tr></table></body></html>"

    cleaned = cleaned_confined(text, keeps_words=True)

    assert len(text) > 250_000
    assert cleaned.source.count("Строка отчёта") == 2400


@pytest.mark.parametrize("element", ["xmp", "noembed", "title", "textarea"])
def test_words_that_browsers_read_as_words_hide_no_end_tag(element):
    hidden = (
        f'<{element}><img alt="</{element}><img src=x onerror=alert()>"></{element}>'
    )

    cleaned = cleaned_letter(f"{hidden}<p>KEEP</p>", keeps_words=True)

    assert dangers_in(hidden)
    assert dangers_in(on_the_wire(cleaned.source)) == []
