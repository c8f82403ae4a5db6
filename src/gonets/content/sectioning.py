"""The sections of a source as it has them; an editor's own names stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from gonets.content.actions import next_position
from gonets.content.connectors.base import SectionDraft
from gonets.content.models import Section, Source
from gonets.kernel.html import line_of


def follow_sections(
    source: Source, drafts: Sequence[SectionDraft], *, mentioned: Iterable[str] = ()
) -> dict[str, Section]:
    """Add new sections, follow new names; return all of the source by their ids.

    ``mentioned`` are ids that materials know of; those that nobody tells of are called
    as the source.
    """
    known = {section.external_id: section for section in source.sections.all()}
    told = {draft.external_id for draft in drafts} | known.keys()
    untold = [SectionDraft(external_id=i, name="") for i in mentioned if i not in told]
    differing = [
        draft
        for draft in (*drafts, *untold)
        if draft.external_id not in known
        or known[draft.external_id].source_name != _name(draft, source)
    ]
    if differing:
        _take_over(source, differing, known)
    return known


@transaction.atomic
def _take_over(
    source: Source, drafts: Iterable[SectionDraft], known: dict[str, Section]
) -> None:
    for draft in drafts:
        section = known.get(draft.external_id)
        if section is None:
            parent = known.get(draft.parent_id)
            known[draft.external_id] = _new_section(source, draft, parent=parent)
        else:
            _follow_name(section, _name(draft, source))


def _new_section(
    source: Source, draft: SectionDraft, *, parent: Section | None
) -> Section:
    parent_id = parent.place_id if parent else None
    name = _name(draft, source)
    return Section.objects.create(
        source=source,
        parent_id=parent_id,
        external_id=draft.external_id,
        name=name,
        source_name=name,
        position=next_position(parent_id),
    )


def _name(draft: SectionDraft, source: Source) -> str:
    return line_of(draft.name)[:200] or source.name


def _follow_name(section: Section, name: str) -> None:
    """Take a new name from the source unless an editor has given one."""
    if name == section.source_name:
        return
    if section.name == section.source_name:
        section.name = name
    section.source_name = name
    section.save(update_fields=["name", "source_name"])
