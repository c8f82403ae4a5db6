"""What the owner of a source decides: pause, rhythm, private things, removal."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from gonets.content.actions import delete_source, own_source
from gonets.content.asking import known_connectors
from gonets.content.models import Material, Section, Source
from gonets.kernel import clock

CHUNK = 200


def want_fetch(source_id: int) -> bool:
    """Let a source be fetched now, paused or not; False if there is nothing to ask."""
    if _now_if_asked(source_id) is None:
        return False
    return bool(Source.objects.filter(pk=source_id).update(wanted_at=clock.now()))


def pause_source(source_id: int) -> None:
    Source.objects.filter(pk=source_id).update(is_paused=True, wanted_at=None)


def resume_source(source_id: int) -> None:
    """Let a source be fetched by itself again, and at once."""
    Source.objects.filter(pk=source_id, is_paused=True).update(
        is_paused=False, next_fetch_at=_now_if_asked(source_id)
    )


def set_rhythm(source_id: int, *, every: timedelta | None) -> None:
    """Fetch it so often from now on, beginning now; None: as it proves right."""
    if Source.objects.get(pk=source_id).every != every:
        Source.objects.filter(pk=source_id).update(
            every=every, next_fetch_at=_now_if_asked(source_id)
        )


def let_private_in(source_id: int, *, takes_private: bool) -> None:
    """Take what only members see, or not any more; the next fetch reads all anew."""
    Source.objects.filter(pk=source_id).exclude(takes_private=takes_private).update(
        takes_private=takes_private, memory={}, cursor="", changed_since=None
    )


def note_trouble_seen(source_id: int) -> None:
    """The owner has read that a source fails."""
    Source.objects.filter(pk=source_id, told_at__isnull=False).update(
        told_seen_at=clock.now()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLoss:
    """What goes when a source is removed, and what stays because issues hold it."""

    deleted: int
    kept: int


def source_loss(source_id: int) -> SourceLoss:
    kept = _held(source_id).count()
    total = Material.objects.filter(source=source_id).count()
    return SourceLoss(deleted=total - kept, kept=kept)


def remove_source(source_id: int) -> SourceLoss:
    """Remove a source; materials that issues hold become materials of our own.

    Their sections go with them, so that newsletters find both where they were.
    """
    loss = source_loss(source_id)
    Source.objects.filter(pk=source_id).update(is_paused=True, wanted_at=None)
    _delete_the_rest(source_id)
    with transaction.atomic():
        _adopt(source_id)
        delete_source(source_id)
    return loss


def _held(source_id: int) -> QuerySet[Material]:
    """Return the materials of a source that other apps refer to."""
    refers = Q(pk__in=[])
    for relation in _relations_of_others():
        key = relation.field
        rows = relation.related_model.objects.filter(
            **{f"{key.name}__source": source_id}
        )
        refers |= Q(pk__in=rows.values(key.attname))
    return Material.objects.filter(refers, source=source_id)


def _relations_of_others() -> Iterator[Any]:
    """Yield the foreign keys of other apps to materials: we do not know these apps."""
    ours = Material._meta  # noqa: SLF001  # Django's public interface, by its documents.
    for field in ours.get_fields(include_hidden=True):
        if not field.auto_created or field.concrete:
            continue
        if field.related_model._meta.app_label != ours.app_label:  # type: ignore[union-attr]  # noqa: SLF001
            yield field


def _delete_the_rest(source_id: int) -> None:
    """Delete in chunks: SQLite has one writer, and others wait for it."""
    held = set(_held(source_id).values_list("pk", flat=True))
    doomed = [
        pk
        for pk in Material.objects.filter(source=source_id).values_list("pk", flat=True)
        if pk not in held
    ]
    for start in range(0, len(doomed), CHUNK):
        Material.objects.filter(pk__in=doomed[start : start + CHUNK]).delete()


def _adopt(source_id: int) -> None:
    materials = list(Material.objects.filter(source=source_id))
    sections = {
        section.pk: section for section in Section.objects.filter(source=source_id)
    }
    kept = _with_parents((material.section_id for material in materials), sections)
    ours = own_source()
    for section in kept:
        section.source, section.external_id = ours, uuid.uuid4().hex
    for material in materials:
        material.source, material.external_id = ours, uuid.uuid4().hex
    Section.objects.bulk_update(kept, ["source", "external_id"])
    Material.objects.bulk_update(materials, ["source", "external_id"], batch_size=100)


def _with_parents(
    section_ids: Iterable[int], sections: dict[int, Section]
) -> list[Section]:
    kept: dict[int, Section] = {}
    waiting = [pk for pk in section_ids if pk in sections]
    while waiting:
        section = sections[waiting.pop()]
        if section.pk not in kept:
            kept[section.pk] = section
            if section.parent_id in sections:
                waiting.append(section.parent_id)
    return list(kept.values())


def _now_if_asked(source_id: int) -> datetime | None:
    """Return now, unless the source is one that cannot be asked."""
    source = Source.objects.filter(pk=source_id).first()
    connector = known_connectors().get(source.kind) if source else None
    if source is None or connector is None or not connector.is_asked:
        return None
    has_place = bool(source.address) or connector.address_label is None
    return clock.now() if has_place else None
