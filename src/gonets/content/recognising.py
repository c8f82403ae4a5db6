"""Finding out what is at an address that somebody gave."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from gonets.content.asking import (
    connector_of,
    known_connectors,
    site_guard,
    told_plainly,
)
from gonets.content.connectors.base import (
    Access,
    Health,
    Look,
    Reading,
    Recognition,
    Wish,
)
from gonets.content.errors import SourceUnreadable
from gonets.content.models import Source
from gonets.content.needs import opened_settings
from gonets.content.states import FetchFailure
from gonets.kernel import http

MOST_FOUND = 12
IS_WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A source that could be added."""

    kind: str
    address: str
    name: str
    certainty: int
    settings: dict[str, Any] = field(default_factory=dict)
    is_known: bool = False  # there is one of this address already


def recognise(address: str) -> list[Candidate]:
    """Return what the address could be added as, the most likely first.

    :raises SourceUnreadable: if nothing answers there, or nobody knows what it is.
    """
    look = _look(address)
    found = [
        Candidate(
            kind=kind,
            address=one.address,
            name=one.name,
            certainty=one.certainty,
            settings=dict(one.settings),
        )
        for kind in known_connectors()
        for one in _recognised(kind, look)
    ]
    if not found:
        raise SourceUnreadable(_why_nothing(look))
    found.sort(key=lambda candidate: -candidate.certainty)
    return _with_known(found[:MOST_FOUND])


def preview(kind: str, *, address: str, settings: dict[str, Any]) -> Reading:
    """Return the first of what would come, sections included; nothing is stored.

    :raises SourceUnreadable: with the reason.
    """
    connector = connector_of(kind)
    access = Access(
        address=address,
        settings={**_initial(kind), **settings},
        guard=site_guard(),
    )
    with told_plainly():
        sections = tuple(connector.sections(access))
        reading = connector.materials(access, Wish())
    return replace(reading, sections=(*sections, *reading.sections))


def health_of(source: Source) -> Health:
    """Ask a source how it is."""
    try:
        connector = connector_of(source.kind)
        settings = opened_settings(connector.needs, source.settings)
        access = Access(address=source.address, settings=settings, guard=site_guard())
        with told_plainly():
            return connector.health(access)
    except SourceUnreadable as error:
        return Health(is_well=False, words=error.failure.label)


def _look(address: str) -> Look:
    access = Access(address=address, guard=site_guard())
    if not address.startswith(IS_WEB):
        return Look(address=address, answer=None, access=access)
    with told_plainly():
        answer = http.fetch(address, guard=access.guard)
    return Look(address=answer.address, answer=answer, access=access)


def _recognised(kind: str, look: Look) -> list[Recognition]:
    """Ask one kind; what it cannot cope with is none of its sources."""
    try:
        with told_plainly():
            return list(known_connectors()[kind].recognise(look))
    except SourceUnreadable:
        return []


def _why_nothing(look: Look) -> FetchFailure:
    if not look.answer or not look.answer.content.strip():
        return FetchFailure.EMPTY
    return FetchFailure.WEB_PAGE if "<" in look.page else FetchFailure.NOT_A_FEED


def _with_known(found: list[Candidate]) -> list[Candidate]:
    addresses = [candidate.address for candidate in found]
    known = set(
        Source.objects.filter(address__in=addresses).values_list("kind", "address")
    )
    return [
        replace(candidate, is_known=(candidate.kind, candidate.address) in known)
        for candidate in found
    ]


def _initial(kind: str) -> dict[str, Any]:
    return {need.name: need.initial for need in connector_of(kind).needs}
