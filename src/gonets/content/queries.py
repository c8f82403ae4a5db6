"""What there is: sections as a tree, materials by what editors look for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from gonets.content.models import OWN, Material, Section, Source
from gonets.content.pictures import picture_address
from gonets.content.search_index import holding
from gonets.content.searching import search_terms
from gonets.content.states import Visibility
from gonets.kernel import clock

__all__ = [
    "TEXTS",
    "MaterialFilter",
    "SectionNode",
    "hidden_sections",
    "materials",
    "materials_at",
    "picture_address",
    "published_counts",
    "published_materials",
    "section_path",
    "section_ranks",
    "section_tree",
    "sources",
    "with_descendants",
]

TEXTS = ("body", "original", "search_text")
"""Columns of a material that lists do not need, and that are nearly all its weight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionNode:
    """A section at its place in the tree; ``depth`` 0 is the top.

    ``count`` is the materials of the section itself, ``total`` those of everything
    below it too; unpublished ones included.
    """

    section: Section
    depth: int
    count: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialFilter:
    """What an editor asked the list of materials for; None asks nothing."""

    section_id: int | None = None  # and everything below it
    source_id: int | None = None
    search: str = ""
    published: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


def section_tree(*, with_hidden: bool = False) -> list[SectionNode]:
    """Return the sections depth-first, each before those below it."""
    sections = (
        Section.objects.filter(merged_into=None)
        .select_related("source")
        .annotate(material_count=Count("materials"))
        .order_by("position", "pk")
    )
    below: dict[int | None, list[Section]] = {}
    for section in sections:
        if with_hidden or not section.is_hidden:
            below.setdefault(section.parent_id, []).append(section)
    return list(_nodes(below, parent_id=None, depth=0))


def _nodes(
    below: dict[int | None, list[Section]], *, parent_id: int | None, depth: int
) -> Iterator[SectionNode]:
    for section in below.get(parent_id, []):
        inner = list(_nodes(below, parent_id=section.pk, depth=depth + 1))
        count: int = getattr(section, "material_count")  # noqa: B009
        total = count + sum(node.count for node in inner)
        yield SectionNode(section=section, depth=depth, count=count, total=total)
        yield from inner


def section_ranks() -> dict[int, int]:
    """Return the place of each section when the tree is read from top to bottom."""
    below: dict[int | None, list[int]] = {}
    ordered = Section.objects.order_by("position", "pk")
    for pk, parent_id in ordered.values_list("pk", "parent_id"):
        below.setdefault(parent_id, []).append(pk)
    ranks: dict[int, int] = {}
    waiting = below.get(None, [])[::-1]
    while waiting:
        section_id = waiting.pop()
        ranks[section_id] = len(ranks)
        waiting.extend(below.get(section_id, [])[::-1])
    return ranks


def hidden_sections() -> set[int]:
    """Return the sections that newsletters are not offered."""
    hidden = list(Section.objects.filter(is_hidden=True).values_list("pk", flat=True))
    return with_descendants(hidden) if hidden else set()


def with_descendants(section_ids: Iterable[int]) -> set[int]:
    """Return the ids and those of all sections below them.

    A section that is merged into another one stands for that other one.
    """
    below: dict[int | None, list[int]] = {}
    places: dict[int, int] = {}
    tree = Section.objects.values_list("pk", "parent_id", "merged_into_id")
    for pk, parent_id, merged_into_id in tree:
        below.setdefault(parent_id, []).append(pk)
        if merged_into_id:
            places[pk] = merged_into_id
    found: set[int] = set()
    waiting = [places.get(section_id, section_id) for section_id in section_ids]
    while waiting:
        section_id = waiting.pop()
        if section_id not in found:
            found.add(section_id)
            waiting.extend(below.get(section_id, []))
    return found


def section_path(section: Section) -> list[Section]:
    """Return the section's ancestors from the top, and itself."""
    path = [section]
    while (parent := path[0].parent) is not None:
        path.insert(0, parent)
    return path


def materials(wanted: MaterialFilter | None = None) -> QuerySet[Material]:
    """Return the materials asked for, the newest first, hidden ones included."""
    wanted = wanted or MaterialFilter()
    found = Material.objects.all()
    if wanted.section_id is not None:
        found = found.filter(section__in=with_descendants([wanted.section_id]))
    if wanted.source_id is not None:
        found = found.filter(source=wanted.source_id)
    if wanted.published is not None:
        found = found.filter(is_published=wanted.published)
    if wanted.since is not None:
        found = found.filter(published_at__gte=wanted.since)
    if wanted.until is not None:
        found = found.filter(published_at__lt=wanted.until)
    return _newest_first(found, search=wanted.search)


def published_materials(
    *,
    search: str = "",
    section_ids: Collection[int] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    private_of: Collection[int] = (),
) -> QuerySet[Material]:
    """Return what any reader can see by now, the newest first; nothing future-dated.

    ``section_ids`` are taken as they are: see ``with_descendants``.  ``private_of`` are
    sources of which what only some can see is wanted as well, as far as their owner
    lets it in at all.
    """
    latest = min(until, clock.now()) if until else clock.now()
    found = Material.objects.filter(
        seen_with(private_of), is_published=True, published_at__lte=latest
    )
    if hidden := hidden_sections():
        found = found.exclude(section__in=hidden)
    if section_ids is not None:
        found = found.filter(section__in=section_ids)
    if since is not None:
        found = found.filter(published_at__gt=since)
    return _newest_first(found, search=search)


def seen_with(private_of: Collection[int]) -> Q:
    """Return what may be shown to those who may see the private things of these."""
    seen = Q(visibility=Visibility.PUBLIC)
    if private_of:
        let_in = Q(source__in=list(private_of), source__takes_private=True)
        seen |= Q(visibility=Visibility.PRIVATE) & let_in
    return seen


def materials_at(address: str) -> QuerySet[Material]:
    """Return what readers can see and find at this address of the web."""
    forms = {address, address.rstrip("/"), address.rstrip("/") + "/"}
    return published_materials().filter(address__in=forms)


def published_counts() -> dict[int, int]:
    """Return how many materials readers can see in each section that has any."""
    counted = (
        published_materials()
        .order_by("section_id")
        .values_list("section_id")
        .annotate(count=Count("pk"))
    )
    return dict(counted)


def sources() -> QuerySet[Source]:
    """Return the sources that are read from elsewhere, with their material counts."""
    return (
        Source.objects.exclude(kind=OWN)
        .annotate(material_count=Count("materials"))
        .order_by("name", "pk")
    )


def _newest_first(found: QuerySet[Material], *, search: str) -> QuerySet[Material]:
    found = found.select_related("section", "source", "picture")
    terms = search_terms(search)
    if terms:
        return holding(found, terms)
    # Who looks for signs alone finds nothing: only words are kept.
    return (found.none() if search.strip() else found).order_by("-published_at", "-pk")
