"""Addresses of this area: the dialog of materials, then the preview of the letter."""

from __future__ import annotations

from django.urls import URLPattern, path

from gonets.web.composing import materials, materials_picker
from gonets.web.composing.preview_urls import preview_addresses
from gonets.web.composing.refreshing_urls import refreshing_addresses

materials_addresses: list[URLPattern] = [
    path(
        "issues/<int:issue_id>/materials/",
        materials.issue_materials,
        name="issue-materials",
    ),
    path(
        "issues/<int:issue_id>/materials/remove/",
        materials.remove,
        name="issue-materials-remove",
    ),
    path(
        "issues/<int:issue_id>/materials/hold/",
        materials.hold,
        name="issue-materials-hold",
    ),
    path(
        "issues/<int:issue_id>/materials/restore/",
        materials.restore,
        name="issue-materials-restore",
    ),
    path(
        "issues/<int:issue_id>/materials/order/",
        materials.order,
        name="issue-materials-order",
    ),
    path(
        "issues/<int:issue_id>/materials/ready/",
        materials.ready,
        name="issue-materials-ready",
    ),
    path(
        "issues/<int:issue_id>/materials/leave/",
        materials.leave,
        name="issue-materials-leave",
    ),
    path(
        "issues/<int:issue_id>/materials/shelf/",
        materials.shelf,
        name="issue-shelf",
    ),
    path(
        "issues/<int:issue_id>/materials/picker/",
        materials_picker.picker,
        name="issue-picker",
    ),
    path(
        "issues/<int:issue_id>/materials/picker/page/",
        materials_picker.read_page,
        name="issue-picker-page",
    ),
    path(
        "issues/<int:issue_id>/materials/add/",
        materials_picker.add,
        name="issue-materials-add",
    ),
]

urlpatterns = [*materials_addresses, *preview_addresses, *refreshing_addresses]
