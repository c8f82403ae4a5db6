"""Writing a material of our own; looking at one of a source."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gonets.content import actions
from gonets.content.errors import NotOurs
from gonets.content.models import Material, Section
from gonets.content.queries import section_path
from gonets.kernel import clock
from gonets.kernel.html import clean_fragment, line_of, text_of
from gonets.web.access import editor_required
from gonets.web.content.choices import number_of
from gonets.web.content.forms import MaterialForm, material_initial
from gonets.web.content.requests import posted_files


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def material_create(request: HttpRequest) -> HttpResponse:
    if not Section.objects.exists():
        messages.info(request, _("First make a section: every material is in one."))
        return redirect("gonets:section-create")
    initial = material_initial(
        None, section_id=number_of(request.GET.get("section", ""))
    )
    form = MaterialForm(*posted_files(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        material = actions.create_material(form.text())
        messages.success(
            request, _("“%(title)s” is saved.") % {"title": material.title}
        )
        return redirect("gonets:materials")
    return _form_page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def material_edit(request: HttpRequest, material_id: int) -> HttpResponse:
    material = get_object_or_404(
        Material.objects.select_related("source", "section", "picture"), pk=material_id
    )
    if not material.source.is_own:
        return _foreign_page(request, material)
    initial = material_initial(material, section_id=None)
    form = MaterialForm(*posted_files(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.edit_material(material.pk, form.text())
        messages.success(
            request, _("“%(title)s” is saved.") % {"title": material.title}
        )
        return redirect("gonets:materials")
    return _form_page(request, form, material)


@require_POST
@editor_required
def material_delete(request: HttpRequest, material_id: int) -> HttpResponse:
    material = get_object_or_404(Material, pk=material_id)
    try:
        actions.delete_material(material_id)
    except NotOurs:
        messages.error(
            request,
            _("This material comes from a source and would come back; hide it."),
        )
        return redirect("gonets:material-edit", material_id)
    messages.success(request, _("“%(title)s” is deleted.") % {"title": material.title})
    return redirect("gonets:materials")


def _form_page(
    request: HttpRequest, form: MaterialForm, material: Material | None
) -> HttpResponse:
    context = {
        "form": form,
        "material": material,
        "picture": form.picture,
        "issue_count": _issue_count(material),
    }
    return render(request, "gonets/content/material_form.html", context)


def _foreign_page(request: HttpRequest, material: Material) -> HttpResponse:
    """Show a material that follows its source: it is corrected in the issue."""
    # Without pictures: our pages ask no other host for anything.
    body = clean_fragment(material.body)
    context = {
        "material": material,
        "path": section_path(material.section),
        "body": body,
        "has_own_teaser": not _begins_with(body, material.teaser),
        "is_future": material.published_at > clock.now(),
    }
    return render(request, "gonets/content/material.html", context)


def _issue_count(material: Material | None) -> int:
    return (
        0 if material is None else material.entries.values("issue").distinct().count()
    )


def _begins_with(body: str, teaser: str) -> bool:
    """True for a teaser that is just the text's beginning, as many feeds have it."""
    beginning = line_of(text_of(body))
    return beginning.startswith(teaser.rstrip(" …")[:200])
