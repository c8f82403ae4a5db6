"""Models of the site that this program is part of, as the site has registered them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gonets.content.connectors.base import (
    Access,
    Connector,
    MaterialDraft,
    Need,
    NeedKind,
    Reading,
    SectionDraft,
    Wish,
)
from gonets.content.errors import SourceUnreadable
from gonets.content.model_sources import ModelSource, options_of, registered
from gonets.content.models import Material, Section
from gonets.content.states import FetchFailure, Visibility

KIND = "model"
ROWS_AT_ONCE = 200


class ModelConnector(Connector):
    caption = _("This site's own content")
    explanation = _("Articles, pages or events that the site keeps in its database.")
    icon = "database"
    address_label = None
    is_local = True

    @property
    def is_added_by_hand(self) -> bool:  # type: ignore[override]
        """Only where the site has registered something is there anything to add."""
        return bool(registered())

    @property
    def needs(self) -> tuple[Need, ...]:  # type: ignore[override]
        known = registered()
        return (
            Need(
                name="source",
                label=_("What to read"),
                kind=NeedKind.CHOICE,
                is_required=True,
                choices=tuple((name, caption_of(known[name])) for name in known),
                initial=next(iter(known), ""),
            ),
        )

    def sections(self, access: Access) -> Iterable[SectionDraft]:
        return all_sections(_chosen(access))

    def materials(self, access: Access, wish: Wish) -> Reading:
        chosen = _chosen(access)
        rows = chosen.rows().order_by("-pk")
        if wish.changed_since is not None and isinstance(chosen.changed, str):
            rows = _news(chosen, rows, wish)
        if wish.cursor:
            rows = rows.filter(pk__lt=wish.cursor)
        page = list(rows[: ROWS_AT_ONCE + 1])
        shown, is_last = page[:ROWS_AT_ONCE], len(page) <= ROWS_AT_ONCE
        return Reading(
            name=caption_of(chosen),
            materials=tuple(chosen.draft_of(row) for row in shown),
            next_cursor="" if is_last else str(shown[-1].pk),
            withdrawn=tuple(_gone(chosen)) if is_last else (),
        )

    def material(self, access: Access, external_id: str) -> MaterialDraft | None:
        return draft_by_id(_chosen(access), external_id)


def all_sections(chosen: ModelSource) -> Iterator[SectionDraft]:
    """Yield the sections that rows are in, and the empty ones that still are."""
    told: set[str] = set()
    for draft in chosen.sections():
        told.add(draft.external_id)
        yield draft
    ours = Section.objects.filter(
        source__kind=KIND, source__settings__source=chosen.name
    )
    known = ours.exclude(external_id=chosen.name).values_list("external_id", flat=True)
    yield from chosen.sections_there(sorted(set(known) - told))


def caption_of(source: ModelSource) -> str:
    return str(source.caption or options_of(source.model).verbose_name_plural)


def draft_by_id(source: ModelSource, external_id: str) -> MaterialDraft | None:
    """Return one row as a draft; None if visitors cannot see it."""
    try:
        row = source.rows().filter(pk=external_id).first()
    except ValueError:
        return None
    return source.draft_of(row) if row is not None else None


def _chosen(access: Access) -> ModelSource:
    name = str(access.settings.get("source") or "")
    found = registered().get(name)
    if found is None:
        raise SourceUnreadable(FetchFailure.NO_CONNECTOR, name)
    return found


def _news(chosen: ModelSource, rows: Any, wish: Wish) -> Any:
    """Return the rows that have changed, and those that visitors see only now."""
    if not chosen.changed:
        return rows
    visible = rows.order_by().values_list("pk", flat=True)
    known = set(_stored(chosen))
    fresh: Sequence[Any] = [pk for pk in visible if str(pk) not in known]
    changed = {f"{chosen.changed.replace('.', '__')}__gte": wish.changed_since}
    return rows.filter(Q(**changed) | Q(pk__in=fresh[:500]))


def _gone(chosen: ModelSource) -> list[str]:
    """Return what we have of it and visitors cannot see any more."""
    visible = chosen.rows().order_by().values_list("pk", flat=True)
    return sorted(set(_stored(chosen)) - {str(pk) for pk in visible})


def _stored(chosen: ModelSource) -> Iterable[str]:
    return Material.objects.filter(
        source__kind=KIND,
        source__settings__source=chosen.name,
        visibility=Visibility.PUBLIC,
    ).values_list("external_id", flat=True)


connector = ModelConnector()
