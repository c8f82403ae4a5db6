"""What letters can say personally, and of how many people nothing is known."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from gonets.audience.models import Subscriber
from gonets.audience.queries import Lack, known_fields, people_lacking
from gonets.newsletters.models import Issue

LABELS = {"name": pgettext_lazy("of a person", "Name"), "address": _("E-mail address")}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalValue:
    """``subscriber.<name>``; it is empty for ``empty`` of ``people``.

    ``fallback`` is what to propose for those, in the letter's language; ``shown`` is
    what the chosen reader has.
    """

    name: str
    label: str
    empty: int
    people: int
    fallback: str = ""
    shown: str = ""


def personal_values(
    issue: Issue, *, reader: Subscriber | None = None
) -> list[PersonalValue]:
    """Return what can be said personally to those who would get the issue now."""
    labels = {**LABELS, **known_fields()}
    people, empty = people_lacking(
        issue.newsletter.readership_id,
        {name: [Lack(missing=frozenset({name}))] for name in labels},
    )
    shown = _known_of(reader) if reader else {}
    with override(issue.newsletter.language):
        fallbacks = {"name": gettext("friends")}
    return [
        PersonalValue(
            name=name,
            label=str(label),
            empty=empty[name],
            people=people,
            fallback=fallbacks.get(name, ""),
            shown=shown.get(name, ""),
        )
        for name, label in labels.items()
    ]


def _known_of(reader: Subscriber) -> dict[str, str]:
    return {**reader.fields, "name": reader.name, "address": reader.address}
