"""Reading a source now: what it has comes in, or the reason why not is kept."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from functools import cache

from django.conf import settings

from gonets.content import connectors
from gonets.content.connectors.base import Access, Connector, Reading
from gonets.content.errors import SourceUnreadable
from gonets.content.intake import take_over
from gonets.content.models import Source
from gonets.content.states import FetchFailure
from gonets.content.types import FetchReport
from gonets.kernel import clock, http
from gonets.kernel.html import line_of
from gonets.kernel.plugins import find_plugins

FAILURES: dict[type[http.HttpError], FetchFailure] = {
    http.AddressRefused: FetchFailure.ADDRESS_REFUSED,
    http.TooSlow: FetchFailure.TOO_SLOW,
    http.NotSecure: FetchFailure.NOT_SECURE,
    http.NoAnswer: FetchFailure.NO_ANSWER,
    http.TooLarge: FetchFailure.TOO_LARGE,
    http.TooManyRedirects: FetchFailure.TOO_MANY_REDIRECTS,
    http.BadAnswer: FetchFailure.BAD_ANSWER,
}


@cache
def known_connectors() -> Mapping[str, Connector]:
    return find_plugins(connectors, attribute="connector", group="gonets.connectors")


def site_guard() -> http.Guard:
    """Return what sources may be read from: the web, and what the operator trusts.

    ``GONETS_FETCH_NETWORKS`` lists networks of our own that hold sites, and
    ``GONETS_FETCH_PORTS`` the ports besides 80 and 443.
    """
    networks = getattr(settings, "GONETS_FETCH_NETWORKS", ())
    ports = getattr(settings, "GONETS_FETCH_PORTS", ())
    return http.Guard(
        trusted=tuple(ipaddress.ip_network(network) for network in networks),
        ports=http.Guard().ports | frozenset(ports),
    )


def add_source(
    *, kind: str, name: str = "", address: str = "", file: bytes | None = None
) -> tuple[Source, FetchReport]:
    """Add a source and take over what it has now.

    :raises SourceUnreadable: if it cannot be read; then nothing is added.
    """
    access = Access(address=address.strip(), guard=site_guard(), file=file)
    reading = _read(kind, access)
    source = Source.objects.create(
        kind=kind,
        name=line_of(name)[:200] or reading.name[:200] or address[:200],
        address=reading.address or access.address,
        created_at=clock.now(),
    )
    return source, _took_over(source, reading)


def change_source(
    source_id: int, *, name: str, address: str = "", file: bytes | None = None
) -> None:
    """Rename a source, or read it from another address or a newer file.

    :raises SourceUnreadable: if the new address or file cannot be read; then nothing
        is changed.
    """
    source = Source.objects.get(pk=source_id)
    if file is not None or address != source.address:
        access = Access(address=address, guard=site_guard(), file=file)
        reading = _read(source.kind, access)
        Source.objects.filter(pk=source_id).update(address=reading.address or address)
        _took_over(source, reading)
    Source.objects.filter(pk=source_id).update(name=line_of(name)[:200])


def fetch_source(
    source_id: int, *, file: bytes | None = None, guard: http.Guard | None = None
) -> FetchReport:
    """Bring the materials of a source up to date.

    What cannot be read changes nothing: the reason stays with the source, and is in
    the report.
    """
    source = Source.objects.get(pk=source_id)
    access = Access(
        address=source.address,
        settings=source.settings,
        guard=guard or site_guard(),
        file=file,
    )
    try:
        reading = _read(source.kind, access)
    except SourceUnreadable as error:
        Source.objects.filter(pk=source.pk).update(
            fetched_at=clock.now(), failure=error.failure, failure_detail=error.detail
        )
        return FetchReport(failure=error.failure, detail=error.detail)
    return _took_over(source, reading)


def _read(kind: str, access: Access) -> Reading:
    connector = known_connectors().get(kind)
    if connector is None:
        raise SourceUnreadable(FetchFailure.NO_CONNECTOR, kind)
    try:
        return connector.read(access)
    except http.Refusal as error:
        failure = _failure_of_status(error.status)
        raise SourceUnreadable(failure, str(error)) from error
    except http.HttpError as error:
        raise SourceUnreadable(FAILURES[type(error)], str(error)) from error


def _failure_of_status(status: int) -> FetchFailure:
    if status in {404, 410}:
        return FetchFailure.NOT_FOUND
    if status in {401, 402, 403, 407, 451}:
        return FetchFailure.CLOSED
    return FetchFailure.SITE_FAULT


def _took_over(source: Source, reading: Reading) -> FetchReport:
    report = take_over(source, reading)
    now = clock.now()
    Source.objects.filter(pk=source.pk).update(
        fetched_at=now, succeeded_at=now, failure="", failure_detail=""
    )
    return report
