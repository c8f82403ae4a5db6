"""What can be wrong with the standalone product, for the person at the terminal.

CannotStart
    WrongSetting — a variable of the environment says something that cannot be meant
"""

from __future__ import annotations


class CannotStart(Exception):
    """One sentence says what is wrong and what to do; there is no traceback.

    ``text`` is an English source string, translated only when it is shown: settings
    are read before Django knows a language.
    """

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text % values if values else text)
        self.text = text
        self.values = values


class WrongSetting(CannotStart):
    """Write something else into this variable."""
