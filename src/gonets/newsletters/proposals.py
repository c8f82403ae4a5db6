"""What a new issue says before its editor has said anything."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext as _


def proposed_subject(title: str, *, language: str, now: datetime) -> str:
    """Return the newsletter's name and today's date, in its language."""
    with translation.override(language):
        today = date_format(timezone.localtime(now), "DATE_FORMAT")
        return _("%(newsletter)s: %(date)s") % {"newsletter": title, "date": today}


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
