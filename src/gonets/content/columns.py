"""What a draft becomes in the database: clean and short, whoever made it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from gonets.content.cleaning import (
    TEASER_CHARACTERS,
    TITLE_CHARACTERS,
    TITLE_FROM_TEXT_CHARACTERS,
    clean_address,
)
from gonets.content.connectors.base import MaterialDraft
from gonets.content.markup import inert
from gonets.content.searching import searchable
from gonets.content.states import PictureState
from gonets.kernel.html import excerpt, line_of, storable, text_of_clean

MOST_TAGS = 50
MOST_ORIGINAL_CHARACTERS = 1_000_000

FOLLOWED = (
    *("title", "teaser", "body", "address", "author", "picture_alt", "tags"),
    *("picture_source", "original", "expires_at", "language", "visibility"),
)
"""What a material takes from its source; whether it is published, editors decide."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_UNTITLED = "…"


def columns_of(draft: MaterialDraft) -> dict[str, Any]:
    teaser = storable(draft.teaser).strip()
    if not teaser:
        words = inert(text_of_clean(draft.body))
        teaser = excerpt(words, characters=TEASER_CHARACTERS)
    return {
        "title": _title(draft, teaser),
        "teaser": teaser,
        "body": draft.body,
        "address": clean_address(draft.address),
        "author": line_of(draft.author)[:200],
        "picture_alt": line_of(draft.picture_alt)[:500],
        "picture_source": clean_address(draft.picture_address),
        "tags": _tags(draft.tags),
        "expires_at": draft.expires_at,
        "language": _language(draft.language),
        "visibility": draft.visibility,
        "original": storable_json(draft.original),
    }


def _title(draft: MaterialDraft, teaser: str) -> str:
    """Return what people call it: many notes have no title of their own."""
    if title := line_of(draft.title)[:TITLE_CHARACTERS]:
        return title
    words = excerpt(teaser, characters=TITLE_FROM_TEXT_CHARACTERS)
    return words or clean_address(draft.address)[:TITLE_CHARACTERS] or _UNTITLED


def search_text(columns: Mapping[str, Any]) -> str:
    return searchable(
        title=columns["title"], teaser=columns["teaser"], body=columns["body"]
    )


def picture_state_of(draft: MaterialDraft) -> PictureState:
    return PictureState.WANTED if draft.picture_address else PictureState.NONE


def storable_json(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return what every database takes as JSON; nothing of what is far too large.

    PostgreSQL takes neither NUL nor lone surrogates, and JSON knows no NaN.
    """
    try:
        kept = {storable(str(name)): _plain(each) for name, each in value.items()}
        written = json.dumps(kept)
    except (ValueError, RecursionError):
        return {}
    return kept if len(written) <= MOST_ORIGINAL_CHARACTERS else {}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {storable(str(name)): _plain(each) for name, each in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [_plain(each) for each in value]
    return storable(str(value))


def _tags(tags: Iterable[str]) -> list[str]:
    lines = (line_of(str(tag))[:200] for tag in tags)
    return list(dict.fromkeys(line for line in lines if line))[:MOST_TAGS]


def _language(tag: str) -> str:
    tag = tag.strip().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) and len(tag) <= 35 else ""
