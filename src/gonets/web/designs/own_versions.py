"""The versions of an own template: what changed, and going back to one."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gonets.letters.actions import restore_version
from gonets.letters.errors import TemplateChanged
from gonets.letters.models import TemplateVersion
from gonets.web.access import administrator_required
from gonets.web.designs.own_files import kept_template

MOST_LINES = 4_000
AROUND = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedLine:
    """``kind`` is same, added, removed or gap; ``number`` is of the newer version."""

    kind: str
    text: str


@require_safe
@administrator_required
def template_versions(request: HttpRequest, template_id: int) -> HttpResponse:
    template = kept_template(template_id)
    versions = list(template.versions.select_related("created_by"))
    context = {"template": template, "versions": versions, "newest": versions[0]}
    return render(request, "gonets/designs/template_versions.html", context)


@require_safe
@administrator_required
def template_version(
    request: HttpRequest, template_id: int, number: int
) -> HttpResponse:
    """What a version changed in the one before it."""
    template = kept_template(template_id)
    version = get_object_or_404(TemplateVersion, template=template, number=number)
    before = TemplateVersion.objects.filter(template=template, number=number - 1)
    earlier = before.first()
    context = {
        "template": template,
        "version": version,
        "lines": changed_lines(earlier.source if earlier else "", version.source),
        "is_newest": not template.versions.filter(number__gt=number).exists(),
    }
    return render(request, "gonets/designs/template_version.html", context)


@require_POST
@administrator_required
def template_restore(
    request: HttpRequest, template_id: int, number: int
) -> HttpResponse:
    kept_template(template_id)
    get_object_or_404(TemplateVersion, template=template_id, number=number)
    try:
        version = restore_version(template_id, number, user=request.user)
    except TemplateChanged as error:
        messages.error(request, str(error))
        return redirect("gonets:template-versions", template_id)
    messages.success(
        request,
        _("Version %(old)d is back, as version %(new)d.")
        % {"old": number, "new": version.number},
    )
    return redirect("gonets:template", template_id)


def changed_lines(before: str, after: str) -> list[ChangedLine]:
    """Return the lines that differ, with some around them."""
    old, new = before.splitlines()[:MOST_LINES], after.splitlines()[:MOST_LINES]
    return list(_lines(old, new))


def _lines(old: list[str], new: list[str]) -> Iterator[ChangedLine]:
    kinds = {"+": "added", "-": "removed", " ": "same", "@": "gap"}
    difference = difflib.unified_diff(old, new, n=AROUND, lineterm="")
    for line in list(difference)[2:]:
        kind = kinds.get(line[:1], "same")
        yield ChangedLine(kind=kind, text="" if kind == "gap" else line[1:])
