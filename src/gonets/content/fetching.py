"""Reading a source now: what it has comes in, or the reason why not is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from gonets.content.asking import (
    access_to,
    connector_of,
    known_connectors,
    site_guard,
    told_plainly,
)
from gonets.content.columns import storable_json
from gonets.content.connectors.base import Access, Connector, Reading, Wish
from gonets.content.errors import SourceUnreadable
from gonets.content.intake import take_over
from gonets.content.models import Material, Source
from gonets.content.needs import kept_settings, opened_settings
from gonets.content.sectioning import follow_sections
from gonets.content.states import FetchFailure
from gonets.content.types import FetchReport
from gonets.kernel import clock, http
from gonets.kernel.html import line_of

__all__ = [
    "add_source",
    "change_source",
    "fetch_material",
    "fetch_source",
    "known_connectors",
    "site_guard",
]

MOST_PAGES = 200
"""Per fetch; a longer listing goes on at the next one."""

OVERLAP = timedelta(hours=1)
"""Changes are asked for from so long before the last listing: clocks differ."""

NOT_FROM_THERE = {
    *(FetchFailure.NOT_FOUND, FetchFailure.NOT_UNDERSTOOD, FetchFailure.EMPTY),
    *(FetchFailure.CONNECTOR_FAULT, FetchFailure.WEB_PAGE, FetchFailure.NOT_A_FEED),
}
"""What a stale cursor may meet with; the listing then begins anew."""


def add_source(
    *,
    kind: str,
    name: str = "",
    address: str = "",
    file: bytes | None = None,
    settings: Mapping[str, Any] | None = None,
) -> tuple[Source, FetchReport]:
    """Add a source and take over the first of what it has.

    :raises SourceUnreadable: if it cannot be read; then nothing is added.
    """
    needs = connector_of(kind).needs
    kept = kept_settings(needs, settings or {}, before={})
    access = Access(
        address=address.strip(),
        settings=opened_settings(needs, kept),
        guard=site_guard(),
        file=file,
    )
    reading = _first_page(kind, access)
    source = Source.objects.create(
        kind=kind,
        name=line_of(name)[:200] or line_of(reading.name)[:200] or address[:200],
        address=reading.address or access.address,
        settings=kept,
        created_at=clock.now(),
    )
    return source, _took_over_first(source, reading)


def change_source(
    source_id: int,
    *,
    name: str,
    address: str = "",
    file: bytes | None = None,
    settings: Mapping[str, Any] | None = None,
) -> None:
    """Rename a source, or read it from another address or a newer file.

    :raises SourceUnreadable: if the new address or file cannot be read; then nothing
        is changed.
    """
    source = Source.objects.get(pk=source_id)
    needs = connector_of(source.kind).needs
    kept = source.settings
    if settings is not None:
        kept = kept_settings(needs, settings, before=source.settings)
    if file is not None or address != source.address or kept != source.settings:
        access = Access(
            address=address,
            settings=opened_settings(needs, kept),
            guard=site_guard(),
            file=file,
        )
        reading = _first_page(source.kind, access)
        source.address, source.settings = reading.address or address, kept
        source.save(update_fields=["address", "settings"])
        _took_over_first(source, reading)
    Source.objects.filter(pk=source_id).update(name=line_of(name)[:200])


def fetch_source(
    source_id: int,
    *,
    file: bytes | None = None,
    guard: http.Guard | None = None,
    went_on: Callable[[FetchReport], bool] = lambda _report: True,
) -> FetchReport:
    """Bring the materials of a source up to date.

    What cannot be read changes nothing: the reason stays with the source, and is in
    the report.  What came before it is kept, and the next fetch goes on from there.
    ``went_on`` hears of every page and may end the fetch by answering False.
    """
    source = Source.objects.get(pk=source_id)
    report = FetchReport()
    try:
        access = access_to(source, file=file, guard=guard)
        connector = connector_of(source.kind)
        _take_sections(source, connector, access)
        for _page in range(MOST_PAGES):
            with told_plainly():
                reading = connector.materials(access, _wish(source))
            report = report.plus(_took_over(source, reading))
            if not reading.next_cursor:
                return replace(report, is_unchanged=reading.is_unchanged)
            if not went_on(report):
                break
        return replace(report, has_more=True)
    except SourceUnreadable as error:
        _note_failure(source, error)
        return replace(report, failure=error.failure, detail=error.detail)


def fetch_material(material_id: int) -> bool:
    """Bring one material up to date; False if visitors cannot see it any more.

    :raises SourceUnreadable: with the reason.
    """
    material = Material.objects.select_related("source").get(pk=material_id)
    source = material.source
    access = access_to(source)
    with told_plainly():
        draft = connector_of(source.kind).material(access, material.external_id)
    if draft is None:
        take_over(source, Reading(withdrawn=(material.external_id,)))
        return False
    report = take_over(source, Reading(materials=(draft,)))
    return not report.private


def _first_page(kind: str, access: Access) -> Reading:
    with told_plainly():
        connector = connector_of(kind)
        sections = tuple(connector.sections(access))
        reading = connector.materials(access, Wish())
    return replace(reading, sections=(*sections, *reading.sections))


def _take_sections(source: Source, connector: Connector, access: Access) -> None:
    """List the sections anew, unless a listing of materials only goes on."""
    if source.cursor:
        return
    with told_plainly():
        sections = tuple(connector.sections(access))
    if sections:
        follow_sections(source, sections)


def _wish(source: Source) -> Wish:
    return Wish(changed_since=source.changed_since, cursor=source.cursor)


def _took_over_first(source: Source, reading: Reading) -> FetchReport:
    source.cursor, source.changed_since, source.listing_began_at = "", None, None
    return _took_over(source, reading)


def _took_over(source: Source, reading: Reading) -> FetchReport:
    """Store a page, and then how far we have come: a cut in between repeats it."""
    began_at = source.listing_began_at if source.cursor else None
    began_at = began_at or clock.now()
    report = take_over(source, reading)
    now = clock.now()
    source.fetched_at, source.failure, source.failure_detail = now, "", ""
    source.cursor, source.listing_began_at = reading.next_cursor, began_at
    if not reading.next_cursor:
        source.succeeded_at, source.changed_since = now, began_at - OVERLAP
    if reading.address:
        source.address = reading.address[:2000]
    if reading.memory is not None:
        source.memory = storable_json(reading.memory)
    source.save(update_fields=PROGRESS)
    return report


PROGRESS = (
    *("fetched_at", "succeeded_at", "failure", "failure_detail", "cursor"),
    *("listing_began_at", "changed_since", "address", "memory"),
)


def _note_failure(source: Source, error: SourceUnreadable) -> None:
    """Keep the reason; a place that the source knows no more is not asked for again."""
    is_lost = error.failure in NOT_FROM_THERE
    Source.objects.filter(pk=source.pk).update(
        fetched_at=clock.now(),
        failure=error.failure,
        failure_detail=error.detail[:2000],
        cursor="" if is_lost else source.cursor,
    )
