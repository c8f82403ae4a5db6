"""What only blocks hold: whose it is, and what it must look like; pure."""

from __future__ import annotations

import re
from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from gonets.letters.kinds import EntryKind

CONTENT_KIND = {
    **dict.fromkeys(("starts", "ends", "time_zone", "place"), EntryKind.EVENT),
    **dict.fromkeys(("second", "second_picture", "second_alt"), EntryKind.COLUMNS),
    "html": EntryKind.HTML,
}
"""The words of ``Entry.content``, and the one kind of entry that has each."""

PICTURES = ("picture", "second_picture")
"""These are numbers of pictures, or empty."""

YEARS = range(1900, 2200)
"""At the ends of the calendar there is no moment in other time zones."""

_ADDRESS = re.compile(r"(?:https?://[^\s/][^\s]*|mailto:[^\s@]+@[^\s@]+|/[^\s/][^\s]*)")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d)?")


def checked_address(line: str) -> str:
    """Return where a title or a button leads.

    :raises ValueError: with a sentence, as the others here do.
    """
    if not (_ADDRESS.fullmatch(line) and is_readable(line)):
        raise ValueError(
            _("Enter an address such as https://example.org or name@example.org.")
        )
    return line


def is_readable(address: str) -> bool:
    """Whether an address can be taken apart: "https://[" looks like one and is none."""
    try:
        urlsplit(address)
    except ValueError:
        return False
    return True


def checked_picture(line: str) -> str:
    if not (line.isascii() and line.isdecimal()):
        raise ValueError(_("There is no such picture."))
    return line


def checked_moment(line: str) -> str:
    """Return a day, or a minute of a day."""
    # Some browsers add seconds.
    shortened = line[:16] if len(line) > 16 else line
    try:
        if not (_MOMENT.fullmatch(shortened) and shortened.isascii()):
            raise ValueError
        if datetime.fromisoformat(shortened).year not in YEARS:
            raise ValueError
    except ValueError:
        raise ValueError(_("Enter a day and a time of the calendar.")) from None
    return shortened


def checked_zone(line: str) -> str:
    if line not in available_timezones():
        raise ValueError(_("There is no time zone of this name."))
    return line


def ends_before_it_starts(starts: str, ends: str) -> bool:
    """Whether an event of these two moments, both checked, cannot be."""
    return bool(ends) and (
        _day(ends) < _day(starts) or ("T" in starts and "T" in ends and ends < starts)
    )


def _day(moment: str) -> date:
    return date.fromisoformat(moment[:10])
