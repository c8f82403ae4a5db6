"""What an issue could have taken and has not, each with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby

from django.db.models import F, Q, QuerySet

from gonets.content.models import Material
from gonets.content.queries import TEXTS, hidden_sections, with_descendants
from gonets.kernel import clock
from gonets.newsletters.models import HeldMaterial, Issue
from gonets.newsletters.queries.candidates import (
    ids_by_rule,
    in_the_sites_order,
    limits_of,
)
from gonets.newsletters.queries.composition import materials_by_part
from gonets.newsletters.queries.picking import newest_uses
from gonets.newsletters.queries.privacy import private_sources_of
from gonets.newsletters.reasons import Circumstances, reason_for
from gonets.newsletters.repeats import is_repeat, page_of, repeats_among
from gonets.newsletters.site_wordings import is_changed_since
from gonets.newsletters.states import Reason
from gonets.newsletters.types import Shelf, ShelfGroup, ShelfRow

REACHES_BACK = timedelta(days=60)
"""Older ones are looked for in the picker, unless there is a reason to show them."""

MOST_SHOWN = 200


def shelf(issue: Issue) -> Shelf:
    """Return what stands beside the issue, by section, the newest first.

    That is everything of the included sections from the last weeks, whoever may see
    it, what was changed since it was sent, what the rule proposes, and what was left
    for the next issue.
    """
    full = _full_parts(issue)
    by_rule = ids_by_rule(issue.newsletter)
    held = set(
        HeldMaterial.objects.filter(newsletter=issue.newsletter_id).values_list(
            "material_id", flat=True
        )
    )
    found = list(_beside(issue, by_rule | held)[: MOST_SHOWN + 1])
    shown = in_the_sites_order(found[:MOST_SHOWN])
    rows = _rows(issue, shown, by_rule=by_rule, held=held, full=full)
    return Shelf(groups=tuple(_groups(rows)), is_cut=len(found) > MOST_SHOWN)


def _beside(issue: Issue, wanted_ids: set[int]) -> QuerySet[Material]:
    section_ids = issue.newsletter.sections.values_list("pk", flat=True)
    recent = Q(published_at__gt=clock.now() - REACHES_BACK)
    changed = Q(uses__newsletter=issue.newsletter_id, changed_at__gt=F("uses__used_at"))
    included = Q(section__in=with_descendants(section_ids) - hidden_sections())
    return (
        Material.objects.filter((included & (recent | changed)) | Q(pk__in=wanted_ids))
        .exclude(entries__issue=issue)
        .select_related("section", "picture")
        .defer(*TEXTS)
        .distinct()
        .order_by("-published_at", "-pk")
    )


def _rows(
    issue: Issue,
    materials: list[Material],
    *,
    by_rule: set[int],
    held: set[int],
    full: set[int],
) -> Iterable[ShelfRow]:
    now = clock.now()
    uses = newest_uses(issue.newsletter_id, materials)
    repeats = _repeats(issue, materials)
    sees_private = private_sources_of(issue.newsletter)
    for material in materials:
        use = uses.get(material.pk)
        known = Circumstances(
            now=now,
            used_at=use.used_at if use else None,
            is_changed=bool(use and is_changed_since(use, material)),
            is_held=material.pk in held,
            is_by_rule=material.pk in by_rule,
            is_over_limit=material.section_id in full,
            is_repeated=material.pk in repeats,
            sees_private=sees_private,
        )
        reason = reason_for(material, known)
        if reason == Reason.SENT and material.published_at <= now - REACHES_BACK:
            continue  # The site touched it, and readers would see the same.
        yield ShelfRow(
            material=material,
            reason=reason,
            used_in=use.issue if use else None,
        )


def _repeats(issue: Issue, materials: list[Material]) -> set[int]:
    """Return those whose page is in the issue, or here, from another source."""
    inside = Material.objects.filter(entries__issue=issue).defer(*TEXTS)
    pages = {page_of(each.address): each for each in inside}
    pages.pop("", None)
    of_issue = {
        each.pk
        for each in materials
        if (other := pages.get(page_of(each.address))) and is_repeat(each, other)
    }
    others = (each for each in materials if each.pk not in of_issue)
    return of_issue | repeats_among(others)


def _full_parts(issue: Issue) -> set[int]:
    """Return the parts that have as many materials as they may."""
    limits, counts = limits_of(issue), materials_by_part(issue.pk)
    return {
        part
        for part, count in counts.items()
        if (most := limits.of(part)) is not None and count >= most
    }


def _groups(rows: Iterable[ShelfRow]) -> Iterable[ShelfGroup]:
    for _section_id, group in groupby(rows, key=lambda row: row.material.section_id):
        together = tuple(group)
        yield ShelfGroup(section=together[0].material.section, rows=together)
