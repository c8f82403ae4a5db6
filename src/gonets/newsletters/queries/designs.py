"""Which designs there are, and who uses them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from gonets.letters.gallery import DESIGNS
from gonets.letters.queries import own_templates
from gonets.newsletters.models import Issue, Newsletter
from gonets.newsletters.states import EDITABLE_STATES


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignChoice:
    """A design as it is chosen; ``name`` is what newsletters and issues store."""

    name: str
    title: str
    description: str
    is_own: bool = False


def design_choices() -> list[DesignChoice]:
    """Return every design, those that come with the product first."""
    built_in = [
        DesignChoice(
            name=design.name,
            title=str(design.title),
            description=str(design.description),
        )
        for design in DESIGNS.values()
    ]
    own = [
        DesignChoice(
            name=template.name,
            title=template.title,
            description=_("Own template"),
            is_own=True,
        )
        for template in own_templates()
    ]
    return [*built_in, *own]


def newsletters_with(template: str) -> list[Newsletter]:
    """Return the newsletters whose letters have this design."""
    return list(Newsletter.objects.filter(template=template).order_by("title"))


def open_issues_with(template: str) -> int:
    """Count the issues not yet sent that chose this design themselves."""
    return Issue.objects.filter(template=template, state__in=EDITABLE_STATES).count()


def is_design(name: str) -> bool:
    return any(choice.name == name for choice in design_choices())
