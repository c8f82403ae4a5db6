"""The whole site's materials, as the editor of one issue may add them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from django.db.models import QuerySet

from gonets.content.models import Material
from gonets.content.queries import TEXTS, published_materials, with_descendants
from gonets.newsletters.models import HeldMaterial, Issue, MaterialUse
from gonets.newsletters.queries.privacy import private_sources_of
from gonets.newsletters.repeats import is_repeat, page_of
from gonets.newsletters.types import PickerPage, PickerRow, PickerWish

PICKER_PAGE_SIZE = 40
BROUGHT_LATER = timedelta(days=30)


def picker(
    issue: Issue, wish: PickerWish | None = None, *, page: int = 1
) -> PickerPage:
    """Return a page of published materials, the newest first.

    A section stands for everything below it too; without one the whole site is looked
    through.
    """
    found = _found(issue, wish or PickerWish())
    start = (page - 1) * PICKER_PAGE_SIZE
    # One more than shown tells whether there is a next page, without counting all.
    materials = list(found[start : start + PICKER_PAGE_SIZE + 1])
    shown = materials[:PICKER_PAGE_SIZE]
    return PickerPage(
        rows=tuple(picker_rows(issue, shown)),
        next_page=page + 1 if len(materials) > len(shown) else None,
    )


def _found(issue: Issue, wish: PickerWish) -> QuerySet[Material]:
    sections = None if wish.section_id is None else with_descendants([wish.section_id])
    found = published_materials(
        search=wish.search,
        section_ids=sections,
        since=wish.since,
        until=wish.until,
        private_of=private_sources_of(issue.newsletter),
    ).defer(*TEXTS)
    if wish.is_used is None:
        return found
    used = MaterialUse.objects.filter(newsletter=issue.newsletter_id).values("material")
    return found.filter(pk__in=used) if wish.is_used else found.exclude(pk__in=used)


def uses_of(newsletter_id: int, materials: Collection[Material]) -> dict[int, Issue]:
    """Return the latest issue of the newsletter that each used material went out in."""
    uses = newest_uses(newsletter_id, materials)
    return {material_id: use.issue for material_id, use in uses.items()}


def newest_uses(
    newsletter_id: int, materials: Collection[Material]
) -> dict[int, MaterialUse]:
    """Return when and where each material went out last in the newsletter.

    What another source brought of the same page counts, too: readers have had it.
    """
    by_page = _uses_by_page(newsletter_id, materials)
    return by_page | _own_uses(newsletter_id, [each.pk for each in materials])


def _uses_by_page(
    newsletter_id: int, materials: Collection[Material]
) -> dict[int, MaterialUse]:
    pages = {each.pk: page_of(each.address) for each in materials}
    if not any(pages.values()):
        return {}
    # Who brings a page later says nearly the same of its date.
    oldest = min(each.published_at for each in materials) - BROUGHT_LATER
    uses = (
        MaterialUse.objects.filter(newsletter=newsletter_id, used_at__gt=oldest)
        .exclude(material__address="")
        .select_related("issue", "material")
        .defer(*(f"material__{name}" for name in TEXTS))
        .order_by("used_at", "pk")
    )
    last = {page_of(use.material.address): use for use in uses}
    return {
        each.pk: use
        for each in materials
        if (use := last.get(pages[each.pk])) and is_repeat(each, use.material)
    }


def _own_uses(
    newsletter_id: int, material_ids: Iterable[int]
) -> dict[int, MaterialUse]:
    uses = (
        MaterialUse.objects.filter(
            newsletter=newsletter_id, material__in=list(material_ids)
        )
        .select_related("issue")
        .order_by("used_at", "pk")
    )
    return {use.material_id: use for use in uses}


def picker_rows(issue: Issue, materials: Sequence[Material]) -> Iterable[PickerRow]:
    """Say of each material what the issue and its newsletter have done with it."""
    ids = [material.pk for material in materials]
    used_in = uses_of(issue.newsletter_id, materials)
    present = set(issue.entries.values_list("material_id", flat=True))
    held = set(
        HeldMaterial.objects.filter(
            newsletter=issue.newsletter_id, material__in=ids
        ).values_list("material_id", flat=True)
    )
    for material in materials:
        yield PickerRow(
            material=material,
            used_in=used_in.get(material.pk),
            in_issue=material.pk in present,
            held=material.pk in held,
        )
