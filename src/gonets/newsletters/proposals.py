"""What a new issue says before its editor has said anything."""

from __future__ import annotations

from datetime import date

from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext as _


def proposed_subject(title: str, *, language: str, day: date) -> str:
    """Return the newsletter's name and the day of the issue, in its language."""
    with translation.override(language):
        date = date_format(day, "DATE_FORMAT")
        return _("%(newsletter)s: %(date)s") % {"newsletter": title, "date": date}


def proposed_greeting(language: str) -> str:
    """Return a greeting by name that also suits those who gave none."""
    with translation.override(language):
        friends = _("friends")
        reader = f'{{{{ subscriber.name | default("{friends}") }}}}'
        return _("Hello, %(reader)s!") % {"reader": reader}


def proposed_intro(language: str) -> str:
    with translation.override(language):
        words = _("Here is what is new on our site.")
    return f"<p>{escape(words)}</p>"


def teaser_html(text: str) -> str:
    """Return plain ``text`` as a fragment: blank lines part paragraphs."""
    blocks = (" ".join(block.split()) for block in text.split("\n\n"))
    return "".join(f"<p>{escape(block)}</p>" for block in blocks if block)
