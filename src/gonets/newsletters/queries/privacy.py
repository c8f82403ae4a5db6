"""What may go into the letters of a newsletter that not everybody can see."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from gonets.content.models import Material, Source
from gonets.content.queries import seen_with
from gonets.newsletters.models import Newsletter


def private_sources_of(newsletter: Newsletter) -> frozenset[int]:
    """Return whose private materials its owner lets in; of an open one, nobody's."""
    if not newsletter.is_closed:
        return frozenset()
    let_in = newsletter.private_sources.filter(takes_private=True)
    return frozenset(let_in.values_list("pk", flat=True))


def may_go_into(newsletter: Newsletter) -> Q:
    """Return which materials its readers may see; the only rule there is for that."""
    return seen_with(private_sources_of(newsletter))


def is_let_into(newsletter: Newsletter, material: Material) -> bool:
    allowed = Material.objects.filter(may_go_into(newsletter), pk=material.pk)
    return not material.is_private or allowed.exists()


def sources_with_private() -> QuerySet[Source]:
    """Return what an owner may choose from."""
    return Source.objects.filter(takes_private=True).order_by("name", "pk")
