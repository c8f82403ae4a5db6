"""How long people read a letter; pure."""

from __future__ import annotations

import re

WORDS_PER_MINUTE = 180
"""Of running text on a screen, in Russian or English, rather slowly."""

_ADDRESS = re.compile(r"\S*://\S+|\S+@\S+")
_WORD = re.compile(r"[^\W\d_]\w*")


def reading_minutes(text: str) -> int:
    """Return the whole minutes that the words of ``text`` take, at least one."""
    words = len(_WORD.findall(_ADDRESS.sub(" ", text)))
    return max(-(-words // WORDS_PER_MINUTE), 1)
