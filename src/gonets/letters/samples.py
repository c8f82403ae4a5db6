"""A letter to look at designs with, in the language of the newsletter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files

from gonets.letters.storing import content_from_json
from gonets.letters.types import EntryContent, LetterContent, SectionContent

LANGUAGES = ("en", "ru")


def sample_letter(language: str, *, pictures_at: str) -> LetterContent:
    """Return a made-up letter; its pictures have addresses below ``pictures_at``."""
    known = language if language in LANGUAGES else "en"
    file = files("gonets.letters") / "sample" / f"{known}.json"
    content = content_from_json(json.loads(file.read_text("utf-8")))
    sections = tuple(_sections(content.sections, pictures_at))
    return replace(content, sections=sections)


def _sections(
    sections: tuple[SectionContent, ...], pictures_at: str
) -> Iterator[SectionContent]:
    for section in sections:
        entries = tuple(_entry(entry, pictures_at) for entry in section.entries)
        yield replace(section, entries=entries)


def _entry(entry: EntryContent, pictures_at: str) -> EntryContent:
    if entry.picture is None:
        return entry
    address = f"{pictures_at}{entry.picture.address}"
    return replace(entry, picture=replace(entry.picture, address=address))
