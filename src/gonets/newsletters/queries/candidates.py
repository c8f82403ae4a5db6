"""Which materials of the site the next issue of a newsletter may take."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import F, Max, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from gonets.content.models import Material
from gonets.content.queries import (
    TEXTS,
    published_materials,
    section_ranks,
    with_descendants,
)
from gonets.kernel import clock
from gonets.newsletters.limits import Limits
from gonets.newsletters.models import HeldMaterial, Issue, Newsletter
from gonets.newsletters.queries.picking import uses_of
from gonets.newsletters.queries.privacy import private_sources_of
from gonets.newsletters.repeats import repeats_among
from gonets.newsletters.rules import SelectionRule
from gonets.newsletters.states import Selection
from gonets.newsletters.types import Candidate

FIRST_ISSUE_REACHES_BACK = timedelta(days=30)
"""A newsletter without an earlier issue does not begin with the whole archive."""

LATE_ARRIVAL = timedelta(days=2)
"""A feed brings a material hours late; it must not slip between two issues."""


MOST_TAGGED = 5_000
"""Of the materials with a wanted tag, the newest that are looked at."""


def rule_of(newsletter: Newsletter) -> SelectionRule:
    return SelectionRule(
        section_ids=tuple(newsletter.sections.values_list("pk", flat=True)),
        selection=newsletter.selection,
        days=newsletter.selection_days,
        count=newsletter.selection_count,
        tags=tuple(newsletter.tags),
        tags_match=newsletter.tags_match,
        section_limit=newsletter.section_limit,
    )


def candidates(
    newsletter: Newsletter, *, rule: SelectionRule | None = None
) -> list[Candidate]:
    """Return what the newsletter's rule proposes, by section in the site's order.

    Within a section the newest comes first.  Materials that earlier issues left for
    the next one are among them, wherever they come from.  Of a page that two sources
    brought only the one that was known first.  ``rule`` is one to try out.
    """
    held_ids = set(
        HeldMaterial.objects.filter(newsletter=newsletter).values_list(
            "material_id", flat=True
        )
    )
    chosen = list(_proposed(newsletter, rule or rule_of(newsletter)))
    chosen_ids = {material.pk for material in chosen}
    readable = published_materials(private_of=private_sources_of(newsletter))
    held = current(readable.filter(pk__in=held_ids - chosen_ids))
    found = [*chosen, *held]
    repeats = repeats_among(found)
    materials = in_the_sites_order(each for each in found if each.pk not in repeats)
    used_in = uses_of(newsletter.pk, materials)
    return [
        Candidate(
            material=material,
            heading=material.section.name,
            used_in=used_in.get(material.pk),
            held=material.pk in held_ids,
        )
        for material in materials
    ]


def fresh_candidates(newsletter: Newsletter) -> list[Candidate]:
    """Return what the rule proposes and no issue has had, whatever the limits."""
    return [each for each in candidates(newsletter) if each.is_fresh]


def limits_of(issue: Issue) -> Limits:
    """Return how many of each section the issue takes by itself."""
    return Limits.of_issue(issue.limits, usual=issue.newsletter.section_limit)


def ids_by_rule(newsletter: Newsletter) -> set[int]:
    """Return the materials that the newsletter's rule proposes now."""
    return {material.pk for material in _proposed(newsletter, rule_of(newsletter))}


def gathering_start(newsletter: Newsletter) -> datetime:
    """Return the moment since which a material is new for "since its last issue"."""
    last = Issue.objects.filter(
        newsletter=newsletter, released_at__isnull=False
    ).aggregate(last=Max("gathered_at"))["last"]
    return last or clock.now() - FIRST_ISSUE_REACHES_BACK


def _proposed(newsletter: Newsletter, rule: SelectionRule) -> QuerySet[Material]:
    sections = with_descendants(rule.section_ids)
    private_of = private_sources_of(newsletter)
    included = current(published_materials(section_ids=sections, private_of=private_of))
    if rule.selection == Selection.LAST_DAYS:
        since = clock.now() - timedelta(days=rule.days)
        return _tagged(included.filter(published_at__gt=since), rule)
    if rule.selection == Selection.NEWEST:
        return _newest_of_each_section(_tagged(included, rule), count=rule.count)
    return _tagged(_since_the_last_issue(included, newsletter), rule)


def _tagged(found: QuerySet[Material], rule: SelectionRule) -> QuerySet[Material]:
    """Leave those with the tags; SQLite cannot look into a list, so Python does."""
    if not rule.tags:
        return found
    tags_of_each = found.exclude(tags=[]).values_list("pk", "tags").iterator()
    suitable = (pk for pk, tags in tags_of_each if rule.suits(tags))
    return found.filter(pk__in=list(islice(suitable, MOST_TAGGED)))


def _since_the_last_issue(
    included: QuerySet[Material], newsletter: Newsletter
) -> QuerySet[Material]:
    since = gathering_start(newsletter)
    arrived_late = Q(created_at__gt=since, published_at__gt=since - LATE_ARRIVAL)
    return included.filter(Q(published_at__gt=since) | arrived_late).exclude(
        uses__newsletter=newsletter
    )


def _newest_of_each_section(
    included: QuerySet[Material], *, count: int
) -> QuerySet[Material]:
    place = Window(
        RowNumber(),
        partition_by=F("section_id"),
        order_by=[F("published_at").desc(), F("pk").desc()],
    )
    return included.annotate(place_in_section=place).filter(place_in_section__lte=count)


def current(found: QuerySet[Material]) -> QuerySet[Material]:
    """Leave out whose time is over, and all that a list does not show."""
    lasting = Q(expires_at=None) | Q(expires_at__gt=clock.now())
    return found.filter(lasting).defer(*TEXTS)


def in_the_sites_order(materials: Iterable[Material]) -> list[Material]:
    """Sort by section as the site has them, the newest first in each."""
    rank = section_ranks()
    newest_first = sorted(
        materials, key=lambda each: (each.published_at, each.pk), reverse=True
    )
    return sorted(newest_first, key=lambda each: rank.get(each.section_id, len(rank)))
