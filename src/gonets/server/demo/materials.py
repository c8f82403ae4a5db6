"""The demo's sections, materials and pictures."""

from __future__ import annotations

from datetime import datetime

from gonets.content.actions import create_material, create_section
from gonets.content.pictures import store_picture
from gonets.content.types import MaterialText
from gonets.server.demo.painting.scenes import painted
from gonets.server.demo.site import WrittenMaterial, WrittenSection, WrittenSite


def publish_site(site: WrittenSite, *, now: datetime) -> dict[str, int]:
    """Put everything in, the oldest material first; return the sections' ids by key."""
    ids = _make_sections(site.sections)
    written = [
        (each.published_at(now), section, each)
        for section in site.sections
        for each in section.materials
    ]
    for published_at, section, each in sorted(written, key=lambda one: one[0]):
        address = f"{site.settings['address']}/{section.key[3:]}/{each.facts['slug']}"
        create_material(
            _text(each, ids[section.key], address=address, published_at=published_at)
        )
    return ids


def _make_sections(sections: tuple[WrittenSection, ...]) -> dict[str, int]:
    by_name: dict[str, int] = {}
    by_key: dict[str, int] = {}
    for each in sections:
        parent_id = by_name[each.parent] if each.parent else None
        made = create_section(name=each.name, parent_id=parent_id)
        by_name[each.name] = by_key[each.key] = made.pk
    return by_key


def _text(
    written: WrittenMaterial, section_id: int, *, address: str, published_at: datetime
) -> MaterialText:
    picture = written.facts.get("picture")
    return MaterialText(
        section_id=section_id,
        title=written.title,
        teaser=written.paragraphs[0],
        body=written.body,
        address=address,
        picture_id=store_picture(painted(picture)).pk if picture else None,
        picture_alt=written.facts.get("alt", ""),
        published_at=published_at,
        is_published="hidden" not in written.facts,
    )
