"""The designs there are, each with a letter in it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gonets.letters.models import LetterTemplate
from gonets.letters.queries import newest_version, own_templates
from gonets.newsletters.queries import design_choices, newsletters_with
from gonets.web.access import administrator_required


@require_safe
@administrator_required
def designs(request: HttpRequest) -> HttpResponse:
    choices = design_choices()
    context = {
        "choices": [choice for choice in choices if not choice.is_own],
        "own": [_shown(template) for template in own_templates()],
    }
    return render(request, "gonets/designs/designs.html", context)


def _shown(template: LetterTemplate) -> dict[str, object]:
    return {
        "template": template,
        "version": newest_version(template.pk),
        "newsletters": len(newsletters_with(template.name)),
    }


@require_safe
@administrator_required
def design_show(request: HttpRequest, name: str) -> HttpResponse:
    for choice in design_choices():
        if choice.name == name:
            return render(request, "gonets/designs/design.html", {"choice": choice})
    raise Http404
