"""Finding words in any case and in any language, on every database."""

from __future__ import annotations

import unicodedata

from gonets.kernel.html import text_of

MAX_SEARCHED_CHARACTERS = 20_000
MAX_WORDS = 10
"""More words than anybody types; each is one more condition of the query."""


def folded(text: str) -> str:
    """Return ``text`` as it is compared: without case, «ё» as «е»."""
    composed = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return " ".join(composed.split())


def search_words(text: str) -> list[str]:
    return folded(text).split()[:MAX_WORDS]


def searchable(*, title: str, teaser: str, body: str) -> str:
    """Return what a search looks through; ``body`` is HTML, the others are text."""
    words = f"{title}\n{teaser}\n{text_of(body)}"
    return folded(words[:MAX_SEARCHED_CHARACTERS])
