"""Is there anything in the letter, and is it more than pictures?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from gonets.kernel.html import text_of
from gonets.letters.problems import Goal, Level, Problem
from gonets.letters.specimens import Specimen

FEWEST_CHARACTERS = 200
"""Of a letter with pictures: less is what a picture of a letter looks like."""


def substance(specimen: Specimen) -> Iterator[Problem]:
    content = specimen.content
    entries = [entry for section in content.sections for entry in section.entries]
    if any(entry.is_material for entry in entries):
        return
    if entries or text_of(content.intro).strip() or text_of(content.outro).strip():
        yield Problem(
            level=Level.WARNING,
            code="materials-missing",
            text=_("There are no materials in the letter, only its text."),
            fix=_("If that is not what you want, go back and add some."),
            goal=Goal.MATERIALS,
        )
        return
    yield Problem(
        level=Level.BLOCKING,
        code="letter-empty",
        text=_("There is nothing in the letter."),
        fix=_("Add materials or write a text."),
        field="intro",
        may_pass=True,
    )


def words_beside_pictures(specimen: Specimen) -> Iterator[Problem]:
    page = specimen.page
    if not page.pictures or len(specimen.own_words) >= FEWEST_CHARACTERS:
        return
    yield Problem(
        level=Level.WARNING,
        code="only-pictures",
        text=_("The letter is little more than pictures."),
        why=_(
            "Many readers see no pictures at first, and spam filters distrust letters "
            "without words."
        ),
        fix=_("Say the most important thing in words, too."),
        field="intro",
    )


def leftovers(specimen: Specimen) -> Iterator[Problem]:
    found = _LEFTOVER.search(f"{specimen.subject} {specimen.page.text}")
    if found:
        yield Problem(
            level=Level.WARNING,
            code="placeholder-left",
            text=_("“%(text)s” looks like something still to be filled in.")
            % {"text": found[0].strip()[:60]},
            why=_("Readers would see it as it stands there."),
            fix=_("Replace it by what was meant."),
            field="subject" if found[0] in specimen.subject else "",
        )


# What other programs fill in, and what people write to come back to.
_LEFTOVER = re.compile(
    r"\*\|\w+\|\*|%%\w+%%|%[A-Z][A-Z_]{2,}%|\[\[[^\[\]]{1,40}\]\]"
    r"|\[[A-ZА-ЯЁ][A-ZА-ЯЁ_ ]{2,30}\]|\$\{\w+\}|\{\{[^{}]{1,60}\}\}"
    r"|\b(?i:lorem ipsum)\b|\bTODO\b|\bXXX+\b",
)

CHECKS = (substance, words_beside_pictures, leftovers)
