"""Sections and sources as choices of a form."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from gonets.content.models import OWN, Source
from gonets.content.queries import section_tree

INDENT = "\u2003"  # an em space: browsers swallow ordinary ones


def section_choices(*, without: Collection[int] = ()) -> list[tuple[int, str]]:
    """Return ids and names of all sections, each set in under its parent."""
    return [
        (node.section.pk, INDENT * node.depth + node.section.name)
        for node in section_tree(with_hidden=True)
        if node.section.pk not in without
    ]


def source_choices() -> list[tuple[int, str]]:
    """Return ids and names of the sources to choose from; of one alone, nothing."""
    rows = Source.objects.order_by("name", "pk").values_list("pk", "kind", "name")
    found = [
        (pk, _("Written here") if kind == OWN else name) for pk, kind, name in rows
    ]
    return found if len(found) > 1 else []


def number_of(text: str) -> int | None:
    """Return the id in an address; nonsense counts as nothing."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
