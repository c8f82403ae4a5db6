"""A letter's content as JSON: what an issue's version keeps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass, replace
from typing import Any

from gonets.letters.types import (
    Brand,
    BrandLink,
    ColumnContent,
    EntryContent,
    EventContent,
    LetterContent,
    OwnDesign,
    PictureContent,
    SectionContent,
)


def content_as_json(content: LetterContent) -> dict[str, Any]:
    """Return what ``json`` can write and ``content_from_json`` reads back."""
    stored: dict[str, Any] = _plain(content)
    return stored


def content_from_json(stored: Mapping[str, Any]) -> LetterContent:
    """Return the content that ``content_as_json`` was given.

    :raises KeyError, TypeError: for anything else.
    """
    sections = tuple(_section(section) for section in stored["sections"])
    brand = _brand(stored.get("brand") or {})
    own = OwnDesign(**stored["own_design"]) if stored.get("own_design") else None
    made = {"sections": sections, "brand": brand, "own_design": own}
    return LetterContent(**{**stored, **made})


def canonical_json(content: LetterContent) -> str:
    """Return all of the content in ASCII, the same for the same wording.

    Where a version is to be seen is no part of its wording: each has its own address.
    """
    wording = replace(content, browser_address="")
    return json.dumps(
        _plain(wording), ensure_ascii=True, sort_keys=True, separators=(",", ":")
    )


def digest_of(content: LetterContent) -> str:
    """Return the SHA-256 that a wording is known by."""
    return hashlib.sha256(canonical_json(content).encode("ascii")).hexdigest()


def _plain(value: Any) -> Any:
    """Return what JSON has for ``value``.

    What was left at its default is left out: a field that is added to the letter later
    changes neither what older versions are known by nor whether they can be read.
    """
    if is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name))
            for field in fields(value)
            if not _is_left_out(field, getattr(value, field.name))
        }
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


def _is_left_out(field: Field[Any], value: Any) -> bool:
    # A section's key has always been written.
    return field.name != "key" and value == field.default


def _section(stored: Mapping[str, Any]) -> SectionContent:
    entries = tuple(_entry(entry) for entry in stored["entries"])
    return SectionContent(**{**stored, "entries": entries})


def _entry(stored: Mapping[str, Any]) -> EntryContent:
    made = {
        "picture": _picture(stored["picture"]),
        "event": EventContent(**stored["event"]) if stored.get("event") else None,
        "second": _column(stored.get("second")),
        "personal": tuple(stored.get("personal", ())),
    }
    return EntryContent(**{**stored, **made})


def _brand(stored: Mapping[str, Any]) -> Brand:
    """Return the brand; versions from before there were brands have none."""
    values = {
        **stored,
        "logo": _picture(stored.get("logo")),
        "logo_dark": _picture(stored.get("logo_dark")),
        "links": tuple(BrandLink(**link) for link in stored.get("links", ())),
    }
    return Brand(**values)


def _column(stored: Mapping[str, Any] | None) -> ColumnContent | None:
    if stored is None:
        return None
    return ColumnContent(**{**stored, "picture": _picture(stored.get("picture"))})


def _picture(stored: Mapping[str, Any] | None) -> PictureContent | None:
    return PictureContent(**stored) if stored else None
