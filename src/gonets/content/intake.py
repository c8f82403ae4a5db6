"""Taking over what a source gave: new appears, changed changes, nothing is deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction

from gonets.content.columns import FOLLOWED, columns_of, picture_state_of, search_text
from gonets.content.connectors.base import MaterialDraft, Reading
from gonets.content.models import Material, Section, Source
from gonets.content.sectioning import follow_sections
from gonets.content.states import PictureState, Visibility
from gonets.content.types import FetchReport
from gonets.kernel import clock

CHUNK = 50
"""Materials per transaction: nobody waits long for SQLite's one writer."""

CHANGED_COLUMNS = [
    *FOLLOWED,
    *("section", "home", "published_at", "changed_at", "search_text", "picture_state"),
]


def take_over(
    source: Source,
    reading: Reading,
    *,
    also: Callable[[FetchReport], None] = lambda _report: None,
) -> FetchReport:
    """Store what is new or changed of one page.

    A material whose date the source does not tell gets the moment it first came.  One
    that visitors of the site cannot see is left out unless the owner wants such.
    ``also`` is written together with the last of it.
    """
    drafts, private = _admitted(source, reading.materials)
    mentioned = dict.fromkeys(draft.section_id for draft in drafts)
    sections = follow_sections(
        source,
        reading.sections,
        mentioned=mentioned,
        are_all=reading.lists_sections,
    )
    report = FetchReport(
        skipped=reading.skipped + _repeated(reading.materials),
        private=len(private) + withdraw(source, [*private, *reading.withdrawn]),
    )
    for start in range(0, max(len(drafts), 1), CHUNK):
        chunk = drafts[start : start + CHUNK]
        rows = _compared(source, sections, chunk, place=start)
        with transaction.atomic():
            rows.store()
            report = report.plus(rows.report)
            if start + CHUNK >= len(drafts):
                also(report)
    return report


def withdraw(source: Source, external_ids: Iterable[str]) -> int:
    """Let no letter take what visitors cannot see; return how many they could before.

    Should the source show it again, it is public again.
    """
    named = list(dict.fromkeys(external_ids))
    count = 0
    for start in range(0, len(named), 500):
        shown = Material.objects.filter(
            source=source,
            external_id__in=named[start : start + 500],
        )
        count += shown.exclude(visibility=Visibility.WITHDRAWN).update(
            visibility=Visibility.WITHDRAWN, changed_at=clock.now()
        )
    return count


def _admitted(
    source: Source, drafts: Iterable[MaterialDraft]
) -> tuple[list[MaterialDraft], list[str]]:
    """Return the drafts to store, each once, and the ids of those to leave out."""
    admitted: dict[str, MaterialDraft] = {}
    private: list[str] = []
    for draft in drafts:
        is_let_in = source.takes_private and draft.visibility == Visibility.PRIVATE
        if draft.visibility == Visibility.PUBLIC or is_let_in:
            admitted.setdefault(draft.external_id, draft)
        else:
            private.append(draft.external_id)
    return list(admitted.values()), private


def _repeated(drafts: Sequence[MaterialDraft]) -> int:
    return len(drafts) - len({draft.external_id for draft in drafts})


@dataclass(slots=True, kw_only=True)
class _Rows:
    """What a chunk changes in the database; made while nobody is kept waiting."""

    new: list[Material] = field(default_factory=list)
    changed: list[Material] = field(default_factory=list)
    without_picture: list[int] = field(default_factory=list)
    unchanged: int = 0

    @property
    def report(self) -> FetchReport:
        return FetchReport(
            new=len(self.new), changed=len(self.changed), unchanged=self.unchanged
        )

    def store(self) -> None:
        if self.new:
            # Of two fetches of one source the second finds the first one's rows there.
            Material.objects.bulk_create(self.new, ignore_conflicts=True)
        if self.changed:
            Material.objects.bulk_update(self.changed, CHANGED_COLUMNS)
        if self.without_picture:
            Material.objects.filter(
                pk__in=self.without_picture, picture_state=PictureState.FAILED
            ).update(picture_state=PictureState.WANTED)


def _compared(
    source: Source,
    sections: dict[str, Section],
    drafts: Sequence[MaterialDraft],
    *,
    place: int,
) -> _Rows:
    ids = [draft.external_id for draft in drafts]
    stored = Material.objects.filter(source=source, external_id__in=ids)
    known = {material.external_id: material for material in stored} if ids else {}
    rows = _Rows()
    for number, draft in enumerate(drafts, place):
        section = sections[draft.section_id]
        material = known.get(draft.external_id)
        if material is None:
            rows.new.append(_new_material(source, section, draft, place=number))
        elif _follow(material, section, draft):
            rows.changed.append(material)
        else:
            rows.unchanged += 1
            if material.picture_state == PictureState.FAILED:
                rows.without_picture.append(material.pk)
    return rows


def _new_material(
    source: Source, section: Section, draft: MaterialDraft, *, place: int
) -> Material:
    now = clock.now()
    columns = columns_of(draft)
    return Material(
        source=source,
        section_id=section.place_id,
        home=_home(section),
        external_id=draft.external_id,
        # Sources give the newest first; dateless ones keep that order.
        published_at=draft.published_at or now - timedelta(seconds=place),
        created_at=now,
        changed_at=min(draft.changed_at or now, now),
        search_text=search_text(columns),
        picture_state=picture_state_of(draft),
        **columns,
    )


def _follow(material: Material, section: Section, draft: MaterialDraft) -> bool:
    """Make the material say what its source says; False if it does already."""
    columns = columns_of(draft)
    published_at = draft.published_at or material.published_at
    is_same = (
        material.section_id == section.place_id
        and published_at == material.published_at
        and all(getattr(material, name) == value for name, value in columns.items())
    )
    if is_same:
        return False
    _follow_picture(material, draft)
    for name, value in columns.items():
        setattr(material, name, value)
    material.section_id = section.place_id
    material.home = _home(section)
    material.published_at = published_at
    material.changed_at = clock.now()
    material.search_text = search_text(columns)
    return True


def _home(section: Section) -> Section | None:
    return section if section.merged_into_id else None


def _follow_picture(material: Material, draft: MaterialDraft) -> None:
    is_new = material.picture_source != draft.picture_address
    if is_new or material.picture_state == PictureState.FAILED:
        material.picture_state = picture_state_of(draft)
