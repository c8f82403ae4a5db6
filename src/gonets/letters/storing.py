"""A letter's content as JSON: what an issue's version keeps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from gonets.letters.types import (
    EntryContent,
    LetterContent,
    PictureContent,
    SectionContent,
)


def content_as_json(content: LetterContent) -> dict[str, Any]:
    """Return what ``json`` can write and ``content_from_json`` reads back."""
    stored: dict[str, Any] = json.loads(json.dumps(asdict(content)))
    return stored


def content_from_json(stored: Mapping[str, Any]) -> LetterContent:
    """Return the content that ``content_as_json`` was given.

    :raises KeyError, TypeError: for anything else.
    """
    sections = tuple(_section(section) for section in stored["sections"])
    return LetterContent(**{**stored, "sections": sections})


def canonical_json(content: LetterContent) -> str:
    """Return all of the content in ASCII, the same for the same wording."""
    return json.dumps(
        asdict(content), ensure_ascii=True, sort_keys=True, separators=(",", ":")
    )


def digest_of(content: LetterContent) -> str:
    """Return the SHA-256 that a wording is known by."""
    return hashlib.sha256(canonical_json(content).encode("ascii")).hexdigest()


def _section(stored: Mapping[str, Any]) -> SectionContent:
    entries = tuple(_entry(entry) for entry in stored["entries"])
    return SectionContent(**{**stored, "entries": entries})


def _entry(stored: Mapping[str, Any]) -> EntryContent:
    picture = stored["picture"] and PictureContent(**stored["picture"])
    return EntryContent(**{**stored, "picture": picture})
