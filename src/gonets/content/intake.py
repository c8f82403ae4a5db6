"""Taking over what a source gave: new appears, changed changes, nothing is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import transaction

from gonets.content.actions import next_position
from gonets.content.connectors.base import MaterialDraft, Reading, SectionDraft
from gonets.content.models import Material, Section, Source
from gonets.content.searching import searchable
from gonets.content.states import PictureState
from gonets.content.types import FetchReport
from gonets.kernel import clock
from gonets.kernel.html import clean_body, line_of, storable

CHUNK = 50
"""Materials per transaction: nobody waits long for SQLite's one writer."""

FOLLOWED = (
    *("title", "teaser", "body", "address", "author", "picture_alt"),
    *("picture_source", "original"),
)
"""What a material takes from its source; whether it is published, editors decide."""


def take_over(source: Source, reading: Reading) -> FetchReport:
    """Store what is new or changed.

    A material whose date the source does not tell gets the moment it first came.
    """
    sections = _follow_sections(source, reading.sections)
    drafts = enumerate(reading.materials)
    new = changed = 0
    while chunk := list(islice(drafts, CHUNK)):
        with transaction.atomic():
            came, differed = _take_chunk(source, sections, chunk)
        new += came
        changed += differed
    return FetchReport(
        new=new,
        changed=changed,
        unchanged=len(reading.materials) - new - changed,
        skipped=reading.skipped,
    )


@transaction.atomic
def _follow_sections(
    source: Source, drafts: Sequence[SectionDraft]
) -> dict[str, Section]:
    known = {section.external_id: section for section in source.sections.all()}
    for draft in drafts:
        section = known.get(draft.external_id)
        if section is None:
            section = _new_section(source, draft, parent=known.get(draft.parent_id))
            known[draft.external_id] = section
        else:
            _follow_name(section, _section_name(draft, source))
    return known


def _new_section(
    source: Source, draft: SectionDraft, *, parent: Section | None
) -> Section:
    parent_id = parent.pk if parent else None
    name = _section_name(draft, source)
    return Section.objects.create(
        source=source,
        parent=parent,
        external_id=draft.external_id,
        name=name,
        source_name=name,
        position=next_position(parent_id),
    )


def _section_name(draft: SectionDraft, source: Source) -> str:
    return line_of(draft.name)[:200] or source.name


def _follow_name(section: Section, name: str) -> None:
    """Take a new name from the source unless an editor has given one."""
    if name == section.source_name:
        return
    if section.name == section.source_name:
        section.name = name
    section.source_name = name
    section.save(update_fields=["name", "source_name"])


def _take_chunk(
    source: Source,
    sections: dict[str, Section],
    chunk: Sequence[tuple[int, MaterialDraft]],
) -> tuple[int, int]:
    """Return how many materials were new, and how many changed."""
    known = {
        material.external_id: material
        for material in Material.objects.filter(
            source=source, external_id__in=[draft.external_id for _, draft in chunk]
        )
    }
    new, changed = [], []
    for place, draft in chunk:
        material = known.get(draft.external_id)
        if material is None:
            section = sections[draft.section_id]
            new.append(_new_material(source, section, draft, place=place))
        elif _follow(material, draft):
            changed.append(material)
    # Two fetches of one source at once: the second finds the first one's rows there.
    Material.objects.bulk_create(new, ignore_conflicts=True)
    Material.objects.bulk_update(
        changed,
        [*FOLLOWED, "published_at", "changed_at", "search_text", "picture_state"],
    )
    return len(new), len(changed)


def _new_material(
    source: Source, section: Section, draft: MaterialDraft, *, place: int
) -> Material:
    now = clock.now()
    followed = _followed(draft)
    return Material(
        source=source,
        section=section,
        external_id=draft.external_id,
        # Sources give the newest first; dateless ones keep that order.
        published_at=draft.published_at or now - timedelta(seconds=place),
        created_at=now,
        changed_at=now,
        search_text=_search_text(followed),
        picture_state=_state_for(draft),
        **followed,
    )


def _follow(material: Material, draft: MaterialDraft) -> bool:
    """Make the material say what its source says; False if it does already."""
    followed = _followed(draft)
    published_at = draft.published_at or material.published_at
    if (
        material.picture_source != draft.picture_address
        or material.picture_state == PictureState.FAILED
    ):
        material.picture_state = _state_for(draft)
    is_same = published_at == material.published_at and all(
        getattr(material, name) == value for name, value in followed.items()
    )
    if is_same:
        if material.picture_state == PictureState.WANTED:
            material.save(update_fields=["picture_state"])
        return False
    for name, value in followed.items():
        setattr(material, name, value)
    material.published_at = published_at
    material.changed_at = clock.now()
    material.search_text = _search_text(followed)
    return True


def _followed(draft: MaterialDraft) -> dict[str, Any]:
    """Return the columns of a draft, safe to store whoever made it."""
    return {
        "title": line_of(draft.title)[:500],
        "teaser": storable(draft.teaser).strip(),
        "body": clean_body(draft.body),
        "address": _short_address(draft.address),
        "author": line_of(draft.author)[:200],
        "picture_alt": line_of(draft.picture_alt)[:500],
        "picture_source": _short_address(draft.picture_address),
        "original": dict(draft.original),
    }


def _short_address(address: str) -> str:
    is_web = address.startswith(("http://", "https://"))
    return address if is_web and len(address) <= 2000 else ""


def _search_text(followed: dict[str, Any]) -> str:
    return searchable(
        title=followed["title"], teaser=followed["teaser"], body=followed["body"]
    )


def _state_for(draft: MaterialDraft) -> PictureState:
    return PictureState.WANTED if draft.picture_address else PictureState.NONE
