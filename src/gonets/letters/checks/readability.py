"""Headings, colours and language: what makes a letter readable for everybody."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from gonets.letters.contrast import Faint, faint_words, in_dark
from gonets.letters.problems import Goal, Level, Problem
from gonets.letters.specimens import Specimen

OF_THE_DESIGN = ("title", "heading")
"""Fields whose headings the design makes; their order is not the editor's."""

FEWEST_LETTERS = 80
MOST_COLOURS = 4

SCRIPTS = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "tg"), "CYRILLIC"),
    **dict.fromkeys(("en", "de", "fr", "es", "it", "pl", "pt", "nl", "tr"), "LATIN"),
    **dict.fromkeys(("ar", "fa", "ur"), "ARABIC"),
    **dict.fromkeys(("he", "yi"), "HEBREW"),
    "el": "GREEK",
}


def headings(specimen: Specimen) -> Iterator[Problem]:
    before: dict[str, int] = {}
    for heading in specimen.page.headings:
        if heading.field.rpartition(".")[2] in OF_THE_DESIGN:
            continue
        last = before.get(heading.field)
        if last is not None and heading.level > last + 1:
            yield Problem(
                level=Level.ADVICE,
                code="headings-leap",
                text=_("The heading “%(text)s” leaves out a level.")
                % {"text": heading.text[:60]},
                why=_("Whoever listens to the letter finds the way by its headings."),
                fix=_("Make it one level larger."),
                field=heading.field,
            )
        before[heading.field] = heading.level


def language(specimen: Specimen) -> Iterator[Problem]:
    if not specimen.html:
        return
    if not specimen.page.language:
        yield Problem(
            level=Level.WARNING,
            code="language-missing",
            text=_("The letter does not say which language it is in."),
            why=_("Screen readers need it to pronounce the words."),
            fix=_("Add it to the design: <mjml lang=…> or <html lang=…>."),
            goal=Goal.NEWSLETTER,
        )
        return
    expected = SCRIPTS.get(specimen.page.language.partition("-")[0].lower())
    written = _script_of(specimen.own_words)
    if expected and written and written != expected:
        yield Problem(
            level=Level.ADVICE,
            code="language-other",
            text=_("The letter is written in another language than it says."),
            why=_("Screen readers would pronounce every word wrongly."),
            fix=_("Set the language of the newsletter."),
            goal=Goal.NEWSLETTER,
        )


def contrast(specimen: Specimen) -> Iterator[Problem]:
    if not specimen.html:
        return
    for faint in faint_words(specimen.html)[:MOST_COLOURS]:
        text = _(
            "“%(text)s” can hardly be read: contrast %(ratio)s, at least %(least)s."
        )
        yield _too_faint(faint, text)
    text = _(
        "In dark mode “%(text)s” can hardly be read: contrast %(ratio)s, at least "
        "%(least)s."
    )
    dark = in_dark(specimen.html)
    for faint in faint_words(dark)[:MOST_COLOURS] if dark else ():
        yield _too_faint(faint, text)


def _too_faint(faint: Faint, text: str) -> Problem:
    colours = {
        "colour": "#{:02x}{:02x}{:02x}".format(*faint.colour),
        "background": "#{:02x}{:02x}{:02x}".format(*faint.background),
    }
    return Problem(
        level=Level.WARNING,
        code="contrast-low",
        text=text
        % {
            "text": faint.text,
            "ratio": number_format(faint.ratio, 1),
            "least": number_format(faint.least, 1),
        },
        why=_("Not everybody sees well, and the sun shines on phones."),
        fix=_("Take other colours than %(colour)s on %(background)s.") % colours,
        goal=Goal.NEWSLETTER,
    )


def _script_of(text: str) -> str:
    """Return the script of nearly all letters; "" if none prevails."""
    letters = [each for each in text if each.isalpha()][:5_000]
    if len(letters) < FEWEST_LETTERS:
        return ""
    counts: dict[str, int] = {}
    for each in letters:
        script = unicodedata.name(each, "").partition(" ")[0]
        counts[script] = counts.get(script, 0) + 1
    script, count = max(counts.items(), key=lambda pair: pair[1])
    return script if count > 0.8 * len(letters) else ""


CHECKS = (headings, language, contrast)
