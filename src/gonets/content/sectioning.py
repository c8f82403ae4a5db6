"""The sections of a source as it has them; what editors made of theirs stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from gonets.content.actions import next_position
from gonets.content.connectors.base import SectionDraft
from gonets.content.markup import inert
from gonets.content.models import Section, Source
from gonets.content.queries import with_descendants
from gonets.kernel import clock
from gonets.kernel.html import line_of

PASSES = 2
"""Two sections that change places are told in either order."""


def follow_sections(
    source: Source,
    drafts: Sequence[SectionDraft],
    *,
    mentioned: Iterable[str] = (),
    are_all: bool = False,
) -> dict[str, Section]:
    """Add new sections, follow names and places; return all of the source by their ids.

    ``mentioned`` are ids that materials know of; those that nobody tells of are called
    as the source.  If ``are_all``, a section that the source has listed before and does
    not list now is marked as gone; it stays, with its materials.
    """
    known = {section.external_id: section for section in source.sections.all()}
    told = {draft.external_id for draft in drafts} | known.keys()
    mentioned = list(mentioned)
    untold = [SectionDraft(external_id=i, name="") for i in mentioned if i not in told]
    new = frozenset(draft.external_id for draft in drafts) - known.keys()
    tree = _Tree(source=source, known=known, are_all=are_all, new=new)
    differing = [draft for draft in (*drafts, *untold) if tree.differs(draft)]
    if differing:
        _take_over(tree, differing)
    _mark(tree, {draft.external_id for draft in drafts} | set(mentioned))
    return known


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tree:
    """What is known of a source's sections, and how the source tells of them."""

    source: Source
    known: dict[str, Section]
    are_all: bool
    new: frozenset[str]  # told of for the first time

    def differs(self, draft: SectionDraft) -> bool:
        section = self.known.get(draft.external_id)
        if section is None or section.source_name != _name(draft, self.source):
            return True
        if draft.parent_id in self.new:
            return True
        return self.tells_place(draft) and self.is_elsewhere(section, draft)

    def tells_place(self, draft: SectionDraft) -> bool:
        """Of a section that a material merely names, nobody says where it is."""
        return bool(self.parent(draft)) or (self.are_all and not draft.parent_id)

    def parent(self, draft: SectionDraft) -> Section | None:
        return self.known.get(draft.parent_id) if draft.parent_id else None

    def is_elsewhere(self, section: Section, draft: SectionDraft) -> bool:
        parent = self.parent(draft)
        if section.source_parent_id != (parent.pk if parent else None):
            return True
        return not section.is_moved and section.parent_id != _place_id(parent)


@transaction.atomic
def _take_over(tree: _Tree, drafts: Sequence[SectionDraft]) -> None:
    for draft in drafts:
        section = tree.known.get(draft.external_id)
        if section is None:
            tree.known[draft.external_id] = _new_section(tree, draft)
        else:
            _follow_name(section, _name(draft, tree.source))
    for _pass in range(PASSES):
        for draft in filter(tree.tells_place, drafts):
            _follow_place(tree.known[draft.external_id], tree.parent(draft))


def _new_section(tree: _Tree, draft: SectionDraft) -> Section:
    parent = tree.parent(draft)
    name = _name(draft, tree.source)
    return Section.objects.create(
        source=tree.source,
        parent_id=_place_id(parent),
        source_parent=parent,
        external_id=draft.external_id,
        name=name,
        source_name=name,
        is_listed=tree.are_all,
        position=next_position(_place_id(parent)),
    )


def _name(draft: SectionDraft, source: Source) -> str:
    return line_of(inert(draft.name))[:200] or source.name


def _place_id(parent: Section | None) -> int | None:
    return parent.place_id if parent else None


def _follow_name(section: Section, name: str) -> None:
    """Take a new name from the source unless an editor has given one."""
    if name == section.source_name:
        return
    if section.name == section.source_name:
        section.name = name
    section.source_name = name
    section.save(update_fields=["name", "source_name"])


def _follow_place(section: Section, parent: Section | None) -> None:
    """Move a section with the source unless an editor has put it somewhere."""
    section.source_parent = parent
    place_id = _place_id(parent)
    stays = section.is_moved or section.parent_id == place_id
    # Editors may have put the new place below the section itself: then it waits.
    if not stays and place_id not in with_descendants([section.pk]):
        section.parent_id = place_id
        section.position = next_position(place_id)
    section.save(update_fields=["parent", "source_parent", "position"])


def _mark(tree: _Tree, there: set[str]) -> None:
    """Mark what the source lists no more, and unmark what is there again."""
    back = [s.pk for s in tree.known.values() if s.gone_at and s.external_id in there]
    if back:
        Section.objects.filter(pk__in=back).update(gone_at=None)
    if not tree.are_all:
        return
    rows = tree.known.values()
    fresh = [s.pk for s in rows if s.external_id in there and not s.is_listed]
    gone = [
        section.pk
        for section in rows
        if section.is_listed
        and not section.gone_at
        and section.external_id not in there
    ]
    Section.objects.filter(pk__in=fresh).update(is_listed=True)
    Section.objects.filter(pk__in=gone).update(gone_at=clock.now())
