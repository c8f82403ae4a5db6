"""Names of people as text: what is kept, and what a search compares."""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext as _

from gonets.audience.errors import BadName

MAX_NAME_CHARACTERS = 200


def clean_name(text: str) -> str:
    """Return the name in NFC on one line, without invisible characters.

    Line breaks become spaces: a name is put into headers of letters.

    :raises BadName: if it is too long to be one.
    """
    visible = visible_line(text)
    if len(visible) > MAX_NAME_CHARACTERS:
        raise BadName(
            _("The name is longer than %(limit)d characters.")
            % {"limit": MAX_NAME_CHARACTERS}
        )
    return visible


def visible_line(text: str) -> str:
    """Return ``text`` in NFC on one line, without invisible characters."""
    one_line = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(filter(_is_visible, one_line)).strip()


def _is_visible(character: str) -> bool:
    """Control characters, bidirectional overrides and lone surrogates are not."""
    joiner = character in "\u200c\u200d"  # Persian and emoji are spelled with them.
    return joiner or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}


def folded(text: str) -> str:
    """Return ``text`` as a search compares it: «Семён» finds «СЕМЕН»."""
    decomposed = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return unicodedata.normalize("NFC", decomposed)


def search_text(*, name: str, address: str, address_key: str) -> str:
    """Return what a search looks in: the name and both spellings of the address."""
    both = address if folded(address) == address_key else f"{address} {address_key}"
    return folded(f"{name} {both}")
