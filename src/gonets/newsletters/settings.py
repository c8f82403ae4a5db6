"""What a newsletter's settings may hold; a header is made of several of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from typing import Any

from django.conf import settings as django_settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gonets.kernel.addresses import BadAddress, parse_address
from gonets.newsletters.errors import BadSettings
from gonets.newsletters.rules import TagMatch
from gonets.newsletters.states import Selection
from gonets.newsletters.types import NewsletterSettings
from gonets.newsletters.wording import has_control_characters

REQUIRED = ("title", "sender_name", "sender_address", "postal_address")
ADDRESSES = ("sender_address", "reply_to", "test_address")
LONGEST = {
    "title": 200,
    "description": 2000,
    "sender_name": 100,
    "sender_address": 254,
    "reply_to": 254,
    "postal_address": 300,
    "greeting": 300,
    "test_address": 254,
}
MANY_LINES = ("description", "postal_address")
MOST_DAYS = 366
MOST_PER_SECTION = 100
MOST_TAGS = 20
LONGEST_TAG = 100
MOST_WANTED = 1000


def checked_settings(settings: NewsletterSettings) -> NewsletterSettings:
    """Return the settings with texts trimmed and addresses as they are written to.

    :raises BadSettings: naming every field that is wrong.
    """
    settings = _trimmed(settings)
    problems: dict[str, str] = {}
    for name, problem in _problems(settings):
        problems.setdefault(name, problem)
    if problems:
        raise BadSettings(problems)
    return replace(
        settings, tags=tidy_tags(settings.tags), **_spelled_addresses(settings)
    )


def tidy_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return the tags trimmed, each once however it is written, without empty ones."""
    tidy: dict[str, str] = {}
    for tag in tags:
        words = " ".join(tag.split())
        tidy.setdefault(words.casefold(), words)
    tidy.pop("", None)
    return tuple(tidy.values())


def _trimmed(settings: NewsletterSettings) -> NewsletterSettings:
    texts: dict[str, Any] = {
        field.name: value.strip()
        for field in fields(settings)
        if isinstance(value := getattr(settings, field.name), str)
    }
    return replace(settings, **texts)


def _spelled_addresses(settings: NewsletterSettings) -> dict[str, Any]:
    return {
        name: parse_address(text).spelling
        for name in ADDRESSES
        if (text := getattr(settings, name))
    }


def _problems(settings: NewsletterSettings) -> Iterator[tuple[str, str]]:
    yield from _text_problems(settings)
    yield from _address_problems(settings)
    yield from _choice_problems(settings)
    yield from _rule_problems(settings)


def _text_problems(settings: NewsletterSettings) -> Iterator[tuple[str, str]]:
    for name, longest in LONGEST.items():
        text = getattr(settings, name)
        if name in REQUIRED and not text:
            yield name, _("Please fill this in.")
        if name not in MANY_LINES and has_control_characters(text):
            yield name, _("This must be one line, without line breaks.")
        if len(text) > longest:
            yield name, _too_long(length=len(text), longest=longest)


def _too_long(*, length: int, longest: int) -> str:
    return ngettext(
        "This is too long: %(length)d characters, and only %(longest)d fits.",
        "This is too long: %(length)d characters, and only %(longest)d fit.",
        longest,
    ) % {"length": length, "longest": longest}


def _address_problems(settings: NewsletterSettings) -> Iterator[tuple[str, str]]:
    for name in ADDRESSES:
        text = getattr(settings, name)
        if not text:
            continue
        try:
            parse_address(text)
        except BadAddress:
            problem = _("“%(text)s” is not an e-mail address like news@example.org.")
            yield name, problem % {"text": text}


def _choice_problems(settings: NewsletterSettings) -> Iterator[tuple[str, str]]:
    if settings.selection not in Selection.values:
        yield "selection", _("Please choose one of these.")
    if settings.language not in dict(django_settings.LANGUAGES):
        yield "language", _("Please choose one of these.")
    if not 1 <= settings.selection_days <= MOST_DAYS:
        yield "selection_days", _between(MOST_DAYS)
    if not 1 <= settings.selection_count <= MOST_PER_SECTION:
        yield "selection_count", _between(MOST_PER_SECTION)


def _rule_problems(settings: NewsletterSettings) -> Iterator[tuple[str, str]]:
    tags = tidy_tags(settings.tags)
    if len(tags) > MOST_TAGS:
        yield (
            "tags",
            _("These are too many tags: at most %(most)d.") % {"most": MOST_TAGS},
        )
    for tag in tags:
        if len(tag) > LONGEST_TAG or has_control_characters(tag):
            problem = _("“%(tag)s” is too long for a tag, or has odd characters.")
            yield "tags", problem % {"tag": tag[:LONGEST_TAG]}
    if settings.tags_match not in TagMatch.values:
        yield "tags_match", _("Please choose one of these.")
    limit = settings.section_limit
    if limit is not None and not 1 <= limit <= MOST_PER_SECTION:
        yield "section_limit", _between(MOST_PER_SECTION)
    if not 1 <= settings.minimum <= MOST_WANTED:
        yield "minimum", _between(MOST_WANTED)


def _between(most: int) -> str:
    return _("Please write a number from 1 to %(most)d.") % {"most": most}
