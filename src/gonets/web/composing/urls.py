"""Addresses of this area: the dialog of materials, then the preview of the letter."""

from __future__ import annotations

from django.urls import URLPattern, path

from gonets.web.composing import (
    materials,
    materials_parts,
    materials_picker,
    materials_steps,
    materials_totals,
)
from gonets.web.composing.preview_urls import preview_addresses
from gonets.web.composing.refreshing_urls import refreshing_addresses
from gonets.web.composing.together_urls import together_addresses

of_steps = {
    "rename-part": materials_parts.rename,
    "join-parts": materials_parts.join,
    "sort": materials_parts.sort,
    "limit": materials_parts.limit,
    "undo": materials_steps.undo,
    "redo": materials_steps.redo,
    "totals": materials_totals.totals,
}
steps = [
    path(
        f"issues/<id:issue_id>/materials/{name}/",
        view,
        name=f"issue-materials-{name}",
    )
    for name, view in of_steps.items()
]

materials_addresses: list[URLPattern] = [
    path(
        "issues/<id:issue_id>/materials/",
        materials.issue_materials,
        name="issue-materials",
    ),
    path(
        "issues/<id:issue_id>/materials/remove/",
        materials.remove,
        name="issue-materials-remove",
    ),
    path(
        "issues/<id:issue_id>/materials/hold/",
        materials.hold,
        name="issue-materials-hold",
    ),
    path(
        "issues/<id:issue_id>/materials/list/",
        materials.entry_list,
        name="issue-materials-list",
    ),
    path(
        "issues/<id:issue_id>/materials/order/",
        materials.order,
        name="issue-materials-order",
    ),
    *steps,
    path(
        "issues/<id:issue_id>/materials/ready/",
        materials.ready,
        name="issue-materials-ready",
    ),
    path(
        "issues/<id:issue_id>/materials/leave/",
        materials.leave,
        name="issue-materials-leave",
    ),
    path(
        "issues/<id:issue_id>/materials/shelf/",
        materials.shelf,
        name="issue-shelf",
    ),
    path(
        "issues/<id:issue_id>/materials/picker/",
        materials_picker.picker,
        name="issue-picker",
    ),
    path(
        "issues/<id:issue_id>/materials/picker/page/",
        materials_picker.read_page,
        name="issue-picker-page",
    ),
    path(
        "issues/<id:issue_id>/materials/add/",
        materials_picker.add,
        name="issue-materials-add",
    ),
]

urlpatterns = [
    *materials_addresses,
    *preview_addresses,
    *refreshing_addresses,
    *together_addresses,
]
