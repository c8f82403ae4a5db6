"""What can be wrong with a letter, by who can mend it.

``LetterError``
    ``TemplateFault``: the letter as a whole cannot be made; an editor must correct it.
    ``ReaderUnfit``: this one reader's letter cannot be made; the others can.
    ``TemplateRefused``: an own template cannot be kept; its author must correct it.
    ``TemplateChanged``: somebody else saved the template first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _


class LetterError(Exception):
    """The text is for people, in their language."""


class TemplateFault(LetterError):
    """``field`` names what to correct as in-place editing does; "" is the design."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class ReaderUnfit(LetterError):
    """No legal message can be made of what is known of this reader."""


class TemplateRefused(LetterError):
    """``faults`` are values of ``checking.DesignFault``, in the order of lines."""

    def __init__(self, faults: Sequence[Any]) -> None:
        super().__init__("; ".join(fault.reason for fault in faults))
        self.faults = tuple(faults)


class TemplateChanged(LetterError):
    """``number`` is the version that is stored now."""

    def __init__(self, number: int) -> None:
        sentence = _("Somebody has saved version %(number)d meanwhile.")
        super().__init__(sentence % {"number": number})
        self.number = number
