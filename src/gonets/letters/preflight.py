"""What is wrong with a letter before it goes out, and how to put it right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gonets.kernel.html import text_of
from gonets.letters.clipping import CLIP_BYTES
from gonets.letters.compiling import compile_letter
from gonets.letters.errors import LetterError, TemplateFault
from gonets.letters.fields import fields_of
from gonets.letters.types import EntryContent, LetterContent, Reader

NEARLY_CLIPPED_BYTES = 92_000
LONG_SUBJECT_CHARACTERS = 100
KNOWN_VALUES = {"name", "address"}

SAMPLE_READER = Reader(
    address="somebody@example.com",
    values={
        "name": "Aleksandra Konstantinopolskaya",
        "address": "somebody@example.com",
    },
    unsubscribe_address=f"https://example.com/u/{'x' * 80}/",
    message_id="<sample@example.com>",
    date=datetime(2026, 1, 1, tzinfo=UTC),
)


class Level(TextChoices):
    BLOCKING = "blocking", gettext_lazy("must be put right")
    WARNING = "warning", gettext_lazy("worth a look")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """``text`` says what is wrong, ``fix`` what to do, ``field`` where."""

    level: Level
    code: str
    text: str
    fix: str
    field: str = ""

    @property
    def blocking(self) -> bool:
        return self.level == Level.BLOCKING


def problems_of(content: LetterContent) -> list[Problem]:
    """Return everything found, what blocks first."""
    found = [problem for check in CHECKS for problem in check(content)]
    return sorted(found, key=lambda problem: not problem.blocking)


def _subject(content: LetterContent) -> Iterator[Problem]:
    subject = content.subject.strip()
    if not subject:
        yield _blocking(
            "subject-empty",
            _("The letter has no subject."),
            _("Write in a few words what it is about."),
            field="subject",
        )
    elif len(subject) > LONG_SUBJECT_CHARACTERS:
        yield _warning(
            "subject-long",
            _("The subject is longer than mail programs show."),
            _("Put what matters into the first 50 characters."),
            field="subject",
        )


def _substance(content: LetterContent) -> Iterator[Problem]:
    if any(True for _entry in _entries(content)):
        return
    if text_of(content.intro).strip() or text_of(content.outro).strip():
        yield _warning(
            "materials-missing",
            _("There are no materials in the letter, only its text."),
            _("If that is not what you want, go back and add some."),
        )
    else:
        yield _blocking(
            "letter-empty",
            _("There is nothing in the letter."),
            _("Add materials or write a text."),
            field="intro",
        )


def _sender(content: LetterContent) -> Iterator[Problem]:
    if not content.sender_address.strip():
        yield _blocking(
            "sender-missing",
            _("The newsletter has no sender's address."),
            _("Enter it in the newsletter's settings."),
        )
    if not content.sender_name.strip():
        yield _warning(
            "sender-name-missing",
            _("Readers will see an address instead of a sender's name."),
            _("Enter the name in the newsletter's settings."),
        )
    if not content.postal_address.strip():
        yield _blocking(
            "postal-address-missing",
            _("The newsletter has no postal address; the law of many countries asks."),
            _("Enter it in the newsletter's settings."),
        )


def _pictures(content: LetterContent) -> Iterator[Problem]:
    for entry in _entries(content):
        if entry.picture is None:
            continue
        if not entry.picture.alt.strip():
            yield _warning(
                "picture-without-description",
                _("The picture of “%(title)s” has no description.")
                % {"title": _short(entry.title)},
                _("Describe it for readers who do not see pictures."),
                field=f"entry.{entry.key}.picture_alt",
            )
        if not _is_web(entry.picture.address):
            yield _relative(entry, _("The picture of “%(title)s” has no full address."))


def _links(content: LetterContent) -> Iterator[Problem]:
    for entry in _entries(content):
        if not entry.is_material and not entry.address:
            continue
        if not entry.address:
            yield _warning(
                "link-missing",
                _("“%(title)s” leads nowhere.") % {"title": _short(entry.title)},
                _("Give the material an address on the site."),
                field=f"entry.{entry.key}.title",
            )
        elif not _is_web(entry.address):
            yield _relative(entry, _("The link of “%(title)s” has no full address."))


def _relative(entry: EntryContent, text: str) -> Problem:
    return _warning(
        "link-relative",
        text % {"title": _short(entry.title)},
        _("It must begin with https://; until then it is left out."),
        field=f"entry.{entry.key}.title",
    )


def _personal_parts(content: LetterContent) -> Iterator[Problem]:
    try:
        fields = fields_of(content)
    except TemplateFault:
        return  # ``_rendering`` names it.
    for name in ("subject", "preheader", "greeting", "intro", "outro"):
        for piece in getattr(fields, name):
            if isinstance(piece, str):
                continue
            for value in sorted(set(_VALUE.findall(piece.source)) - KNOWN_VALUES):
                yield _warning(
                    "personal-value-unknown",
                    _("Nothing is known as “subscriber.%(name)s”; it stays empty.")
                    % {"name": value},
                    _("Write subscriber.name or subscriber.address."),
                    field=name,
                )


def _rendering(content: LetterContent) -> Iterator[Problem]:
    if not content.sender_address.strip():
        return  # Named already, and nothing can be made without it.
    try:
        letter = compile_letter(content)
        letter.message_for(SAMPLE_READER)
        size = len(letter.html_for(SAMPLE_READER).encode())
    except LetterError as error:
        yield _blocking(
            "letter-broken",
            str(error),
            _("Correct it; the letter cannot be made until then."),
            field=getattr(error, "field", ""),
        )
        return
    yield from _size(size)


def _size(size: int) -> Iterator[Problem]:
    if size <= NEARLY_CLIPPED_BYTES:
        return
    kilobytes = -(-size // 1024)
    clipped = size > CLIP_BYTES
    text = _("The letter has %(size)d KB; Gmail cuts off what is over 100 KB.")
    yield Problem(
        level=Level.WARNING,
        code="letter-clipped" if clipped else "letter-nearly-clipped",
        text=text % {"size": kilobytes},
        fix=_("Take some materials out or shorten the texts."),
    )


CHECKS: tuple[Callable[[LetterContent], Iterator[Problem]], ...] = (
    *(_subject, _substance, _sender, _rendering, _personal_parts, _pictures, _links),
)

_VALUE = re.compile(r"\bsubscriber\.(\w+)")


def _entries(content: LetterContent) -> Iterator[EntryContent]:
    return (entry for section in content.sections for entry in section.entries)


def _is_web(address: str) -> bool:
    return address.startswith(("https://", "http://"))


def _short(title: str) -> str:
    return title if len(title) <= 60 else f"{title[:59].rstrip()}…"


def _blocking(code: str, text: str, fix: str, *, field: str = "") -> Problem:
    return Problem(level=Level.BLOCKING, code=code, text=text, fix=fix, field=field)


def _warning(code: str, text: str, fix: str, *, field: str = "") -> Problem:
    return Problem(level=Level.WARNING, code=code, text=text, fix=fix, field=field)
