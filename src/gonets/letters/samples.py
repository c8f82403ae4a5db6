"""A letter to look at designs with, in the language of the newsletter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files

from gonets.letters.kinds import EntryKind
from gonets.letters.storing import content_from_json
from gonets.letters.types import (
    ColumnContent,
    EntryContent,
    EventContent,
    LetterContent,
    SectionContent,
)

LANGUAGES = ("en", "ru")
BLOCKS = tuple(kind.value for kind in EntryKind if kind != EntryKind.MATERIAL)


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


def with_every_block(
    sections: tuple[SectionContent, ...],
) -> tuple[SectionContent, ...]:
    """Put a block of every kind into the first section."""
    first, *others = sections
    blocks = tuple(_block(kind, first.entries[0]) for kind in BLOCKS)
    return (replace(first, entries=(*first.entries, *blocks)), *others)


def _block(kind: str, material: EntryContent) -> EntryContent:
    return replace(
        material,
        key=f"9{BLOCKS.index(kind)}",
        kind=kind,
        html="<p>HTML</p>",
        event=EventContent(starts="2026-05-07T19:00", place="Hall"),
        second=ColumnContent(text="<p>Second</p>", picture=material.picture),
    )
