"""Reading a source now: what it has comes in, or the reason why not is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from gonets.content.asking import (
    access_to,
    connector_of,
    known_connectors,
    site_guard,
    told_plainly,
)
from gonets.content.columns import storable_json
from gonets.content.connectors.base import Access, Reading, Wish, with_sections
from gonets.content.errors import SourceUnreadable
from gonets.content.intake import take_over
from gonets.content.markup import inert
from gonets.content.models import Material, Source
from gonets.content.needs import kept_settings, opened_settings
from gonets.content.recording import (
    begin_fetch,
    break_off_fetch,
    end_fetch,
    note_page,
)
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
        name=line_of(name or inert(reading.name))[:200] or address[:200],
        address=reading.address or access.address,
        settings=kept,
        created_at=clock.now(),
        next_fetch_at=_first_fetch_at(kind, reading.address or access.address),
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
    before = {need.name: need.initial for need in needs} | source.settings
    kept = before
    if settings is not None:
        kept = kept_settings(needs, settings, before=source.settings)
    if file is not None or address != source.address or kept != before:
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
    source_id: int, *, file: bytes | None = None, guard: http.Guard | None = None
) -> FetchReport:
    """Bring the materials of a source up to date, here and now.

    What cannot be read changes nothing: the reason stays with the source, and is in
    the report.  What came before it is kept, and the next fetch goes on from there.
    """
    fetching = Fetching(Source.objects.get(pk=source_id), file=file, guard=guard)
    while not fetching.is_over:
        try:
            reading = fetching.ask()
        except SourceUnreadable as error:
            fetching.fail(error)
        else:
            fetching.take(reading)
    return fetching.report


class Fetching:
    """A fetch under way, page by page: ``ask``, then ``take`` or ``fail``.

    Only ``ask`` may run in another thread; it does not touch the database, unless its
    connector does.
    """

    def __init__(
        self,
        source: Source,
        *,
        file: bytes | None = None,
        guard: http.Guard | None = None,
    ) -> None:
        self.report = FetchReport()
        self.is_over = False
        self._source = source
        self._file = file
        self._guard = guard
        self._fetch = begin_fetch(source)

    @property
    def source_id(self) -> int:
        return self._source.pk

    @property
    def is_local(self) -> bool:
        """True for a source that has to be asked in the thread of the database."""
        connector = known_connectors().get(self._source.kind)
        return connector is None or connector.is_local

    def ask(self) -> Reading:
        """Return the next page, and before the first one the sections.

        :raises SourceUnreadable: with the reason.
        """
        connector = connector_of(self._source.kind)
        access = access_to(self._source, file=self._file, guard=self._guard)
        is_first = not self._fetch.pages and not self._source.cursor
        with told_plainly():
            sections = tuple(connector.sections(access)) if is_first else ()
            reading = connector.materials(access, _wish(self._source))
        return with_sections(reading, sections)

    def take(self, reading: Reading) -> None:
        """Store a page, and with it how far the source has been read."""

        def note(page: FetchReport) -> None:
            began_at = self._fetch.began_at
            _note_progress(self._source, reading, began_at=began_at)
            self.report = replace(
                self.report.plus(page), is_unchanged=reading.is_unchanged
            )
            if reading.next_cursor and self._fetch.pages + 1 < MOST_PAGES:
                note_page(self._fetch, self.report)
                return
            self.report = replace(self.report, has_more=bool(reading.next_cursor))
            self._end(ask_again_after=reading.ask_again_after)

        take_over(self._source, reading, also=note)

    def fail(self, error: SourceUnreadable) -> None:
        """Keep the reason; a place that the source knows no more is forgotten."""
        if error.failure in NOT_FROM_THERE and self._source.cursor:
            Source.objects.filter(pk=self.source_id).update(cursor="")
        self.report = replace(
            self.report, failure=error.failure, detail=error.detail[:2000]
        )
        self._end(ask_again_after=error.ask_again_after)

    def is_still_wanted(self) -> bool:
        """False if the source was deleted or moved elsewhere meanwhile."""
        same = Source.objects.filter(pk=self.source_id, address=self._source.address)
        return same.exists()

    def break_off(self) -> None:
        """Leave the rest to the next fetch, at once."""
        self.is_over = True
        break_off_fetch(self._fetch)

    def _end(self, *, ask_again_after: timedelta | None) -> None:
        self.is_over = True
        end_fetch(self._fetch, self.report, ask_again_after=ask_again_after)


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


def _first_fetch_at(kind: str, address: str) -> datetime | None:
    """Return when a new source is fetched by itself; None if it cannot be asked."""
    connector = connector_of(kind)
    can_be_asked = connector.is_asked and (address or connector.address_label is None)
    return clock.now() if can_be_asked else None


def _first_page(kind: str, access: Access) -> Reading:
    with told_plainly():
        connector = connector_of(kind)
        sections = tuple(connector.sections(access))
        reading = connector.materials(access, Wish())
    return with_sections(reading, sections)


def _wish(source: Source) -> Wish:
    return Wish(changed_since=source.changed_since, cursor=source.cursor)


def _took_over_first(source: Source, reading: Reading) -> FetchReport:
    """Take the first page of a source, or of its new address.

    It counts as a fetch like any other; a longer listing goes on with the next one.
    """
    source.cursor, source.changed_since, source.listing_began_at = "", None, None
    fetch = begin_fetch(source)

    def note(report: FetchReport) -> None:
        _note_progress(source, reading, began_at=fetch.began_at)
        end_fetch(
            fetch,
            replace(report, has_more=bool(reading.next_cursor)),
            ask_again_after=reading.ask_again_after,
        )

    return take_over(source, reading, also=note)


def _note_progress(source: Source, reading: Reading, *, began_at: datetime) -> None:
    """Keep how far we have come: a cut before this repeats the page."""
    now = clock.now()
    if source.cursor and source.listing_began_at:
        began_at = source.listing_began_at
    source.fetched_at = now
    source.cursor, source.listing_began_at = reading.next_cursor, began_at
    if not reading.next_cursor:
        source.succeeded_at, source.changed_since = now, began_at - OVERLAP
    if reading.address:
        source.address = reading.address[:2000]
    if reading.memory is not None:
        source.memory = storable_json(reading.memory)
    source.save(update_fields=PROGRESS)


PROGRESS = (
    *("fetched_at", "succeeded_at", "cursor", "listing_began_at", "changed_since"),
    *("address", "memory"),
)
