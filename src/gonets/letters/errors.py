"""What can be wrong with a letter, by who can mend it.

``LetterError``
    ``TemplateFault``: the letter as a whole cannot be made; an editor must correct it.
    ``ReaderUnfit``: this one reader's letter cannot be made; the others can.
"""

from __future__ import annotations


class LetterError(Exception):
    """The text is for people, in their language."""


class TemplateFault(LetterError):
    """``field`` names what to correct as in-place editing does; "" is the design."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class ReaderUnfit(LetterError):
    """No legal message can be made of what is known of this reader."""
