"""The demo's texts as values, read from the files of ``content/<language>/``.

A section's file is Markdown: ``# name``, for each material ``## title``, lines like
``when: 3 10:30`` (days ago, then the hour; a negative number is days ahead), a teaser
and paragraphs, parted by blank lines.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.html import escape

CONTENT = Path(__file__).parent / "content"
LANGUAGES = ("ru", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenMaterial:
    title: str
    facts: Mapping[str, str]  # slug, when, picture, alt, hidden
    paragraphs: tuple[str, ...]  # the first one is the teaser

    @property
    def body(self) -> str:
        return "".join(f"<p>{escape(text)}</p>" for text in self.paragraphs)

    def published_at(self, now: datetime) -> datetime:
        """Return the moment so many days ago, at that hour of this server's clock."""
        days, hour = self.facts["when"].split()
        day = timezone.localtime(now).date() - timedelta(days=int(days))
        return timezone.make_aware(datetime.combine(day, time.fromisoformat(hour)))


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSection:
    key: str  # the name of its file
    name: str
    parent: str  # by name; empty at the top
    materials: tuple[WrittenMaterial, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSite:
    sections: tuple[WrittenSection, ...]  # each after the one it is in
    settings: Mapping[str, Any]  # ``site.json``


def written_site(language: str) -> WrittenSite:
    folder = CONTENT / language
    return WrittenSite(
        sections=tuple(_section(file) for file in sorted(folder.glob("*.md"))),
        settings=json.loads((folder / "site.json").read_text("utf-8")),
    )


def _section(file: Path) -> WrittenSection:
    head, *materials = file.read_text("utf-8").split("\n## ")
    title, _, facts = head.removeprefix("# ").partition("\n")
    return WrittenSection(
        key=file.stem,
        name=title.strip(),
        parent=_facts(facts).get("in", ""),
        materials=tuple(_material(written) for written in materials),
    )


def _material(written: str) -> WrittenMaterial:
    head, *paragraphs = (block.strip() for block in written.split("\n\n"))
    title, _, facts = head.partition("\n")
    return WrittenMaterial(
        title=title, facts=_facts(facts), paragraphs=tuple(filter(None, paragraphs))
    )


def _facts(lines: str) -> dict[str, str]:
    pairs = (line.partition(": ") for line in lines.splitlines() if line.strip())
    return {name: value.strip() for name, _, value in pairs}
