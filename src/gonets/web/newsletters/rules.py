"""What the rule of a newsletter would take now, in a sentence beside its settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from gonets.newsletters.limits import Limits, within
from gonets.newsletters.models import Newsletter
from gonets.newsletters.queries import candidates
from gonets.newsletters.rules import SelectionRule, TagMatch
from gonets.newsletters.settings import MOST_DAYS, MOST_PER_SECTION, tidy_tags
from gonets.newsletters.states import Selection
from gonets.web.access import editor_required
from gonets.web.newsletters.forms import NewsletterForm
from gonets.web.newsletters.requests import number_in

TITLES_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    count: int
    titles: tuple[str, ...]
    minimum: int

    @property
    def others(self) -> int:
        return self.count - len(self.titles)

    @property
    def is_too_few(self) -> bool:
        return self.count < self.minimum


@require_POST
@editor_required
def rule_preview(request: HttpRequest) -> HttpResponse:
    """Try the rule of the form out; nothing is saved."""
    newsletter = Newsletter(pk=0)  # One that is not made yet.
    if newsletter_id := number_in(request.POST.get("newsletter", "")):
        newsletter = get_object_or_404(Newsletter, pk=newsletter_id)
    taken = taken_by(NewsletterForm(request.POST), newsletter)
    return render(request, "gonets/newsletters/parts/rule_taken.html", {"taken": taken})


def taken_by(form: NewsletterForm, newsletter: Newsletter) -> Taken:
    """Return what the rule would take, as far as the form can be understood yet."""
    rule = _rule(form)
    fresh = [each for each in candidates(newsletter, rule=rule) if each.is_fresh]
    taken = within(fresh, Limits(every=rule.section_limit))
    found = [each.material.title for each in taken]
    return Taken(
        count=len(found),
        titles=tuple(found[:TITLES_SHOWN]),
        minimum=_number(form["minimum"].value(), usual=1, most=10_000),
    )


def _rule(form: NewsletterForm) -> SelectionRule:
    chosen = form["section_ids"].value() or []
    sections = (number_in(str(each)) for each in chosen)
    selection = form["selection"].value()
    match = form["tags_match"].value()
    return SelectionRule(
        section_ids=tuple(each for each in sections if each is not None),
        selection=selection if selection in Selection.values else "",
        days=_number(form["selection_days"].value(), usual=7, most=MOST_DAYS),
        count=_number(form["selection_count"].value(), usual=5, most=MOST_PER_SECTION),
        tags=tidy_tags(str(form["tags"].value() or "").split(",")),
        section_limit=_number(
            form["section_limit"].value(), usual=0, most=MOST_PER_SECTION
        )
        or None,
        tags_match=match if match in TagMatch.values else TagMatch.ALL,
    )


def _number(value: Any, *, usual: int, most: int) -> int:
    number = number_in(str(value))
    return usual if not number else min(number, most)
