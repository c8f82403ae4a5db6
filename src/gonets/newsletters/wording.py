"""The words of an issue: what the fields are called, what each may hold."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gonets.kernel.html import clean_fragment, clean_layout
from gonets.letters.own_texts import normal_text
from gonets.newsletters.block_fields import (
    CONTENT_KIND,
    checked_address,
    checked_moment,
    checked_picture,
    checked_zone,
    is_readable,
)
from gonets.newsletters.errors import BadWording

LONGEST_LINE = {
    "subject": 500,
    "preheader": 500,
    "greeting": 300,
    "title": 500,
    "heading": 200,
    "picture_alt": 500,
    "second_alt": 500,
    "button": 100,
    "place": 300,
    "address": 2000,
    "starts": 30,
    "ends": 30,
    "time_zone": 60,
    "picture": 18,
    "second_picture": 18,
}
LONGEST_TEXT = {
    "intro": 50_000,
    "outro": 50_000,
    "teaser": 20_000,
    "second": 20_000,
    "html": 50_000,
}
LONGEST_PLAIN_TEXT = {"own_text": 100_000}

LINE_BREAKING = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode categories: controls, lone surrogates, line and paragraph separators."""

OF_ISSUE = ("subject", "preheader", "greeting", "intro", "outro", "own_text")
OF_ENTRY = ("title", "teaser", "button", "address", "picture", "picture_alt")

CHECKED = {
    "address": checked_address,
    "picture": checked_picture,
    "second_picture": checked_picture,
    "starts": checked_moment,
    "ends": checked_moment,
    "time_zone": checked_zone,
}
"""What a line of this name must be; each raises ValueError with a sentence."""


@dataclass(slots=True)
class Wording:
    """Checked and cleaned changes, by what they belong to."""

    issue: dict[str, str] = field(default_factory=dict)
    headings: dict[int, str] = field(default_factory=dict)  # by part
    entries: dict[int, dict[str, str]] = field(default_factory=dict)  # by entry id


def checked_wording(changes: Mapping[str, str]) -> Wording:
    """Return ``changes`` sorted, checked and with safe HTML.

    Names are ``subject``, ``preheader``, ``greeting``, ``intro``, ``outro``,
    ``own_text``, ``section.<part>.heading``, and ``entry.<id>.<word>`` with the words
    of ``checked_entry``.

    :raises BadWording: naming the first field that cannot be saved.
    """
    wording = Wording()
    for name, text in changes.items():
        match name.split("."):
            case [word] if word in OF_ISSUE:
                wording.issue[word] = _cleaned(name, word, text)
            case ["section", part, "heading"] if _is_id(part):
                wording.headings[int(part)] = _cleaned(name, "heading", text)
            case ["entry", entry_id, word] if _is_of_entry(word) and _is_id(entry_id):
                entry = wording.entries.setdefault(int(entry_id), {})
                entry[word] = _cleaned(name, word, text)
            case _:
                raise BadWording(name, _("The letter has no such field."))
    return wording


def checked_entry(words: Mapping[str, str]) -> dict[str, str]:
    """Return the words of one entry, checked and with safe HTML.

    They are ``title``, ``teaser``, ``button``, ``address``, ``picture`` (its number)
    and ``picture_alt``; of an event also ``starts``, ``ends``, ``time_zone`` and
    ``place``; of two columns ``second``, ``second_picture`` and ``second_alt``; and of
    HTML ``html``.

    :raises BadWording: naming the first word that cannot be saved.
    """
    for word in words:
        if not _is_of_entry(word):
            raise BadWording(word, _("The letter has no such field."))
    return {word: _cleaned(word, word, text) for word, text in words.items()}


def checked_web_address(name: str, text: str) -> str:
    """Return an address of the web, or "" for none.

    :raises BadWording: naming ``name`` if it is anything else.
    """
    address = text.strip()
    _check_length(name, address, LONGEST_LINE["address"])
    is_web = address.startswith(("https://", "http://")) and is_readable(address)
    if address and (not is_web or has_control_characters(address) or " " in address):
        raise BadWording(
            name, _("Enter an address that begins with https:// or http://.")
        )
    return address


def check_material_title(name: str, title: str) -> None:
    """:raises BadWording: naming ``name`` if there is no title."""
    if not title:
        raise BadWording(name, _("A material needs a title."))


def _is_of_entry(word: str) -> bool:
    return word in OF_ENTRY or word in CONTENT_KIND


def _is_id(text: str) -> bool:
    # One name for each field: "07" would hide from those who compare names.
    is_number = text.isascii() and text.isdecimal() and len(text) < 19
    return is_number and str(int(text)) == text


def _cleaned(name: str, word: str, text: str) -> str:
    if word in LONGEST_PLAIN_TEXT:
        _check_length(name, text, LONGEST_PLAIN_TEXT[word])
        return normal_text(text)
    if word in LONGEST_TEXT:
        _check_length(name, text, LONGEST_TEXT[word])
        # Cleaning may lengthen the text (``&`` becomes ``&amp;``): no second check.
        return clean_layout(text) if word == "html" else clean_fragment(text)
    line = text.strip()
    _check_length(name, line, LONGEST_LINE[word])
    if has_control_characters(line):
        raise BadWording(
            name, _("This must be one line, without line breaks or control characters.")
        )
    return _checked(name, word, line)


def _checked(name: str, word: str, line: str) -> str:
    check = CHECKED.get(word)
    if check is None or not line:
        return line
    try:
        return check(line)
    except ValueError as error:
        raise BadWording(name, str(error)) from error


def _check_length(name: str, text: str, longest: int) -> None:
    if len(text) <= longest:
        return
    raise BadWording(
        name,
        ngettext(
            "This is too long: %(length)d characters, and only %(longest)d fits.",
            "This is too long: %(length)d characters, and only %(longest)d fit.",
            longest,
        )
        % {"length": len(text), "longest": longest},
    )


def has_control_characters(text: str) -> bool:
    """Whether ``text`` could break out of a header or a one-line field."""
    return any(unicodedata.category(character) in LINE_BREAKING for character in text)
