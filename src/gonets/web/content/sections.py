"""The tree of sections: make, rename, move, delete."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from gonets.content import actions
from gonets.content.errors import NotOurs, SectionMisplaced
from gonets.content.models import Material, Section
from gonets.content.queries import SectionNode, section_tree, with_descendants
from gonets.content.types import SectionLoss
from gonets.newsletters.models import Newsletter
from gonets.web.access import editor_required
from gonets.web.content.choices import number_of, section_choices
from gonets.web.content.forms import SectionForm
from gonets.web.content.requests import posted


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionRow:
    """A section at its place; the first cannot go up, the last not down."""

    node: SectionNode
    is_first: bool
    is_last: bool
    focus: str = ""  # the button that was pressed, or the other one at an end


@require_safe
@editor_required
def section_list(request: HttpRequest) -> HttpResponse:
    moved = request.GET.get("moved", "")
    rows = _rows(section_tree(with_hidden=True))
    context = {
        "rows": [
            _focused(row, by=request.GET.get("by", ""))
            if str(row.node.section.pk) == moved
            else row
            for row in rows
        ],
        "moved": moved,
    }
    return render(request, "gonets/content/sections.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def section_create(request: HttpRequest) -> HttpResponse:
    initial = {"parent_id": number_of(request.GET.get("parent", ""))}
    form = SectionForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        section = actions.create_section(
            name=form.cleaned_data["name"], parent_id=form.cleaned_data["parent_id"]
        )
        if form.cleaned_data["is_hidden"]:
            actions.hide_section(section.pk)
        messages.success(
            request, _("The section “%(name)s” is made.") % _named(section)
        )
        return redirect("gonets:sections")
    return render(request, "gonets/content/section_form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def section_edit(request: HttpRequest, section_id: int) -> HttpResponse:
    section = get_object_or_404(Section.objects.select_related("source"), pk=section_id)
    if section.merged_into_id:
        return redirect("gonets:section-edit", section.merged_into_id)
    forbidden = with_descendants([section_id])
    form = SectionForm.of(section, posted(request), forbidden=forbidden)
    if request.method == "POST" and form.is_valid():
        _save(section, form)
        messages.success(
            request, _("The section “%(name)s” is saved.") % form.cleaned_data
        )
        return redirect("gonets:sections")
    doomed = actions.own_sections_below(section_id)
    context = {
        "form": form,
        "section": section,
        "loss": _loss(doomed),
        "merged": section.merged.select_related("source").order_by("name"),
        "others": section_choices(without=forbidden),
        "materials": Material.objects.filter(section=section).count(),
        "newsletters": Newsletter.objects.filter(
            sections__in=doomed, archived_at__isnull=True
        ).distinct(),
    }
    return render(request, "gonets/content/section_form.html", context)


@require_POST
@editor_required
def section_shift(request: HttpRequest, section_id: int) -> HttpResponse:
    """Move a section one place up or down among its neighbours."""
    section = get_object_or_404(Section, pk=section_id)
    siblings = list(
        Section.objects.filter(parent=section.parent_id)
        .order_by("position", "pk")
        .values_list("pk", flat=True)
    )
    direction = "up" if request.POST.get("direction") == "up" else "down"
    step = -1 if direction == "up" else 1
    place = siblings.index(section_id) + step
    if 0 <= place < len(siblings):
        actions.move_section(section_id, parent_id=section.parent_id, place=place)
    # With a fragment the browser would leave the focus at the top of the page.
    return redirect(f"{reverse('gonets:sections')}?moved={section_id}&by={direction}")


@require_POST
@editor_required
def section_merge(request: HttpRequest, section_id: int) -> HttpResponse:
    """Let the materials of a section stand in another one."""
    section = get_object_or_404(Section, pk=section_id)
    into = get_object_or_404(Section, pk=number_of(request.POST.get("into_id", "")))
    try:
        actions.merge_section(section_id, into_id=into.pk)
    except SectionMisplaced as error:
        messages.error(request, str(error))
        return redirect("gonets:section-edit", section_id)
    messages.success(
        request,
        _("“%(name)s” is now shown as a part of “%(into)s”.")
        % {"name": section.name, "into": into.name},
    )
    return redirect("gonets:section-edit", into.place_id)


@require_POST
@editor_required
def section_separate(request: HttpRequest, section_id: int) -> HttpResponse:
    """Take a merged section apart again."""
    section = get_object_or_404(Section, pk=section_id)
    actions.separate_section(section_id)
    messages.success(
        request, _("“%(name)s” is a section of its own again.") % _named(section)
    )
    return redirect("gonets:section-edit", section_id)


@require_POST
@editor_required
def section_delete(request: HttpRequest, section_id: int) -> HttpResponse:
    section = get_object_or_404(Section, pk=section_id)
    try:
        actions.delete_section(section_id)
    except NotOurs:
        messages.error(
            request,
            _("This section belongs to a source. It goes when the source is removed."),
        )
        return redirect("gonets:section-edit", section_id)
    messages.success(request, _("The section “%(name)s” is deleted.") % _named(section))
    return redirect("gonets:sections")


def _rows(nodes: list[SectionNode]) -> list[SectionRow]:
    neighbours: dict[int | None, list[int]] = {}
    for node in nodes:
        neighbours.setdefault(node.section.parent_id, []).append(node.section.pk)
    return [
        SectionRow(
            node=node,
            is_first=neighbours[node.section.parent_id][0] == node.section.pk,
            is_last=neighbours[node.section.parent_id][-1] == node.section.pk,
        )
        for node in nodes
    ]


def _focused(row: SectionRow, *, by: str) -> SectionRow:
    """Let the keyboard stay where it moved the section; at an end it may turn back."""
    if by == "up":
        return replace(row, focus="down" if row.is_first else "up")
    return replace(row, focus="up" if row.is_last else "down")


def _save(section: Section, form: SectionForm) -> None:
    name, parent_id = form.cleaned_data["name"], form.cleaned_data["parent_id"]
    is_hidden = form.cleaned_data["is_hidden"]
    if is_hidden != section.is_hidden:
        change = actions.hide_section if is_hidden else actions.show_section
        change(section.pk)
    if name != section.name:
        actions.rename_section(section.pk, name=name)
    if parent_id != section.parent_id:
        last = Section.objects.filter(parent=parent_id).count()
        actions.move_section(section.pk, parent_id=parent_id, place=last)


def _loss(doomed: set[int]) -> SectionLoss:
    materials = Material.objects.filter(section__in=doomed).count()
    return SectionLoss(sections=len(doomed) - 1, materials=materials)


def _named(section: Section) -> dict[str, str]:
    return {"name": section.name}
