"""What a letter says by itself, in its own language, whatever the editor's is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from django.utils import translation
from django.utils.translation import gettext, pgettext

RIGHT_TO_LEFT = {"ar", "fa", "he", "ur", "yi"}


def words_in(language: str, *, newsletter: str, address: str) -> Mapping[str, str]:
    """Return the fixed sentences of a letter; the arguments are put in as they are."""
    with translation.override(language):
        return MappingProxyType(
            {
                "read_on": pgettext("letter", "Read on"),
                "in_browser": pgettext("letter", "View in browser"),
                "to_calendar": pgettext("letter", "Add to calendar"),
                "why": gettext(
                    "You receive this letter because you are subscribed to "
                    "“%(newsletter)s”."
                )
                % {"newsletter": newsletter},
                "sent_to": gettext("It was sent to %(address)s.")
                % {"address": address},
                "unsubscribe": pgettext("letter", "Unsubscribe"),
            }
        )


def direction_of(language: str) -> str:
    """Return the value of ``dir`` for a language."""
    return "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"


def direction_of_text(text: str) -> str:
    """Return the direction of the first letter that has one; "" if none has.

    As Unicode has it (UAX 9, P2 and P3), tags and entities of HTML passed over.
    """
    for character in _MARKUP.sub("", text):
        match unicodedata.bidirectional(character):
            case "L":
                return "ltr"
            case "R" | "AL":
                return "rtl"
    return ""


_MARKUP = re.compile(r"<[^>]*>|&#?\w+;")
