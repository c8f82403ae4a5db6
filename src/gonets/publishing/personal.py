"""What letters can say personally, and of how many people nothing is known."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from gonets.audience.queries import empty_values
from gonets.newsletters.models import Issue

LABELS = {"name": pgettext_lazy("of a person", "Name"), "address": _("E-mail address")}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalValue:
    """``subscriber.<name>``; it is empty for ``empty`` of ``people``.

    ``fallback`` is what to propose for those, in the letter's language.
    """

    name: str
    label: str
    empty: int
    people: int
    fallback: str = ""


def personal_values(issue: Issue) -> list[PersonalValue]:
    """Return what can be said personally to those who would get the issue now."""
    people, empty = empty_values(issue.newsletter.readership_id)
    with override(issue.newsletter.language):
        fallbacks = {"name": gettext("friends")}
    return [
        PersonalValue(
            name=name,
            label=str(LABELS.get(name, name)),
            empty=count,
            people=people,
            fallback=fallbacks.get(name, ""),
        )
        for name, count in empty.items()
    ]


def people_without(issue_id: int, value: str) -> int:
    """Return for how many who would get the issue now ``subscriber.<value>`` is empty.

    A value that nobody can have is empty for everybody.
    """
    issue = Issue.objects.select_related("newsletter").get(pk=issue_id)
    people, empty = empty_values(issue.newsletter.readership_id)
    return empty.get(value, people)
