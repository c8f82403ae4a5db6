"""Finding words in any case, form and language, on every database."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from gonets.kernel.html import text_of_clean

MAX_SEARCHED_CHARACTERS = 20_000
MAX_WORDS = 10
"""More words than anybody types; each is one more condition of the query."""

LONGEST_WORD = 60
SHORTEST_BEGINNING = 2

_WORD = re.compile(r"\w+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_ACCENTED = re.compile(r"[\u00c0-\u024f]")
_russian = snowballstemmer.stemmer("russian").stemWord
_english = snowballstemmer.stemmer("english").stemWord


@dataclass(frozen=True, slots=True)
class Term:
    """A word that is looked for: in all its forms, or as the beginning of one.

    ``beginning`` is empty where the word is complete: while the last one is still being
    typed, what begins so is found as well.
    """

    stem: str
    beginning: str = ""


def folded(text: str) -> str:
    """Return ``text`` as it is compared: without case or accents, «ё» as «е»."""
    composed = unicodedata.normalize("NFKC", text).casefold()
    if composed.isascii():
        return composed
    return _without_accents(composed.replace("ё", "е"))


def search_terms(text: str) -> list[Term]:
    """Return what the words of a search are looked for as."""
    words = _words(text)[:MAX_WORDS]
    terms = [Term(_stem(word)) for word in words]
    if words and len(words[-1]) >= SHORTEST_BEGINNING and not text[-1:].isspace():
        terms[-1] = Term(_stem(words[-1]), beginning=words[-1])
    return terms


def searchable(*, title: str, teaser: str, body: str) -> str:
    """Return what a search looks through: the stems of all words, once each.

    ``body`` is cleaned HTML, the others are text.
    """
    text = f"{title}\n{teaser}\n{text_of_clean(body)}"[:MAX_SEARCHED_CHARACTERS]
    words = dict.fromkeys(_words(text))
    return " ".join(dict.fromkeys(map(_stem, words)))


def _words(text: str) -> list[str]:
    words: list[str] = _WORD.findall(folded(text))
    return [
        word if len(word) <= LONGEST_WORD else word[:LONGEST_WORD] for word in words
    ]


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    stem = _russian if _CYRILLIC.search(word) else _english
    return str(stem(word))


def _without_accents(text: str) -> str:
    """Take the accents off Latin letters; «й» is a letter of its own."""
    return _ACCENTED.sub(lambda letter: _base(letter[0]), text)


@lru_cache(maxsize=1000)
def _base(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]
