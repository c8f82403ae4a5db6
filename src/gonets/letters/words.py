"""What a letter says by itself, in its own language, whatever the editor's is."""

from __future__ import annotations

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
