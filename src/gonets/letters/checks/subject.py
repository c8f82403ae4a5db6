"""The subject: is there one, is it short enough, does it shout?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from django.utils.translation import gettext as _

from gonets.letters.problems import Level, Problem
from gonets.letters.specimens import Specimen

LONG_CHARACTERS = 100
FEWEST_LETTERS = 8
"""A word or an abbreviation in capitals is nobody's shouting."""

SHOUTING_SHARE = 0.7


def presence(specimen: Specimen) -> Iterator[Problem]:
    if not specimen.content.subject.strip():
        yield Problem(
            level=Level.BLOCKING,
            code="subject-empty",
            text=_("The letter has no subject."),
            why=_("It is the first thing that readers see, often the only one."),
            fix=_("Write in a few words what it is about."),
            field="subject",
            may_pass=True,
        )


def length(specimen: Specimen) -> Iterator[Problem]:
    if len(specimen.content.subject.strip()) > LONG_CHARACTERS:
        yield Problem(
            level=Level.WARNING,
            code="subject-long",
            text=_("The subject is longer than mail programs show."),
            why=_("On a phone readers see about 40 characters."),
            fix=_("Put what matters into the first 50 characters."),
            field="subject",
        )


def shouting(specimen: Specimen) -> Iterator[Problem]:
    how = _how_it_shouts(specimen.content.subject)
    if how:
        yield Problem(
            level=Level.WARNING,
            code="subject-shouting",
            text=how,
            why=_("Readers and spam filters take that for advertising."),
            fix=_("Say it calmly."),
            field="subject",
        )


def pretence(specimen: Specimen) -> Iterator[Problem]:
    if _ANSWER.match(specimen.content.subject):
        yield Problem(
            level=Level.WARNING,
            code="subject-pretends",
            text=_("The subject begins like an answer or a forwarded letter."),
            why=_("Readers feel deceived, and spam filters know the trick."),
            fix=_("Leave the first word out."),
            field="subject",
        )


def _how_it_shouts(subject: str) -> str:
    letters = [each for each in subject if each.isalpha()]
    capitals = sum(each.isupper() for each in letters)
    if len(letters) >= FEWEST_LETTERS and capitals > SHOUTING_SHARE * len(letters):
        return _("The subject is in capitals.")
    if _MARKS.search(subject):
        return _("The subject has several exclamation marks in a row.")
    if _PICTURES.search("".join("☺" if _is_emoji(each) else each for each in subject)):
        return _("The subject has several emoji in a row.")
    return ""


def _is_emoji(character: str) -> bool:
    return unicodedata.category(character) == "So"


_ANSWER = re.compile(r"\s*(re|fw|fwd|aw|ответ|пересл)\s*:", re.IGNORECASE)
_MARKS = re.compile(r"[!?]*!\s*[!?]*!|\?{3,}")
# Variation selectors and joiners belong to the emoji beside them.
_PICTURES = re.compile("(?:☺[\ufe0f\u200d\U0001f3fb-\U0001f3ff\\s]*){3}")

CHECKS = (presence, length, shouting, pretence)
