"""What the program says to the person at the terminal, in that person's language."""

from __future__ import annotations

import gettext
import os
import sys
from pathlib import Path

from dotenv import dotenv_values

from gonets.server.errors import CannotStart

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def explain(error: CannotStart) -> None:
    """Print one sentence; works before there are settings."""
    print(_translated(error.text) % error.values, file=sys.stderr, flush=True)


def _translated(text: str) -> str:
    return gettext.translation(
        "django", str(LOCALE), languages=[_language()], fallback=True
    ).gettext(text)


def _language() -> str:
    """Guess without checking: the setting itself may be what is wrong."""
    file = os.environ.get("GONETS_ENV_FILE", ".env")
    values = {**dotenv_values(file), **os.environ}
    names = ("GONETS_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    first = next((value for name in names if (value := values.get(name))), "")
    return "ru" if first.lower().startswith("ru") else "en"
