"""Own templates as files: duplicated, exported, imported, deleted."""

from __future__ import annotations

import json
import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from gonets.kernel.html import storable
from gonets.letters.actions import add_template
from gonets.letters.checking import LONGEST_SOURCE
from gonets.letters.errors import TemplateRefused
from gonets.letters.gallery import DESIGNS, USUAL
from gonets.letters.models import LetterTemplate, TemplateKind
from gonets.letters.queries import newest_version, own_design
from gonets.letters.templates import design_named
from gonets.letters.types import OwnDesign
from gonets.newsletters.actions import delete_template
from gonets.newsletters.queries import (
    design_choices,
    newsletters_with,
    open_issues_with,
)
from gonets.web.access import administrator_required

HEAD = re.compile(r"\A\ufeff?\{# gonets-template: (\{.*?\}) #\}\r?\n")


def kept_template(template_id: int) -> LetterTemplate:
    return get_object_or_404(LetterTemplate, pk=template_id, deleted_at=None)


@require_POST
@administrator_required
def template_duplicate(request: HttpRequest, name: str) -> HttpResponse:
    """Begin an own template as a copy of any design."""
    titles = {each.name: each.title for each in design_choices()}
    if name not in titles:
        raise Http404
    design = own_design(name) or OwnDesign(
        kind=TemplateKind.MJML, source=design_named(name), base=name
    )
    title = _("%(design)s, a copy") % {"design": titles[name]}
    template = add_template(title, design, user=request.user)
    messages.success(request, _("The copy is yours: change it as you like."))
    return redirect("gonets:template", template.pk)


@require_safe
@administrator_required
def template_export(request: HttpRequest, template_id: int) -> HttpResponse:
    template = kept_template(template_id)
    facts = {"title": template.title, "kind": template.kind, "base": template.base}
    head = "{# gonets-template: %s #}\n" % json.dumps(facts)  # noqa: UP031
    response = HttpResponse(
        head + newest_version(template_id).source,
        content_type="text/plain; charset=utf-8",
    )
    name = slugify(template.title) or f"template-{template.pk}"
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{name}.{template.kind}"'
    )
    return response


@require_POST
@administrator_required
def template_import(request: HttpRequest) -> HttpResponse:
    """Take a file that was exported, or any MJML, as a new template."""
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, _("Choose a file first."))
        return redirect("gonets:designs")
    try:
        text = upload.read(4 * LONGEST_SOURCE + 1).decode("utf-8-sig")
    except UnicodeDecodeError:
        messages.error(request, _("This file is not a template: it is not UTF-8 text."))
        return redirect("gonets:designs")
    title, design = _read(storable(text), name=upload.name or "")
    try:
        template = add_template(title, design, user=request.user)
    except TemplateRefused as error:
        context = {"file": upload.name, "faults": error.faults}
        return render(request, "gonets/designs/refused.html", context)
    messages.success(request, _("The template is here and can be chosen."))
    return redirect("gonets:template", template.pk)


def _read(text: str, *, name: str) -> tuple[str, OwnDesign]:
    facts: dict[str, Any] = {}
    head = HEAD.match(text)
    if head:
        text = text[head.end() :]
        facts = _facts(head[1])
    is_mjml = "<mjml" in text.lower()
    kind = TemplateKind.MJML if is_mjml else TemplateKind.HTML
    base = str(facts.get("base", ""))
    design = OwnDesign(
        kind=kind, source=text, base=base if base in DESIGNS else USUAL.name
    )
    title = str(facts.get("title") or name.rpartition(".")[0] or name)
    return storable(title) or _("Template"), design


def _facts(text: str) -> dict[str, Any]:
    try:
        facts = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}


@require_http_methods(["GET", "POST"])
@administrator_required
def template_delete(request: HttpRequest, template_id: int) -> HttpResponse:
    template = kept_template(template_id)
    if request.method == "POST":
        delete_template(template_id, user=request.user)
        messages.success(
            request, _("“%(template)s” is deleted.") % {"template": template.title}
        )
        return redirect("gonets:designs")
    base = DESIGNS.get(template.base, USUAL)
    context = {
        "template": template,
        "newsletters": newsletters_with(template.name),
        "issues": open_issues_with(template.name),
        "base": base.title,
    }
    return render(request, "gonets/designs/template_delete.html", context)
