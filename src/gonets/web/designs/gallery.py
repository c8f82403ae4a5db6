"""The designs there are, each with a letter in it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gonets.newsletters.queries import design_choices
from gonets.web.access import administrator_required


@require_safe
@administrator_required
def designs(request: HttpRequest) -> HttpResponse:
    context = {"choices": design_choices()}
    return render(request, "gonets/designs/designs.html", context)


@require_safe
@administrator_required
def design_show(request: HttpRequest, name: str) -> HttpResponse:
    for choice in design_choices():
        if choice.name == name:
            return render(request, "gonets/designs/design.html", {"choice": choice})
    raise Http404
