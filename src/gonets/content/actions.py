"""Every change that editors make to sections and materials."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from gonets.content.errors import NotOurs, SectionMisplaced
from gonets.content.models import OWN, Material, Section, Source
from gonets.content.queries import with_descendants
from gonets.content.searching import searchable
from gonets.content.types import MaterialText
from gonets.kernel import clock
from gonets.kernel.html import clean_body, line_of, storable


def own_source() -> Source:
    """Return the source of what is written here; there is exactly one."""
    known = Source.objects.filter(kind=OWN).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return Source.objects.create(kind=OWN, created_at=clock.now())
    except IntegrityError:
        return Source.objects.get(kind=OWN)  # Somebody else was first.


@transaction.atomic
def create_section(*, name: str, parent_id: int | None = None) -> Section:
    """Add a section, the last one below its parent."""
    return Section.objects.create(
        source=own_source(),
        parent_id=parent_id,
        external_id=uuid.uuid4().hex,
        name=line_of(name)[:200],
        position=next_position(parent_id),
    )


def next_position(parent_id: int | None) -> int:
    """Return the place after the last section below the parent."""
    last = _siblings(parent_id).aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def rename_section(section_id: int, *, name: str) -> None:
    """Call a section so for the editors; its source is not asked."""
    Section.objects.filter(pk=section_id).update(name=line_of(name)[:200])


@transaction.atomic
def move_section(section_id: int, *, parent_id: int | None, place: int) -> None:
    """Put a section below another, or at the top, at ``place`` among its new siblings.

    One of another source stays where it is put, wherever the source moves it.

    :raises SectionMisplaced: below itself.
    """
    if parent_id in with_descendants([section_id]):
        raise SectionMisplaced(_("A section cannot be put into itself."))
    siblings = list(
        _siblings(parent_id)
        .exclude(pk=section_id)
        .order_by("position", "pk")
        .values_list("pk", flat=True)
    )
    siblings.insert(max(0, place), section_id)
    section = Section.objects.select_related("source_parent").get(pk=section_id)
    home = section.source_parent.place_id if section.source_parent else None
    # Back where its source has it, a section follows the source again.
    is_moved = parent_id != home and not _is_own(section)
    Section.objects.filter(pk=section_id).update(parent_id=parent_id, is_moved=is_moved)
    _number(siblings)


def _is_own(section: Section) -> bool:
    return Source.objects.filter(pk=section.source_id, kind=OWN).exists()


def hide_section(section_id: int) -> None:
    """Keep a section and all below it out of newsletters, until it is shown again."""
    Section.objects.filter(pk=section_id).update(is_hidden=True)


def show_section(section_id: int) -> None:
    """Offer a hidden section to newsletters again."""
    Section.objects.filter(pk=section_id).update(is_hidden=False)


@transaction.atomic
def merge_section(section_id: int, *, into_id: int) -> None:
    """Let the materials of a section, and those to come, stand in another one.

    What is below it moves there too.  Its source is not asked, and ``separate_section``
    takes the two apart again.

    :raises SectionMisplaced: into itself, or into one below itself.
    """
    into = Section.objects.get(pk=into_id)
    if into.place_id in with_descendants([section_id]):
        raise SectionMisplaced(_("A section cannot be merged into itself."))
    place_id = into.place_id
    Section.objects.filter(Q(pk=section_id) | Q(merged_into=section_id)).update(
        merged_into=place_id
    )
    Section.objects.filter(parent=section_id).update(parent=place_id)
    moved = Material.objects.filter(section=section_id)
    moved.filter(home=None).update(home=section_id)
    moved.update(section=place_id)


@transaction.atomic
def separate_section(section_id: int) -> None:
    """Give a merged section its place and its materials back."""
    _separate(Section.objects.filter(pk=section_id))


def _separate(merged: QuerySet[Section]) -> None:
    for section in merged.exclude(merged_into=None):
        Material.objects.filter(home=section).update(section=section, home=None)
        Section.objects.filter(pk=section.pk).update(merged_into=None)


@transaction.atomic
def delete_section(section_id: int) -> None:
    """Delete a section of our own with all below it and its materials.

    Sections of other sources that editors put below it move up to its place.

    :raises NotOurs: for a section of another source.
    """
    section = Section.objects.select_related("source").get(pk=section_id)
    if not section.source.is_own:
        raise NotOurs(f"Section {section_id} belongs to the source “{section.source}”.")
    doomed = own_sections_below(section_id)
    _separate(Section.objects.filter(merged_into__in=doomed).exclude(pk__in=doomed))
    Section.objects.filter(parent__in=doomed).exclude(pk__in=doomed).update(
        parent_id=section.parent_id, position=next_position(section.parent_id)
    )
    Section.objects.filter(pk__in=doomed).delete()


def own_sections_below(section_id: int) -> set[int]:
    """Return the ids of the sections that deleting this one would delete."""
    below = with_descendants([section_id])
    return set(
        Section.objects.filter(pk__in=below, source__kind=OWN).values_list(
            "pk", flat=True
        )
    )


def create_material(text: MaterialText) -> Material:
    """Add a material of our own."""
    return Material.objects.create(
        source=own_source(),
        external_id=uuid.uuid4().hex,
        created_at=clock.now(),
        changed_at=clock.now(),
        **_columns(text),
    )


def edit_material(material_id: int, text: MaterialText) -> None:
    """Replace what a material of our own says.

    :raises NotOurs: for a material of another source.
    """
    changed = Material.objects.filter(pk=material_id, source__kind=OWN)
    if not changed.update(changed_at=clock.now(), **_columns(text)):
        raise NotOurs(f"Material {material_id} is not ours to edit.")


def publish_materials(material_ids: Collection[int]) -> int:
    """Offer materials to newsletters; return how many were hidden before."""
    return _set_published(material_ids, is_published=True)


def hide_materials(material_ids: Collection[int]) -> int:
    """Keep materials, of any source, out of newsletters; return how many changed."""
    return _set_published(material_ids, is_published=False)


def delete_material(material_id: int) -> None:
    """Delete a material of our own; issues that hold it keep their wording.

    :raises NotOurs: for a material of another source.
    """
    deleted, _per_model = Material.objects.filter(
        pk=material_id, source__kind=OWN
    ).delete()
    if not deleted:
        raise NotOurs(f"Material {material_id} is not ours to delete.")


def delete_source(source_id: int) -> None:
    """Delete a source with its sections and materials.

    :raises NotOurs: for the source of what is written here.
    """
    if Source.objects.filter(pk=source_id, kind=OWN).exists():
        raise NotOurs("What is written here is not deleted as a whole.")
    _separate(
        Section.objects.filter(merged_into__source=source_id).exclude(source=source_id)
    )
    own_below = Section.objects.filter(parent__source=source_id).exclude(
        source=source_id
    )
    own_below.update(parent=None)
    Source.objects.filter(pk=source_id).delete()


def _columns(text: MaterialText) -> dict[str, object]:
    title = line_of(text.title)[:500]
    teaser = storable(text.teaser).strip()
    body = clean_body(text.body)
    return {
        "section_id": text.section_id,
        "title": title,
        "teaser": teaser,
        "body": body,
        "address": text.address.strip(),
        "picture_id": text.picture_id,
        "picture_alt": line_of(text.picture_alt)[:500],
        "published_at": text.published_at,
        "is_published": text.is_published,
        "search_text": searchable(title=title, teaser=teaser, body=body),
    }


def _set_published(material_ids: Collection[int], *, is_published: bool) -> int:
    return Material.objects.filter(
        pk__in=material_ids, is_published=not is_published
    ).update(is_published=is_published, changed_at=clock.now())


def _siblings(parent_id: int | None) -> QuerySet[Section]:
    return Section.objects.filter(parent_id=parent_id)


def _number(section_ids: Sequence[int]) -> None:
    sections = Section.objects.in_bulk(section_ids)
    for position, section_id in enumerate(section_ids):
        sections[section_id].position = position
    Section.objects.bulk_update(sections.values(), ["position"])
